//! Packages that fail, and services that end meanwhile.

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{Judged, eventually, job, package, packaged_terms, path_of, sign};
use crate::{
    receiver::Receiver,
    support::{TestSandbox, invalid_params},
};

async fn plan(sandbox: &TestSandbox, plan: Value) {
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
}

async fn advance(sandbox: &TestSandbox, seconds: u32) {
    assert_eq!(sandbox.post("/__sandbox/clock", &json!({ "advanceSeconds": seconds })).await.status(), 200);
}

#[tokio::test]
async fn after_three_failures_a_package_is_given_up_and_nothing_else_is_lost() {
    let sandbox = TestSandbox::spawn().await;
    let mut receiver = Receiver::start(&[]).await;
    sandbox.subscribe(&receiver).await;
    plan(&sandbox, json!({ "operation": "packaging", "fault": "500", "times": 3 })).await;
    let session = sandbox.create(&packaged_terms(&sandbox, "fails").await).await;
    sign(&sandbox, &session).await;
    for (failures, wait) in [(1, 10), (2, 60)] {
        let waiting = job(&sandbox, |job| job["failures"] == failures).await;
        assert_eq!((&waiting["state"], &waiting["starts"]), (&json!("waiting"), &json!(failures)), "{waiting}");
        advance(&sandbox, wait - 1).await;
        assert_eq!(job(&sandbox, |_| true).await["failures"], failures, "it is not time yet");
        advance(&sandbox, 1).await;
    }
    let failed = job(&sandbox, |job| job["failures"] == 3).await;
    assert_eq!(failed, json!({ "sessionId": session["id"], "state": "failed", "starts": 3, "failures": 3 }));
    let told = receiver.names().await;
    assert_eq!(told, ["signing-session.opened", "signing-session.completed", "package.failed"]);
    let session = sandbox.read(&session).await;
    assert_eq!(session["lifecycle"]["state"], "SIGNED");
    assert_eq!(session["output"]["packages"], json!([]));
    let result = session["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/sign/documents/{result}")).await.status(), 200);
    advance(&sandbox, 500).await;
    assert_eq!(job(&sandbox, |_| true).await["state"], "failed");
}

#[tokio::test]
async fn a_package_that_failed_once_is_made_by_the_next_try() {
    let sandbox = TestSandbox::spawn().await;
    plan(&sandbox, json!({ "operation": "packaging", "fault": "500" })).await;
    let session = sandbox.create(&packaged_terms(&sandbox, "again").await).await;
    sign(&sandbox, &session).await;
    job(&sandbox, |job| job["failures"] == 1).await;
    // Not by way of the service, which would wake the worker: it looks by itself.
    sandbox.advance(time::Duration::seconds(10));
    Judged::package(&sandbox, &package(&sandbox, &path_of(&session)).await).await;
    let made = job(&sandbox, |_| true).await;
    assert_eq!((&made["state"], &made["failures"]), (&json!("made"), &json!(1)));
}

#[tokio::test]
async fn a_job_under_way_when_the_service_ends_is_begun_anew_at_the_next_start() {
    let sandbox = TestSandbox::spawn().await;
    plan(&sandbox, json!({ "operation": "packaging", "fault": "delay", "seconds": 3600 })).await;
    let session = sandbox.create(&packaged_terms(&sandbox, "restart").await).await;
    sign(&sandbox, &session).await;
    let under_way = job(&sandbox, |job| job["starts"] == 1).await;
    assert_eq!(under_way["state"], "waiting");

    let sandbox = sandbox.restart().await;
    Judged::package(&sandbox, &package(&sandbox, &path_of(&session)).await).await;
    let made = job(&sandbox, |_| true).await;
    assert_eq!((&made["starts"], &made["failures"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn a_job_that_was_begun_too_often_is_given_up() {
    let sandbox = TestSandbox::spawn().await;
    plan(&sandbox, json!({ "operation": "packaging", "fault": "delay", "seconds": 3600 })).await;
    let session = sandbox.create(&packaged_terms(&sandbox, "deadly").await).await;
    sign(&sandbox, &session).await;
    job(&sandbox, |job| job["starts"] == 1).await;
    // As if the process had died over it nine times more.
    let file = SqliteConnectOptions::new().filename(sandbox.dir.path().join("data/sandbox.db"));
    let mut database = SqliteConnection::connect_with(&file).await.unwrap();
    sqlx::query("UPDATE package SET starts = 10").execute(&mut database).await.unwrap();
    database.close().await.unwrap();
    let sandbox = sandbox.restart().await;
    assert_eq!(job(&sandbox, |job| job["starts"] == 11 && job["failures"] == 1).await["state"], "failed");
    assert_eq!(sandbox.state(&session).await, "SIGNED");
}

#[tokio::test]
async fn a_damaged_file_is_not_packaged() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.create(&packaged_terms(&sandbox, "damaged").await).await;
    plan(&sandbox, json!({ "operation": "packaging", "fault": "500" })).await;
    sign(&sandbox, &session).await;
    job(&sandbox, |job| job["failures"] == 1).await;
    for entry in std::fs::read_dir(sandbox.dir.path().join("data/documents")).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[9] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    advance(&sandbox, 10).await;
    job(&sandbox, |job| job["failures"] == 2).await;
}

#[tokio::test]
async fn several_packages_are_made_at_a_time() {
    let sandbox = TestSandbox::spawn().await;
    let mut sessions = Vec::new();
    for n in 0..6 {
        sessions.push(sandbox.create(&packaged_terms(&sandbox, &format!("{n}")).await).await);
    }
    for session in &sessions {
        sign(&sandbox, session).await;
    }
    let all = |jobs: &Value| jobs.as_array().unwrap().iter().all(|job| job["state"] == "made");
    assert_eq!(eventually(&sandbox, "/__sandbox/packages", all).await.as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn only_faults_that_packaging_can_have_are_planned() {
    let sandbox = TestSandbox::spawn().await;
    let plan = json!({ "operation": "packaging", "fault": "401" });
    assert_eq!(invalid_params(sandbox.post("/__sandbox/faults", &plan).await).await, ["fault"]);
}
