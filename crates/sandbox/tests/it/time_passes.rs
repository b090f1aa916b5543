use serde_json::{Value, json};
use time::Duration;

use crate::support::{PDF, START, TestSandbox, problem, rfc3339};

fn files(sandbox: &TestSandbox) -> usize {
    std::fs::read_dir(sandbox.dir.path().join("data/documents")).unwrap().count()
}

#[tokio::test]
async fn an_orphan_dies_after_thirty_minutes_and_an_assigned_document_does_not() {
    let mut sandbox = TestSandbox::spawn().await;
    let orphan = sandbox.upload("application/pdf", PDF).await;
    sandbox.collection(&[&orphan]).await;
    let session = sandbox.session("assigned").await;
    let assigned = session["documents"][0]["documentId"].as_str().unwrap();

    sandbox.advance_with_token(Duration::minutes(30) - Duration::seconds(1)).await;
    assert_eq!(sandbox.get(&format!("/sign/documents/{orphan}")).await.status(), 200);
    sandbox.advance(Duration::seconds(1));
    problem(sandbox.get(&format!("/sign/documents/{orphan}")).await, 404, "not_found").await;
    assert_eq!(sandbox.get(&format!("/sign/documents/{assigned}")).await.status(), 200);
}

#[tokio::test]
async fn after_the_due_date_the_session_can_be_read_for_seven_days_and_its_documents_cannot() {
    let mut sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("due").await;
    terms["dueDate"] = json!(rfc3339(START + Duration::days(10)));
    let open = sandbox.create(&terms).await;
    let signed = sandbox.create(&terms).await;
    assert_eq!(sandbox.sign(&signed).await.status(), 204);
    let signed = sandbox.read(&signed).await;
    let result = signed["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    let documents = [terms["documents"][0]["documentId"].as_str().unwrap(), result];

    sandbox.advance_with_token(Duration::days(10) - Duration::seconds(1)).await;
    assert_eq!(sandbox.read(&open).await["lifecycle"], json!({ "state": "READY", "stateIsFinal": false }));
    for id in documents {
        assert_eq!(sandbox.get(&format!("/sign/documents/{id}")).await.status(), 200);
    }

    sandbox.advance_with_token(Duration::seconds(1)).await;
    assert_eq!(sandbox.read(&open).await["lifecycle"], json!({ "state": "READY", "stateIsFinal": true }));
    assert_eq!(sandbox.read(&signed).await["lifecycle"]["state"], "SIGNED");
    for id in documents {
        problem(sandbox.get(&format!("/sign/documents/{id}")).await, 404, "not_found").await;
    }
    problem(sandbox.sign(&open).await, 400, "bad_request").await;

    sandbox.advance_with_token(Duration::days(7)).await;
    let path = format!("/sign/signing-sessions/{}", open["id"].as_str().unwrap());
    problem(sandbox.get(&path).await, 404, "not_found").await;
    let list: Value = sandbox.get("/sign/signing-sessions").await.json().await.unwrap();
    assert_eq!(list["total"], 0);
}

#[tokio::test]
async fn a_document_in_two_sessions_lives_as_long_as_the_later_one() {
    let mut sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("two").await;
    for days in [20, 5] {
        terms["dueDate"] = json!(rfc3339(START + Duration::days(days)));
        sandbox.create(&terms).await;
    }
    let document = format!("/sign/documents/{}", terms["documents"][0]["documentId"].as_str().unwrap());
    sandbox.advance_with_token(Duration::days(19)).await;
    assert_eq!(sandbox.get(&document).await.status(), 200);
    sandbox.advance_with_token(Duration::days(1)).await;
    assert_eq!(sandbox.get(&document).await.status(), 404);
}

#[tokio::test]
async fn the_sweep_removes_files_after_the_days_of_grace() {
    let mut sandbox = TestSandbox::spawn().await;
    sandbox.upload("text/plain", b"an orphan").await;
    let session = sandbox.session("kept").await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);
    assert_eq!(files(&sandbox), 3);

    sandbox.advance_with_token(Duration::minutes(31)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(files(&sandbox), 3, "the grace is not over");
    sandbox.advance_with_token(Duration::days(7)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(files(&sandbox), 2);
    assert_eq!(sandbox.state(&session).await, "SIGNED");
    sandbox.advance_with_token(Duration::days(30)).await;
    assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
    assert_eq!(files(&sandbox), 0);
}
