use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::Duration;

use crate::{
    browser::Browser,
    receiver::{Receiver, Reply, SECRET},
    support::{START, TestSandbox, invalid_params, problem, rfc3339},
};

async fn plan(sandbox: &TestSandbox, fault: &str, seconds: u32) {
    let plan = json!({ "operation": "event", "fault": fault, "seconds": seconds });
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
}

#[tokio::test]
async fn a_session_is_told_of_in_order_in_signed_envelopes_of_nine_fields() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    sandbox.subscribe(&receiver).await;
    let mut terms = sandbox.terms("told").await;
    terms["externalReference"] = json!("order 7/ø");
    terms["packageTo"] = json!(["PADES_CONTAINER"]);
    let session = sandbox.create(&terms).await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);

    for name in ["signing-session.opened", "signing-session.completed", "package.completed"] {
        let arrival = receiver.next().await;
        assert!(arrival.is_signed_with(SECRET, "x-signicat-signature"));
        assert!(!arrival.is_signed_with("another secret", "x-signicat-signature"));
        assert_eq!(arrival.headers["content-type"], "application/json");
        let mut envelope: Value = serde_json::from_slice(&arrival.body).unwrap();
        let id = envelope["id"].take();
        assert_eq!(id.as_str().unwrap().len(), 32);
        let expected = json!({
            "id": null,
            "timestamp": rfc3339(START),
            "sender": "signature-api",
            "eventName": name,
            "eventData": {
                "id": session["id"], "externalId": "order 7/ø", "externalReference": "order 7/ø",
            },
            "accountId": "sandbox-account",
            "organizationId": null,
            "expiresAt": rfc3339(START + Duration::seconds(30)),
            "tags": [],
        });
        assert_eq!(envelope, expected);
    }
}

#[tokio::test]
async fn opening_is_told_once_and_rejecting_too() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    sandbox.subscribe(&receiver).await;
    let session = sandbox.session("opened").await;
    let link = session["signatureUrl"].as_str().unwrap();
    for _ in 0..2 {
        assert_eq!(Browser::new().open(link).await.status, 200);
    }
    sandbox.reject(&session).await;
    assert_eq!(receiver.names().await, ["signing-session.opened", "signing-session.rejected"]);
}

#[tokio::test]
async fn everybody_gets_what_they_want_and_nobody_what_they_do_not() {
    let sandbox = TestSandbox::spawn().await;
    let (mut one, mut two, mut off) =
        (Receiver::start(&[]).await, Receiver::start(&[]).await, Receiver::start(&[]).await);
    let completed = json!({ "url": one.url, "eventTypes": ["signature-api:signing-session.completed"] });
    sandbox.subscribe_with(&completed).await;
    let own = json!({
        "url": two.url, "secret": "another shared secret", "signatureHeader": "X-Hook",
        "eventTypes": ["signature-api:signing-session.rejected", "signature-api:signing-session.opened"],
    });
    sandbox.subscribe_with(&own).await;
    let switched_off = json!({ "url": off.url, "eventTypes": ["signature-api:*"], "enabled": false });
    let switched_off = sandbox.subscribe_with(&switched_off).await;

    assert_eq!(sandbox.sign(&sandbox.session("signed").await).await.status(), 204);
    sandbox.reject(&sandbox.session("rejected").await).await;
    assert_eq!(one.names().await, ["signing-session.completed"]);
    let opened = two.next().await;
    assert!(opened.is_signed_with("another shared secret", "x-hook"));
    assert_eq!([opened.name(), two.next().await.name()], ["signing-session.opened", "signing-session.rejected"]);

    problem(sandbox.post(&format!("{switched_off}/test"), &json!({})).await, 409, "conflict").await;
    let on = sandbox.request(reqwest::Method::PATCH, &switched_off).json(&json!({ "enabled": true }));
    assert_eq!(on.send().await.unwrap().status(), 200);
    sandbox.send_trial(&switched_off).await;
    assert!(off.next().await.event().is_mock(), "what happened while it was off is not told later");
}

