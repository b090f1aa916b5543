//! An API that fails or has enough is left alone; calls of one kind leave room for others.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse};
use contract::MimeType;
use futures_util::{FutureExt, future::join_all, stream};
use upstream::{BreakerLimits, Fault, PoolSizes, SigningApi, Stage, UpstreamError, in_background};

use crate::stub::{self, ID, Stub, problem};

/// An API that fails until it is told otherwise.
fn switched() -> (Router, Arc<AtomicBool>) {
    let is_well = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_well);
    let router = Router::new().fallback(async move || {
        if told.load(Ordering::SeqCst) {
            return Json(stub::document()).into_response();
        }
        problem(StatusCode::SERVICE_UNAVAILABLE, "down").into_response()
    });
    (router, is_well)
}

#[tokio::test]
async fn api_08_an_api_that_fails_is_left_to_rest_and_probed() {
    let (router, is_well) = switched();
    let stub = Stub::spawn(router).await;
    let pause = Duration::from_millis(300);
    let api = stub.api_with(|settings| settings.breaker = BreakerLimits { pause, ..BreakerLimits::default() });
    let vitals = api.vitals();
    let ask = async || api.document(ID.parse().unwrap()).await;
    while !vitals.rests() {
        ask().await.unwrap_err();
    }
    let before = stub.count("GET /sign");
    assert!((20..=22).contains(&before), "{before} requests before the pause");
    // Refused here and at once, creates too: nothing was sent, so nothing is in doubt.
    let errors = [ask().await.unwrap_err(), api.create_sessions(&[Default::default()]).await.unwrap_err()];
    for error in &errors {
        assert!(matches!(error, UpstreamError::Unavailable { fault: Fault::Resting, .. }), "{error:?}");
        assert!(error.retry_after().is_some_and(|wait| wait <= pause), "{error:?}");
    }
    assert_eq!((stub.count("GET /sign"), stub.count("POST /sign")), (before, 0));
    assert_eq!((vitals.requests(), vitals.failures()), (u64::try_from(before).unwrap(), vitals.requests()));

    is_well.store(true, Ordering::SeqCst);
    while ask().await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(!vitals.rests());
    assert_eq!(stub.count("GET /sign"), before + 1, "one probe was enough");
}

#[tokio::test]
async fn api_10_a_wish_to_slow_down_is_kept_by_all_calls() {
    let slow_down = async || {
        let answer = problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests").into_response();
        (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "40")], answer)
    };
    let stub = Stub::spawn(Router::new().fallback(slow_down)).await;
    let api = stub.api();
    api.document(ID.parse().unwrap()).await.unwrap_err();
    assert!(api.vitals().rests());
    for error in [
        api.session(ID.parse().unwrap()).await.unwrap_err(),
        api.create_sessions(&[Default::default()]).await.unwrap_err(),
        api.delete_session(ID.parse().unwrap()).await.unwrap_err(),
    ] {
        assert!(matches!(error, UpstreamError::RateLimited { .. }), "{error:?}");
        assert!(error.retry_after().is_some_and(|wait| wait <= Duration::from_secs(40)), "{error:?}");
    }
    assert_eq!(stub.count("GET /sign") + stub.count("POST /sign") + stub.count("DELETE /sign"), 1);
}

#[tokio::test]
async fn api_09_background_work_and_transfers_leave_room_for_people() {
    // Everything but one address hangs.
    let quick = axum::routing::get(async || Json(stub::session()));
    let stub = Stub::spawn(Router::new().route("/signing-sessions/{id}", quick).fallback(pending::<()>)).await;
    let api = Arc::new(stub.api_with(|settings| {
        settings.pools = PoolSizes { interactive: 1, transfers: 1, background: 1 };
        settings.deadlines = stub::short();
        settings.deadlines.head = Duration::from_secs(5);
        settings.deadlines.total = Duration::from_secs(5);
    }));
    let id = || ID.parse().unwrap();
    let flood = join_all((0..50).map(|_| in_background(api.document(id()))));
    let uploads = join_all((0..3).map(|_| api.upload_document(&MimeType::Pdf, None, Box::pin(stream::pending()))));
    let mut hanging = std::pin::pin!(futures_util::future::join(flood, uploads));
    assert!(hanging.as_mut().now_or_never().is_none());
    let people = async {
        while stub.count("GET /sign/documents") == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..20 {
            api.session(ID.parse().unwrap()).await.unwrap();
        }
    };
    tokio::select! {
        () = people => {}
        _ = &mut hanging => panic!("they hang"),
    }
    assert_eq!(stub.count("GET /sign/documents"), 1, "one at a time");
}

#[tokio::test]
async fn api_09_waiting_for_a_place_ends_with_the_call() {
    let stub = Stub::spawn(Router::new().fallback(pending::<()>)).await;
    let api = stub.api_with(|settings| {
        settings.pools = PoolSizes { interactive: 0, ..PoolSizes::default() };
        settings.deadlines = stub::short();
    });
    let error = api.create_sessions(&[Default::default()]).await.unwrap_err();
    let waited = matches!(error, UpstreamError::Unavailable { fault: Fault::Deadline(Stage::Place), .. });
    assert!(waited, "nothing was sent, so nothing is in doubt: {error:?}");
    assert_eq!(stub.count("POST"), 0);
}
