use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::Fault;

const LIFE: Duration = Duration::from_secs(600);

/// A cache whose `n`th token is `Bearer n`; requests take a second, and fail from the `fails_from`th on.
fn cache(fails_from: u32) -> (Arc<TokenCache>, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let cache = TokenCache::new(move || {
        let n = counter.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move {
            let asked_at = Instant::now();
            let _ = tokio::time::timeout(Duration::from_secs(1), std::future::pending::<()>()).await;
            if n >= fails_from {
                return Err(UpstreamError::Malformed(Fault::WrongForm));
            }
            Ok(Arc::new(Token::new(HeaderValue::from_str(&format!("Bearer {n}")).unwrap(), asked_at, LIFE)))
        })
    });
    (cache, calls)
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

/// Lets the spawned refresh run to its end.
async fn landed(cache: &TokenCache) {
    let flight = cache.state().flight.clone();
    if let Some(flight) = flight {
        let _ = flight.await;
    }
}

#[tokio::test(start_paused = true)]
async fn api_05_all_who_wait_share_one_request() {
    let (cache, calls) = cache(u32::MAX);
    let waiting = (0..200).map(|_| {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move { cache.get().await.unwrap() })
    });
    for task in waiting.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().header, "Bearer 1");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn api_05_all_who_wait_share_one_failure() {
    let (cache, calls) = cache(1);
    let waiting = (0..50).map(|_| {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move { cache.get().await.is_err() })
    });
    for task in waiting.collect::<Vec<_>>() {
        assert!(task.await.unwrap());
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert!(cache.get().await.is_err(), "the next caller tries anew");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn api_05_refreshes_at_four_fifths_of_life_while_the_old_token_serves() {
    let (cache, calls) = cache(u32::MAX);
    cache.get().await.unwrap();
    pass(440).await;
    cache.get().await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1, "not before");
    pass(45).await;
    assert_eq!(cache.get().await.unwrap().header, "Bearer 1", "nobody waits for a refresh");
    landed(&cache).await;
    assert_eq!(cache.get().await.unwrap().header, "Bearer 2");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn api_05_a_failing_refresh_leaves_the_old_token_and_pauses() {
    let (cache, calls) = cache(2);
    cache.get().await.unwrap();
    pass(485).await;
    for _ in 0..10 {
        assert_eq!(cache.get().await.unwrap().header, "Bearer 1");
        landed(&cache).await;
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2, "one failed refresh, then a pause");
    pass(6).await;
    assert_eq!(cache.get().await.unwrap().header, "Bearer 1");
    landed(&cache).await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    pass(120).await;
    assert!(cache.get().await.is_err(), "an expired token serves no more");
}

#[tokio::test(start_paused = true)]
async fn api_05_discards_only_the_token_that_failed() {
    let (cache, calls) = cache(u32::MAX);
    let first = cache.get().await.unwrap();
    cache.discard(&first);
    let second = cache.get().await.unwrap();
    assert_eq!(second.header, "Bearer 2");
    cache.discard(&first);
    assert_eq!(cache.get().await.unwrap().header, "Bearer 2");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn api_05_a_request_outlives_those_who_gave_up() {
    let (cache, calls) = cache(u32::MAX);
    assert!(cache.get().now_or_never().is_none());
    landed(&cache).await;
    assert_eq!(cache.get().await.unwrap().header, "Bearer 1");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn sec_10_never_prints_the_token() {
    let mut header = HeaderValue::from_static("Bearer marker");
    header.set_sensitive(true);
    assert!(!format!("{header:?}").contains("marker"));
}
