//! Who asks too often, and what is too much at once.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Body, Method, RequestBuilder};
use testkit::{Answer, LIST, TestApp};

use crate::desk::{pdf, plan, upload, upload_request};

fn assert_wait(answer: &Answer) {
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

/// A body that begins and then stops.
fn stalled() -> Body {
    let start = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"%PDF-1.7"))]);
    Body::wrap_stream(start.chain(stream::pending()))
}

/// Sends a request that will not end by itself; aborted when dropped.
fn hold(request: RequestBuilder) -> tokio_util::task::AbortOnDropHandle<()> {
    tokio_util::task::AbortOnDropHandle::new(tokio::spawn(async move {
        let _ = request.send().await;
    }))
}

#[tokio::test]
async fn rl_01_who_asks_too_often_has_to_wait() {
    let app = TestApp::spawn_with(|config| config.limits.rate_signed_in = 1).await;
    app.set_up_staff().await;
    let mut answers = Vec::new();
    for _ in 0..14 {
        answers.push(app.browser.get(LIST).await);
    }
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    // Ten at once; by the fourteenth not three seconds have passed.
    assert!((1..=4).contains(&refused.len()), "{}", refused.len());
    assert_wait(refused[0]);
    assert_eq!(refused[0].json()["kind"], "too_many_requests");
    // People get a page that says so.
    assert!(app.browser.page("/").await.expect(429).text().contains("wait a moment"));
    for free in ["/favicon.svg", "/livez", "/readyz"] {
        app.browser.get(free).await.expect(200);
    }
}

#[tokio::test]
async fn rl_02_addresses_behind_a_trusted_proxy_count_apart() {
    let ask = async |app: &TestApp, client: &str| {
        let request = app.browser.fetch(Method::GET, "/sign-in").header("x-forwarded-for", client);
        app.browser.send(request).await.status
    };
    for trusts in [true, false] {
        let edit = if trusts {
            |config: &mut server::config::Config| {
                config.limits.rate_anonymous = 1;
                config.trusted_proxies = vec!["127.0.0.1".parse::<std::net::IpAddr>().unwrap().into()];
            }
        } else {
            |config: &mut server::config::Config| config.limits.rate_anonymous = 1
        };
        let app = TestApp::spawn_with(edit).await;
        let mut statuses = Vec::new();
        for _ in 0..14 {
            statuses.push(ask(&app, "198.51.100.1").await);
        }
        assert!(statuses.contains(&429), "{statuses:?}");
        // A client that claims another address is believed by way of the proxy only.
        assert_eq!(ask(&app, "198.51.100.2").await == 200, trusts);
        assert_eq!(ask(&app, "198.51.100.3, 198.51.100.1").await, 429);
    }
}

#[tokio::test]
async fn rl_04_a_full_portal_refuses_at_once_and_lets_people_sign_in() {
    let app = TestApp::spawn_with(|config| config.limits.requests = 1).await;
    app.set_up_staff().await;
    let json = app.browser.fetch(Method::POST, "/api/sessions").header("content-type", "application/json");
    let held = hold(json.header("idempotency-key", "key").body(stalled()));
    app.eventually("a request in hand", || async { app.portal().walls.in_hand().0 == 1 }).await;
    let refused = app.browser.get(LIST).await.expect(503);
    assert_wait(&refused);
    assert_eq!(refused.json()["kind"], "too_many_requests");
    for path in ["/livez", "/readyz", "/favicon.svg"] {
        app.browser.get(path).await.expect(200);
    }
    app.browser.set_cookie(None);
    app.sign_in().await;
    drop(held);
    app.eventually("a free portal", || async { app.browser.get(LIST).await.status == 200 }).await;
}

#[tokio::test]
async fn up_07_a_person_has_three_uploads_and_the_portal_as_many_as_are_set() {
    let app = TestApp::spawn_with(|config| config.limits.uploads = 4).await;
    app.set_up_staff().await;
    let files: Vec<_> = ["a", "b", "c", "d"].map(pdf).into();
    let plan = plan(&app, &files).await;
    let held: Vec<_> = (0..3).map(|n| hold(upload_request(&app, plan.uploads[n], &files[n]).body(stalled()))).collect();
    app.eventually("three uploads", || async { app.portal().walls.in_hand().1 == 3 }).await;
    // Refused before the body, which never comes.
    let refused = app.browser.send(upload_request(&app, plan.uploads[3], &files[3]).body(stalled())).await;
    assert_wait(&refused.expect(429));
    drop(held);
    app.eventually("a place", || async { upload(&app, plan.uploads[3], &files[3]).await.status == 200 }).await;
}
