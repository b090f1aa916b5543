use std::{
    io,
    sync::{Arc, Mutex},
};

use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::{
    receiver::{Receiver, Reply, SECRET},
    support::{START, TestSandbox, invalid_params, problem, rfc3339},
};

const SUBSCRIPTIONS: &str = "/events-management/subscriptions";

fn wishes() -> Value {
    json!({ "url": "http://127.0.0.1:9/events", "eventTypes": ["signature-api:*"], "secret": SECRET })
}

async fn patch(sandbox: &TestSandbox, subscription: &str, wishes: &Value) -> reqwest::Response {
    sandbox.request(Method::PATCH, subscription).json(wishes).send().await.unwrap()
}

#[tokio::test]
async fn a_subscription_can_be_made_read_changed_and_deleted() {
    let sandbox = TestSandbox::spawn().await;
    let wishes =
        json!({ "url": "https://example.com/a?b", "eventTypes": ["signature-api:package.failed"], "later": 1 });
    let answer = sandbox.post(SUBSCRIPTIONS, &wishes).await;
    assert_eq!(answer.status(), 201);
    let mut made: Value = answer.json().await.unwrap();
    let secret = made.as_object_mut().unwrap().remove("secret").unwrap();
    assert_eq!(secret.as_str().unwrap().len(), 64, "made by the service and shown this once");
    let id = made["id"].clone();
    let expected = json!({
        "id": id, "url": "https://example.com/a?b", "eventTypes": ["signature-api:package.failed"],
        "signatureHeader": "X-Signicat-Signature", "lifetimeSeconds": 300, "enabled": true,
        "createdAt": rfc3339(START),
    });
    assert_eq!(made, expected);
    let subscription = format!("{SUBSCRIPTIONS}/{}", id.as_str().unwrap());
    assert_eq!(sandbox.get(&subscription).await.json::<Value>().await.unwrap(), expected);
    assert_eq!(sandbox.get(SUBSCRIPTIONS).await.json::<Value>().await.unwrap(), json!([expected]));

    let change = json!({
        "url": null, "eventTypes": ["signature-api:*"], "signatureHeader": "x-hook", "lifetimeSeconds": 604_800,
        "enabled": false, "secret": SECRET,
    });
    let changed: Value = patch(&sandbox, &subscription, &change).await.json().await.unwrap();
    let expected = json!({
        "id": id, "url": "https://example.com/a?b", "eventTypes": ["signature-api:*"], "signatureHeader": "x-hook",
        "lifetimeSeconds": 604_800, "enabled": false, "createdAt": rfc3339(START),
    });
    assert_eq!(changed, expected);
    let mut sandbox = sandbox.restart().await;
    assert_eq!(sandbox.get(&subscription).await.json::<Value>().await.unwrap(), expected);

    assert_eq!(sandbox.delete(&subscription).await, 204);
    assert_eq!(sandbox.delete(&subscription).await, 404);
    problem(sandbox.get(&subscription).await, 404, "not_found").await;
    problem(patch(&sandbox, &subscription, &json!({})).await, 404, "not_found").await;
    for path in ["pending", "dead-letters", "nothing"] {
        problem(sandbox.get(&format!("{subscription}/{path}")).await, 404, "not_found").await;
    }
    for path in ["test", "dead-letters/send-again"] {
        problem(sandbox.post(&format!("{subscription}/{path}"), &json!({})).await, 404, "not_found").await;
    }
    problem(sandbox.request(Method::PUT, &subscription).send().await.unwrap(), 405, "method_not_allowed").await;
    assert_eq!(invalid_params(sandbox.get(&format!("{SUBSCRIPTIONS}/7")).await).await, ["subscriptionId"]);
    sandbox.token = String::new();
    problem(sandbox.get(SUBSCRIPTIONS).await, 401, "invalid_token").await;
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let sandbox = TestSandbox::spawn().await;
    let subscription = sandbox.subscribe_with(&wishes()).await;
    let long = format!("http://example.com/{}", "a".repeat(2048));
    let table = [
        ("url", json!("ftp://example.com"), "url"),
        ("url", json!("/events"), "url"),
        ("url", json!(""), "url"),
        ("url", json!("http://"), "url"),
        ("url", json!("http://user@example.com"), "url"),
        ("url", json!("http://:password@example.com"), "url"),
        ("url", json!("http://example.com/#fragment"), "url"),
        ("url", json!(long), "url"),
        ("url", json!(7), "url"),
        ("eventTypes", json!([]), "eventTypes"),
        ("eventTypes", json!("signature-api:*"), "eventTypes"),
        ("eventTypes", json!(["signature-api:*", "signature-api:signing-session.signed"]), "eventTypes[1]"),
        ("eventTypes", json!(["signing-session.completed"]), "eventTypes[0]"),
        ("eventTypes", json!(["*"]), "eventTypes[0]"),
        ("eventTypes", json!(["signature-api:*", "signature-api:*"]), "eventTypes[1]"),
        ("secret", json!("fifteen letters"), "secret"),
        ("secret", json!("x".repeat(256)), "secret"),
        ("secret", json!("with a line\nbreak in it"), "secret"),
        ("signatureHeader", json!("Content-Length"), "signatureHeader"),
        ("signatureHeader", json!("X-ø"), "signatureHeader"),
        ("signatureHeader", json!("ø"), "signatureHeader"),
        ("signatureHeader", json!("X-a: b\r\nX-c"), "signatureHeader"),
        ("signatureHeader", json!(format!("X-{}", "a".repeat(63))), "signatureHeader"),
        ("lifetimeSeconds", json!(0), "lifetimeSeconds"),
        ("lifetimeSeconds", json!(-1), "lifetimeSeconds"),
        ("lifetimeSeconds", json!(604_801), "lifetimeSeconds"),
        ("lifetimeSeconds", json!(1e300), "lifetimeSeconds"),
        ("enabled", json!("yes"), "enabled"),
    ];
    for (field, value, name) in table {
        let mut wishes = wishes();
        wishes[field] = value.clone();
        let created = invalid_params(sandbox.post(SUBSCRIPTIONS, &wishes).await).await;
        assert_eq!(created, [name], "{field}: {value}");
        let changed = patch(&sandbox, &subscription, &json!({ field: value })).await;
        assert_eq!(invalid_params(changed).await, [name], "{field}: {value}");
    }
    let nothing = sandbox.post(SUBSCRIPTIONS, &json!({ "lifetimeSeconds": 0 })).await;
    assert_eq!(invalid_params(nothing).await, ["url", "eventTypes", "lifetimeSeconds"], "all at once");
    let trial = json!({ "eventName": "signing-session.signed" });
    assert_eq!(invalid_params(sandbox.post(&format!("{subscription}/test"), &trial).await).await, ["eventName"]);
    assert_eq!(sandbox.get(SUBSCRIPTIONS).await.json::<Value>().await.unwrap().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn there_may_be_twenty() {
    let sandbox = TestSandbox::spawn().await;
    for _ in 0..20 {
        sandbox.subscribe_with(&wishes()).await;
    }
    problem(sandbox.post(SUBSCRIPTIONS, &wishes()).await, 409, "conflict").await;
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn secrets_and_addresses_are_neither_logged_nor_answered() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_env_filter("debug,sandbox=trace").with_writer(move || writer.clone()).finish();
    // Holds for this thread, on which all of the test runs.
    let _guard = tracing::subscriber::set_default(subscriber);
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(500)]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    sandbox.send_trial(&subscription).await;
    receiver.next().await;
    sandbox.failed(&subscription, 1).await;
    sandbox.advance(Duration::seconds(1));
    receiver.next().await;
    let nowhere = json!({ "url": "http://127.0.0.1:9/?key=in-the-address" });
    let mut answers = patch(&sandbox, &subscription, &nowhere).await.text().await.unwrap();
    sandbox.send_trial(&subscription).await;
    let unreachable = sandbox.failed(&subscription, 1).await;
    assert_eq!(unreachable["lastFailure"], "no connection could be made");
    for path in [SUBSCRIPTIONS, &subscription, &format!("{subscription}/pending")] {
        answers += &sandbox.get(path).await.text().await.unwrap();
    }
    assert!(!answers.contains(SECRET), "{answers}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("has not arrived") && log.contains("has arrived"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
    assert!(!log.contains("in-the-address"), "{log}");
}
