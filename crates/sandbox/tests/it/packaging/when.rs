//! When a package is due, and how long it stays.

use serde_json::{Value, json};
use time::Duration;

use super::{
    Judged, bytes, eventually, job, package, packaged_collection, packaged_terms, path_of, path_of_collection, sign,
};
use crate::{
    receiver::Receiver,
    support::{PDF, START, TestSandbox, problem, rfc3339, terms},
};

async fn reject(sandbox: &TestSandbox, session: &Value) {
    let path = format!("/__sandbox/sessions/{}/reject", session["id"].as_str().unwrap());
    assert_eq!(sandbox.post(&path, &json!({})).await.status(), 204);
}

async fn jobs(sandbox: &TestSandbox) -> usize {
    sandbox.get("/__sandbox/packages").await.json::<Value>().await.unwrap().as_array().unwrap().len()
}

/// A collection that is to be packaged, and a request for a session on it.
async fn collection(sandbox: &TestSandbox) -> (String, Value) {
    let document = sandbox.upload("application/pdf", PDF).await;
    let collection = packaged_collection(sandbox, &[&document]).await;
    let terms = terms("Contract", &document, &collection);
    (path_of_collection(&collection), terms)
}

#[tokio::test]
async fn a_session_that_waits_in_vain_does_not_hold_the_package() {
    let sandbox = TestSandbox::spawn().await;
    let (path, mut terms) = collection(&sandbox).await;
    let signed = sandbox.create(&terms).await;
    // The one who rejects signs something else.
    let rejected = sandbox.session("elsewhere").await;
    terms["subsequentTo"] = json!([rejected["id"]]);
    let waits = sandbox.create(&terms).await;
    terms["subsequentTo"] = json!([waits["id"]]);
    sandbox.create(&terms).await;
    sign(&sandbox, &signed).await;
    assert_eq!(jobs(&sandbox).await, 0, "two sessions wait");
    reject(&sandbox, &rejected).await;
    package(&sandbox, &path).await;
}

#[tokio::test]
async fn all_who_signed_are_told_of_their_collections_package() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    let wanted = json!({ "url": receiver.url, "eventTypes": ["signature-api:package.completed"] });
    sandbox.subscribe_with(&wanted).await;
    let (_, terms) = collection(&sandbox).await;
    let (one, two) = (sandbox.create(&terms).await, sandbox.create(&terms).await);
    reject(&sandbox, &sandbox.create(&terms).await).await;
    for session in [&one, &two] {
        sign(&sandbox, session).await;
    }
    let mut told = Vec::new();
    for _ in 0..2 {
        let envelope: Value = serde_json::from_slice(&receiver.next().await.body).unwrap();
        told.push(envelope["eventData"]["id"].clone());
    }
    told.sort_by_key(ToString::to_string);
    let mut signed = [one["id"].clone(), two["id"].clone()];
    signed.sort_by_key(ToString::to_string);
    assert_eq!(told, signed);
}

#[tokio::test]
async fn deleting_the_last_open_session_makes_the_package_due() {
    let sandbox = TestSandbox::spawn().await;
    let (path, terms) = collection(&sandbox).await;
    let (signed, open) = (sandbox.create(&terms).await, sandbox.create(&terms).await);
    sign(&sandbox, &signed).await;
    assert_eq!(jobs(&sandbox).await, 0);
    assert_eq!(sandbox.delete(&path_of(&open)).await, 204);
    package(&sandbox, &path).await;
}