#[tokio::test]
async fn a_failed_attempt_is_repeated_word_for_word() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(500), Reply::Redirect, Reply::Status(404), Reply::Hang]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    sandbox.reject(&sandbox.session("stubborn").await).await;
    let first = receiver.next().await;
    for (attempt, failure) in [
        (1, "the answer was 500 Internal Server Error"),
        (2, "the answer was 307 Temporary Redirect"),
        (3, "the answer was 404 Not Found"),
        (4, "there was no answer within 10 seconds"),
    ] {
        if attempt == 4 {
            sandbox.advance(Duration::seconds(10));
        }
        assert_eq!(sandbox.failed(&subscription, attempt).await["lastFailure"], failure);
        // After the first failure at most 1 s goes by, then 2, 4 and 8.
        sandbox.advance(Duration::seconds(1 << (attempt - 1)));
        let again = receiver.next().await;
        assert_eq!(again.body, first.body);
        assert!(again.is_signed_with(SECRET, "x-signicat-signature"));
    }
    sandbox.undelivered(&subscription, "pending", |letters| letters["total"] == 0).await;
}

#[tokio::test]
async fn the_back_off_is_kept() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(503), Reply::Status(503)]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    let event = sandbox.send_trial(&subscription).await;
    receiver.next().await;
    sandbox.failed(&subscription, 1).await;
    sandbox.advance(Duration::seconds(1));
    receiver.next().await;
    sandbox.failed(&subscription, 2).await;
    // At least 1 s of the 2 s goes by: what is new overtakes it.
    sandbox.advance(Duration::milliseconds(999));
    let other = sandbox.send_trial(&subscription).await;
    assert_eq!(receiver.next().await.event().id, other);
    sandbox.advance(Duration::milliseconds(1001));
    assert_eq!(receiver.next().await.event().id, event);
}

#[tokio::test]
async fn what_does_not_arrive_in_time_is_a_dead_letter_that_can_be_sent_again() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(500)]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    let session = sandbox.session("late").await;
    sandbox.reject(&session).await;
    let first = receiver.next().await.event();
    sandbox.failed(&subscription, 1).await;
    receiver.reply(Reply::Status(500));
    sandbox.advance(Duration::seconds(30));
    let letters = sandbox.undelivered(&subscription, "dead-letters", |letters| letters["total"] == 1).await;
    let expected = json!({
        "eventId": first.id,
        "eventName": "signing-session.rejected",
        "sessionId": session["id"],
        "timestamp": rfc3339(START),
        "expiresAt": rfc3339(START + Duration::seconds(30)),
        "attempts": 1,
        "lastFailure": "the answer was 500 Internal Server Error",
    });
    assert_eq!(letters["data"], json!([expected]));

    let send_again = format!("{subscription}/dead-letters/send-again");
    let unknown = sandbox.post(&send_again, &json!({ "eventId": "no such" })).await;
    assert_eq!(invalid_params(unknown).await, ["eventId"]);
    let mut wishes = json!({});
    for attempt in [1, 2] {
        let answer = sandbox.post(&send_again, &wishes).await;
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "count": 1 }));
        let again = receiver.next().await.event();
        assert_eq!((again.id.as_str(), again.timestamp), (first.id.as_str(), first.timestamp));
        assert_eq!(again.expires_at, START + Duration::seconds(30 * (attempt + 1)));
        if attempt == 1 {
            sandbox.failed(&subscription, 1).await;
            sandbox.advance(Duration::seconds(30));
            sandbox.undelivered(&subscription, "dead-letters", |letters| letters["total"] == 1).await;
            wishes = json!({ "eventId": first.id });
        }
    }
    for which in ["pending", "dead-letters"] {
        sandbox.undelivered(&subscription, which, |letters| letters["total"] == 0).await;
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_tried_again() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(410)]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    sandbox.send_trial(&subscription).await;
    receiver.next().await;
    let letters = sandbox.undelivered(&subscription, "dead-letters", |letters| letters["total"] == 1).await;
    assert_eq!(letters["data"][0]["lastFailure"], "the answer was 410 Gone");
}

#[tokio::test]
async fn what_is_on_its_way_survives_a_restart() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Status(500), Reply::Hang]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    sandbox.reject(&sandbox.session("kept").await).await;
    let first = receiver.next().await;
    sandbox.failed(&subscription, 1).await;
    sandbox.advance(Duration::seconds(1));
    receiver.next().await;
    // Stopped in the middle of the second attempt.
    let sandbox = sandbox.restart().await;
    assert_eq!(receiver.next().await.body, first.body);
    sandbox.undelivered(&subscription, "pending", |letters| letters["total"] == 0).await;
}

