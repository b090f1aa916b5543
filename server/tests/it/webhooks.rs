//! Events of the signing service, and what the portal does without them.

use std::time::Duration;

use app::{
    model::{Moment, PackageNews, ResultKind, SessionId, Standing},
    paths,
};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderName;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::{
    config::{Config, UpstreamKind, WebhooksConfig},
    store::webhooks::NewEvent,
    webhooks::{Encoding, Scheme},
};
use sha2::Sha256;
use testkit::{Answer, TestApp};
use time::format_description::well_known::Rfc3339;

use crate::desk::{detail, fault, now, pdf, sent, sign, text, until, upstream_id};

const OLD: &str = "the old secret of events";
const NEW: &str = "the new secret of events";
const ACCOUNT: &str = "account-1";

/// Nobody asks, and the sandbox tells.
fn told(config: &mut Config) {
    config.live.poll = Duration::from_secs(3600);
    let UpstreamKind::Sandbox(sandbox) = &mut config.upstream else { panic!("not the sandbox") };
    sandbox.events = true;
}

/// Nobody asks, and this test tells.
fn hooked(config: &mut Config) {
    config.live.poll = Duration::from_secs(3600);
    config.webhooks = Some(WebhooksConfig {
        scheme: Scheme::OfBody { header: HeaderName::from_static("x-hook"), encoding: Encoding::Hex },
        secrets: vec![SecretString::from(OLD), SecretString::from(NEW)],
        account: ACCOUNT.to_owned(),
    });
}

async fn started(edit: fn(&mut Config)) -> TestApp {
    let app = TestApp::spawn_with(edit).await;
    app.set_up_staff().await;
    app
}

/// An event about a session, as it would be sent now.
async fn event(app: &TestApp, id: &str, name: &str, session: SessionId) -> Value {
    let time = |minutes| {
        let at = server::clock::Clock::now(app.clock.as_ref()) + time::Duration::minutes(minutes);
        at.format(&Rfc3339).unwrap()
    };
    json!({
        "id": id, "timestamp": time(0), "sender": "signature-api", "eventName": name,
        "eventData": { "id": upstream_id(app, session).await, "externalId": session },
        "accountId": ACCOUNT, "organizationId": null, "expiresAt": time(5), "tags": [],
    })
}

async fn post(app: &TestApp, secret: &str, body: &str) -> Answer {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    post_signed(app, &signature, body).await
}

async fn post_signed(app: &TestApp, signature: &str, body: &str) -> Answer {
    let request = app.browser.bare(reqwest::Method::POST, paths::WEBHOOK);
    app.browser.send(request.header("x-hook", signature).body(body.to_owned())).await
}

/// Waits until nothing is to be done for events.
async fn worked_off(app: &TestApp) {
    app.eventually("the inbox is empty", || async {
        app.portal().store.read().await.unwrap().waiting_webhook_events(1).await.unwrap().is_empty()
    })
    .await;
}

async fn last_event(app: &TestApp) -> Option<Moment> {
    app.portal().store.read().await.unwrap().last_webhook_event().await.unwrap()
}

/// What happened in the life of a session, as the stream told it.
async fn told_of(app: &TestApp, id: SessionId) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM events WHERE session = ?")
        .bind(id.0)
        .fetch_one(&mut crate::desk::database(app).await)
        .await
        .unwrap()
}

#[tokio::test]
async fn wh_05_the_sandbox_tells_and_nobody_asks() {
    let app = started(told).await;
    let id = sent(&app, &[pdf("lease")]).await;
    sign(&app, id).await;
    until(&app, id, Standing::Signed).await;
    app.eventually("the package", || async {
        detail(&app, id).await.results.iter().any(|result| result.kind == ResultKind::Package)
    })
    .await;
    worked_off(&app).await;
    assert_eq!(last_event(&app).await, Some(now(&app)));
}

#[tokio::test]
async fn wh_05_a_subscription_survives_restarts() {
    let mut app = started(told).await;
    let id = sent(&app, &[text("note")]).await;
    app.restart().await;
    sign(&app, id).await;
    until(&app, id, Standing::Signed).await;
}

#[tokio::test]
async fn wh_05_a_package_that_cannot_be_made_is_told_of() {
    let app = started(told).await;
    let id = sent(&app, &[pdf("lease")]).await;
    fault(&app, "packaging", "500", 3).await;
    sign(&app, id).await;
    app.eventually("it is given up", || async {
        // Small steps: the event that tells it lives five minutes, and must be on its way
        // for less. An hour later the portal gives up by itself, which this never reaches.
        app.advance(time::Duration::seconds(2));
        detail(&app, id).await.package == PackageNews::Missing
    })
    .await;
    assert_eq!(detail(&app, id).await.row.standing, Standing::PackageFailed);
}