#[tokio::test]
async fn an_expired_link_does_not_hold_the_package() {
    let mut sandbox = TestSandbox::spawn().await;
    let (path, mut terms) = collection(&sandbox).await;
    let signed = sandbox.create(&terms).await;
    terms["signatureUrlTTL"] = json!(60);
    sandbox.create(&terms).await;
    sign(&sandbox, &signed).await;
    sandbox.advance_with_token(Duration::minutes(60) - Duration::seconds(1)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(jobs(&sandbox).await, 0);
    sandbox.advance_with_token(Duration::seconds(1)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    package(&sandbox, &path).await;
}

#[tokio::test]
async fn a_collection_where_nobody_signed_is_not_packaged() {
    let sandbox = TestSandbox::spawn().await;
    let (_, terms) = collection(&sandbox).await;
    reject(&sandbox, &sandbox.create(&terms).await).await;
    let deleted = sandbox.create(&terms).await;
    sign(&sandbox, &sandbox.session("another").await).await;
    assert_eq!(sandbox.delete(&path_of(&deleted)).await, 204);
    assert_eq!(jobs(&sandbox).await, 0);
    sandbox.create(&terms).await;
}

#[tokio::test]
async fn a_package_is_there_until_the_last_due_date_and_in_the_archive_as_long_as_asked() {
    let mut sandbox = TestSandbox::spawn().await;
    let (path, mut terms) = collection(&sandbox).await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(10)));
    let short = sandbox.create(&terms).await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(20)));
    terms["archive"] = json!({
        "sendSignatureResultsToArchive": true,
        "sendPackagingResultToArchive": true,
        "retentionPeriod": "P1M",
    });
    let long = sandbox.create(&terms).await;
    for session in [&short, &long] {
        sign(&sandbox, session).await;
    }
    let found = package(&sandbox, &path).await;
    let document = format!("/sign/documents/{}", found["resultDocumentId"].as_str().unwrap());
    let archived = format!("/sign/archive-documents/{}", found["resultArchiveId"].as_str().unwrap());
    let content = bytes(&sandbox, &document).await;
    assert_eq!(bytes(&sandbox, &archived).await, content);
    assert!(sandbox.read(&short).await["output"]["signatures"][0].get("resultArchiveId").is_none());
    let signature = &sandbox.read(&long).await["output"]["signatures"][0];
    let archived_signature = format!("/sign/archive-documents/{}", signature["resultArchiveId"].as_str().unwrap());
    let signature =
        bytes(&sandbox, &format!("/sign/documents/{}", signature["resultDocumentId"].as_str().unwrap())).await;

    sandbox.advance_with_token(Duration::days(20) - Duration::seconds(1)).await;
    assert_eq!(bytes(&sandbox, &document).await, content);
    sandbox.advance_with_token(Duration::seconds(1)).await;
    problem(sandbox.get(&document).await, 404, "not_found").await;
    // The archive keeps what the session loses, be it deleted and swept.
    assert_eq!(sandbox.delete(&path_of(&long)).await, 204);
    sandbox.advance_with_token(Duration::days(10) - Duration::seconds(1)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(bytes(&sandbox, &archived).await, content);
    let answer = sandbox.get(&archived_signature).await;
    assert_eq!(answer.headers()["content-type"], "application/xml");
    assert_eq!(answer.bytes().await.unwrap(), signature);
    sandbox.advance_with_token(Duration::seconds(1)).await;
    problem(sandbox.get(&archived).await, 404, "not_found").await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(std::fs::read_dir(sandbox.dir.path().join("data/documents")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_session_takes_its_package_along_when_it_is_deleted() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.create(&packaged_terms(&sandbox, "own").await).await;
    sign(&sandbox, &session).await;
    let own = package(&sandbox, &path_of(&session)).await;
    let (path, mut terms) = collection(&sandbox).await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(10)));
    let one = sandbox.create(&terms).await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(20)));
    let two = sandbox.create(&terms).await;
    for session in [&one, &two] {
        sign(&sandbox, session).await;
    }
    let joint = package(&sandbox, &path).await;
    let file = |package: &Value| format!("/sign/documents/{}", package["resultDocumentId"].as_str().unwrap());

    assert_eq!(sandbox.delete(&path_of(&session)).await, 204);
    problem(sandbox.get(&file(&own)).await, 404, "not_found").await;
    assert_eq!(sandbox.delete(&path_of(&two)).await, 204);
    assert_eq!(sandbox.get(&file(&joint)).await.status(), 200, "one session is left");
    assert_eq!(sandbox.delete(&path_of(&one)).await, 204);
    problem(sandbox.get(&file(&joint)).await, 404, "not_found").await;
}

#[tokio::test]
async fn deleting_a_collection_forgets_its_job_and_leaves_what_is_made() {
    let sandbox = TestSandbox::spawn().await;
    let plan = json!({ "operation": "packaging", "fault": "500" });
    let (path, terms) = collection(&sandbox).await;
    let session = sandbox.create(&terms).await;
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
    sign(&sandbox, &session).await;
    job(&sandbox, |job| job["failures"] == 1).await;
    assert_eq!(sandbox.delete(&path).await, 204);
    assert_eq!(jobs(&sandbox).await, 0);

    let (path, terms) = collection(&sandbox).await;
    let session = sandbox.create(&terms).await;
    sign(&sandbox, &session).await;
    let made = package(&sandbox, &path).await;
    assert_eq!(sandbox.delete(&path).await, 204);
    assert_eq!(Judged::package(&sandbox, &made).await.files.len(), 2);
}

#[tokio::test]
async fn what_is_deleted_before_its_package_is_made_is_not_in_it() {
    let sandbox = TestSandbox::spawn().await;
    let (path, terms) = collection(&sandbox).await;
    let (one, two) = (sandbox.create(&terms).await, sandbox.create(&terms).await);
    let own = sandbox.create(&packaged_terms(&sandbox, "own").await).await;
    let plan = json!({ "operation": "packaging", "fault": "500", "times": 2 });
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
    for session in [&one, &two, &own] {
        sign(&sandbox, session).await;
    }
    let all_failed = |jobs: &Value| jobs.as_array().unwrap().iter().all(|job| job["failures"] == 1);
    let list = eventually(&sandbox, "/__sandbox/packages", all_failed).await;
    assert_eq!(list.as_array().unwrap().len(), 2);
    for session in [&one, &own] {
        assert_eq!(sandbox.delete(&path_of(session)).await, 204);
    }
    assert_eq!(jobs(&sandbox).await, 1, "the deleted session's job is forgotten");
    assert_eq!(sandbox.post("/__sandbox/clock", &json!({ "advanceSeconds": 10 })).await.status(), 200);
    let judged = Judged::package(&sandbox, &package(&sandbox, &path).await).await;
    assert_eq!(judged.files.len(), 2);
    let signature = judged.files.iter().find(|(name, _)| name.contains(".signature-")).unwrap().1;
    assert!(String::from_utf8_lossy(signature).contains(two["id"].as_str().unwrap()));
}