#[tokio::test]
async fn a_passed_due_date_is_told_once_also_over_restarts() {
    let mut sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    let mut terms = sandbox.terms("due").await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(10)));
    let open = sandbox.create(&terms).await;
    let mut blocked = terms.clone();
    blocked["subsequentTo"] = json!([open["id"]]);
    let blocked = sandbox.create(&blocked).await;
    let deleted = sandbox.create(&terms).await;
    let rejected = sandbox.create(&terms).await;
    sandbox.reject(&rejected).await;
    assert_eq!(sandbox.delete(&format!("/sign/signing-sessions/{}", deleted["id"].as_str().unwrap())).await, 204);
    assert_eq!(receiver.names().await, ["signing-session.rejected"]);

    sandbox.advance_with_token(Duration::days(10) - Duration::seconds(1)).await;
    sandbox.send_trial(&subscription).await;
    assert!(receiver.next().await.event().is_mock(), "it is not due yet");
    sandbox.advance_with_token(Duration::seconds(1)).await;
    let told = [receiver.next().await.event(), receiver.next().await.event()];
    let ids: BTreeSet<String> = told.iter().map(|event| event.session_id().unwrap().to_string()).collect();
    assert_eq!(ids, BTreeSet::from([&open, &blocked].map(|session| session["id"].as_str().unwrap().to_owned())));
    assert!(told.iter().all(|event| event.event_name.as_str() == "signing-session.expired"));

    sandbox.undelivered(&subscription, "pending", |letters| letters["total"] == 0).await;
    let mut sandbox = sandbox.restart().await;
    sandbox.advance_with_token(Duration::days(1)).await;
    sandbox.send_trial(&subscription).await;
    assert!(receiver.next().await.event().is_mock(), "it was told already");
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let sandbox = TestSandbox::spawn().await;
    let (mut slow, mut quick) = (Receiver::start(&[Reply::Hang]).await, Receiver::start(&[]).await);
    let hanging = sandbox.subscribe(&slow).await;
    sandbox.subscribe(&quick).await;
    assert_eq!(sandbox.sign(&sandbox.session("quick").await).await.status(), 204);
    slow.next().await;
    assert_eq!(quick.names().await, ["signing-session.opened", "signing-session.completed"]);
    sandbox.undelivered(&hanging, "pending", |letters| letters["total"] == 2).await;
    assert_eq!(sandbox.delete(&hanging).await, 204);
}

#[tokio::test]
async fn events_can_be_lost_doubled_forged_reordered_and_delayed_by_plan() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    let subscription = sandbox.subscribe(&receiver).await;

    plan(&sandbox, "lose", 0).await;
    sandbox.send_trial(&subscription).await;
    sandbox.undelivered(&subscription, "pending", |letters| letters["total"] == 0).await;

    plan(&sandbox, "duplicate", 0).await;
    let doubled = sandbox.send_trial(&subscription).await;
    assert_eq!(receiver.next().await.event().id, doubled);
    assert_eq!(receiver.next().await.event().id, doubled);

    plan(&sandbox, "forge", 0).await;
    receiver.reply(Reply::Status(401));
    sandbox.send_trial(&subscription).await;
    assert!(!receiver.next().await.is_signed_with(SECRET, "x-signicat-signature"));
    sandbox.failed(&subscription, 1).await;
    sandbox.advance(Duration::seconds(1));
    assert!(receiver.next().await.is_signed_with(SECRET, "x-signicat-signature"));

    plan(&sandbox, "reorder", 0).await;
    assert_eq!(sandbox.sign(&sandbox.session("reordered").await).await.status(), 204);
    assert_eq!(receiver.names().await, ["signing-session.completed", "signing-session.opened"]);

    plan(&sandbox, "delay", 20).await;
    let delayed = sandbox.send_trial(&subscription).await;
    let next = sandbox.send_trial(&subscription).await;
    assert_eq!(receiver.next().await.event().id, next);
    sandbox.advance(Duration::seconds(20));
    assert_eq!(receiver.next().await.event().id, delayed);

    for (operation, fault) in [("event", "500"), ("get_session", "lose")] {
        let plan = json!({ "operation": operation, "fault": fault });
        assert_eq!(invalid_params(sandbox.post("/__sandbox/faults", &plan).await).await, ["fault"]);
    }
}

#[tokio::test]
async fn a_reset_forgets_events_and_keeps_subscriptions() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[Reply::Hang]).await;
    let subscription = sandbox.subscribe(&receiver).await;
    sandbox.send_trial(&subscription).await;
    receiver.next().await;
    assert_eq!(sandbox.delete("/__sandbox/reset").await, 204);
    sandbox.undelivered(&subscription, "pending", |letters| letters["total"] == 0).await;
    let next = sandbox.send_trial(&subscription).await;
    // The forgotten event's failure is not taken for the next one's, which would be put off.
    sandbox.advance(Duration::seconds(10));
    assert_eq!(receiver.next().await.event().id, next);
}