#[tokio::test]
async fn wh_01_only_what_is_signed_is_taken() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    let asked = app.asked();
    let event = event(&app, "1", "signing-session.completed", id).await;
    let body = event.to_string();
    for (what, answer) in [
        ("another secret", post(&app, "another secret of events", &body).await),
        ("no signature", post_signed(&app, "", &body).await),
        ("no hex", post_signed(&app, "v1,xyz", &body).await),
    ] {
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    // The very bytes count: the same JSON with other spaces is another body.
    let mut mac = Hmac::<Sha256>::new_from_slice(OLD.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    post_signed(&app, &signature, &serde_json::to_string_pretty(&event).unwrap()).await.expect(401);
    assert_eq!((last_event(&app).await, app.asked()), (None, asked));
    post_signed(&app, &signature, &body).await.expect(200);
    worked_off(&app).await;
    assert_eq!(app.asked(), asked + 1);
}

#[tokio::test]
async fn wh_01_without_secrets_there_is_nothing_to_post_to() {
    let app = TestApp::signed_in().await;
    post(&app, OLD, "{}").await.expect(404);
}

#[tokio::test]
async fn wh_02_old_and_early_events_are_refused() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    let body = event(&app, "1", "signing-session.completed", id).await.to_string();
    for (minutes, status) in [(6, 400), (-12, 400), (7, 200)] {
        app.clock.advance(time::Duration::minutes(minutes));
        post(&app, OLD, &body).await.expect(status);
    }
}

#[tokio::test]
async fn wh_03_an_event_counts_once() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    let body = event(&app, "1", "signing-session.completed", id).await.to_string();
    let (told, asked) = (told_of(&app, id).await, app.asked());
    // Two at once, then again.
    let (one, other) = tokio::join!(post(&app, OLD, &body), post(&app, NEW, &body));
    assert_eq!((one.status, other.status), (200, 200));
    until(&app, id, Standing::Signed).await;
    post(&app, OLD, &body).await.expect(200);
    worked_off(&app).await;
    // The session, and the one result's hash.
    assert_eq!((told_of(&app, id).await, app.asked()), (told + 1, asked + 2));
}

#[tokio::test]
async fn wh_04_an_answer_comes_when_the_event_is_on_disk_and_waits_for_no_one() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    fault(&app, "get_session", "500", 100).await;
    post(&app, OLD, &event(&app, "1", "signing-session.completed", id).await.to_string()).await.expect(200);
    let waiting = app.portal().store.read().await.unwrap().waiting_webhook_events(9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(detail(&app, id).await.row.standing, Standing::Ready);
    // The next event finds the service well, and the first one is not forgotten.
    crate::desk::no_faults(&app).await;
    post(&app, OLD, &event(&app, "2", "signing-session.opened", id).await.to_string()).await.expect(200);
    until(&app, id, Standing::Signed).await;
    worked_off(&app).await;
}

#[tokio::test]
async fn wh_05_what_an_event_says_is_not_believed() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    for name in ["signing-session.completed", "signing-session.rejected", "package.failed", "signing-session.expired"] {
        post(&app, OLD, &event(&app, name, name, id).await.to_string()).await.expect(200);
    }
    worked_off(&app).await;
    assert_eq!(detail(&app, id).await.row.standing, Standing::Ready);
}

#[tokio::test]
async fn wh_06_sizes_depths_and_names() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    let asked = app.asked();
    let deep = "[".repeat(20_000);
    for (body, status) in [
        (format!("\"{}\"", "x".repeat(64 * 1024)), 413),
        (deep, 400),
        ("{}".to_owned(), 400),
        (String::new(), 400),
        ("\u{0}".to_owned(), 400),
        (event(&app, "", "signing-session.completed", id).await.to_string(), 400),
        (event(&app, &"x".repeat(256), "signing-session.completed", id).await.to_string(), 400),
        (event(&app, "1", "signing-session.framed", id).await.to_string(), 200),
    ] {
        let answer = post(&app, OLD, &body).await;
        assert_eq!(answer.status, status, "{:.40}: {}", body, answer.text());
    }
    let mut strange = event(&app, "2", "signing-session.completed", id).await;
    strange["eventData"] = json!({ "id": "../../sessions" });
    post(&app, OLD, &strange.to_string()).await.expect(200);
    assert_eq!((last_event(&app).await, app.asked()), (None, asked));
}

#[tokio::test]
async fn wh_07_other_accounts_and_trials_change_nothing() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    let asked = app.asked();
    let good = event(&app, "1", "signing-session.completed", id).await;
    let mut foreign = good.clone();
    foreign["accountId"] = json!("account-2");
    let mut mock = good.clone();
    mock["tags"] = json!(["mock"]);
    for event in [foreign, mock] {
        post(&app, OLD, &event.to_string()).await.expect(200);
    }
    assert_eq!((last_event(&app).await, app.asked()), (None, asked));
    // And their ids are not taken.
    post(&app, OLD, &good.to_string()).await.expect(200);
    until(&app, id, Standing::Signed).await;
}

/// F18: no event ever arrives.
#[tokio::test]
async fn wh_08_without_events_two_rounds_are_enough() {
    let app = started(|config| config.live.poll = Duration::from_secs(3600)).await;
    let id = sent(&app, &[pdf("lease")]).await;
    sign(&app, id).await;
    server::live::round(app.portal()).await.unwrap();
    assert!(detail(&app, id).await.row.standing.is_signed());
    let upstream = upstream_id(&app, id).await;
    app.eventually("the service made the package", || async {
        let seen = app.portal().upstream.session(upstream).await.unwrap();
        seen.output.is_some_and(|output| !output.packages.is_empty())
    })
    .await;
    server::live::round(app.portal()).await.unwrap();
    let shown = detail(&app, id).await;
    assert!(shown.results.iter().any(|result| result.kind == ResultKind::Package), "{shown:?}");
}

/// F17: five times each, in another order, late by an hour, of last week, forged, and with
/// the old secret while it is changed.
#[tokio::test]
async fn wh_03_f17_a_bad_day_of_the_network() {
    let app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    let old = event(&app, "last week's", "signing-session.opened", id).await.to_string();
    app.advance(time::Duration::minutes(59));
    sign(&app, id).await;
    let told = told_of(&app, id).await;
    let names = ["signing-session.completed", "signing-session.opened", "signing-session.expired"];
    for (name, secret) in names.iter().zip([OLD, NEW, OLD]) {
        let body = event(&app, name, name, id).await.to_string();
        for _ in 0..5 {
            post(&app, secret, &body).await.expect(200);
            post(&app, "a secret of somebody else", &body).await.expect(401);
        }
    }
    post(&app, OLD, &old).await.expect(400);
    until(&app, id, Standing::Signed).await;
    worked_off(&app).await;
    assert_eq!((detail(&app, id).await.row.standing, told_of(&app, id).await), (Standing::Signed, told + 1));
}

/// F19: killed between the event and the work, between the work and its tick, and
/// before the sender heard.
#[tokio::test]
async fn wh_04_f19_a_kill_loses_no_event_and_does_none_twice() {
    let mut app = started(hooked).await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    let told = told_of(&app, id).await;
    // On disk, and nobody woke up.
    let new = NewEvent {
        id: "1",
        name: &contract::EventName::SessionCompleted,
        session: upstream_id(&app, id).await,
        occurred: now(&app),
    };
    let mut change = app.portal().store.write().await.unwrap();
    assert!(change.insert_webhook_event(&new, now(&app)).await.unwrap());
    change.commit().await.unwrap();
    app.crash().await;
    until(&app, id, Standing::Signed).await;
    worked_off(&app).await;
    assert_eq!(told_of(&app, id).await, told + 1);
    // Done, and not ticked off.
    sqlx::query("UPDATE webhook_events SET done_at = NULL")
        .execute(&mut crate::desk::database(&app).await)
        .await
        .unwrap();
    app.crash().await;
    worked_off(&app).await;
    assert_eq!(told_of(&app, id).await, told + 1);
    // Ticked off, and the sender did not hear.
    post(&app, OLD, &event(&app, "1", "signing-session.completed", id).await.to_string()).await.expect(200);
    worked_off(&app).await;
    assert_eq!((detail(&app, id).await.row.standing, told_of(&app, id).await), (Standing::Signed, told + 1));
}

#[tokio::test]
async fn reconciling_by_hand_says_what_changed() {
    let app = started(|config| config.live.poll = Duration::from_secs(3600)).await;
    let (one, other) = (sent(&app, &[text("one")]).await, sent(&app, &[text("other")]).await);
    sign(&app, one).await;
    let reconcile = || server::live::reconcile(app.portal());
    let change = server::live::Change { session: one, before: Standing::Ready, after: Standing::Signed };
    assert_eq!(reconcile().await.unwrap(), Some(vec![change]));
    assert_eq!(detail(&app, other).await.row.standing, Standing::Ready);
    assert_eq!(reconcile().await.unwrap(), Some(Vec::new()));
    fault(&app, "list_sessions", "500", 100).await;
    assert_eq!(reconcile().await.unwrap(), None);
}
