use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PDF, START, TestSandbox, invalid_params, problem, rfc3339};

async fn plan(sandbox: &TestSandbox, operation: &str, fault: &str) {
    let plan = json!({ "operation": operation, "fault": fault });
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
}

async fn total(sandbox: &TestSandbox) -> Value {
    sandbox.get("/sign/signing-sessions").await.json::<Value>().await.unwrap()["total"].clone()
}

#[tokio::test]
async fn the_clock_can_be_moved() {
    let sandbox = TestSandbox::spawn().await;
    let answer = sandbox.post("/__sandbox/clock", &json!({ "advanceSeconds": 90 })).await;
    let expected = json!({ "now": rfc3339(START + time::Duration::seconds(90)) });
    assert_eq!(answer.json::<Value>().await.unwrap(), expected);
    assert_eq!(
        invalid_params(sandbox.post("/__sandbox/clock", &json!({ "advanceSeconds": -1 })).await).await,
        ["advanceSeconds"]
    );
}

#[tokio::test]
async fn planned_faults_happen_once() {
    let sandbox = TestSandbox::spawn().await;
    let terms = json!([sandbox.terms("fault").await]);

    plan(&sandbox, "create_session", "500").await;
    problem(sandbox.post("/sign/signing-sessions", &terms).await, 500, "internal_server_error").await;
    assert_eq!(total(&sandbox).await, 0);

    plan(&sandbox, "create_session", "500-after-commit").await;
    problem(sandbox.post("/sign/signing-sessions", &terms).await, 500, "internal_server_error").await;
    assert_eq!(total(&sandbox).await, 1);

    plan(&sandbox, "create_session", "drop-after-commit").await;
    let request = sandbox.request(Method::POST, "/sign/signing-sessions").json(&terms);
    assert!(request.send().await.is_err(), "the connection breaks before an answer");
    assert_eq!(total(&sandbox).await, 2);

    plan(&sandbox, "create_session", "401").await;
    problem(sandbox.post("/sign/signing-sessions", &terms).await, 401, "invalid_token").await;

    plan(&sandbox, "create_session", "delay").await;
    assert_eq!(sandbox.post("/sign/signing-sessions", &terms).await.status(), 201);
    assert_eq!(total(&sandbox).await, 3);
}

#[tokio::test]
async fn a_wrong_hash_can_be_planned() {
    let sandbox = TestSandbox::spawn().await;
    plan(&sandbox, "upload_document", "wrong-hash").await;
    let request = sandbox.request(Method::POST, "/sign/documents").header("content-type", "application/pdf");
    let wrong: Value = request.body(PDF).send().await.unwrap().json().await.unwrap();
    let path = format!("/sign/documents/{}/metadata", wrong["documentId"].as_str().unwrap());
    let right: Value = sandbox.get(&path).await.json().await.unwrap();
    assert_ne!(wrong["documentHash"], right["documentHash"]);
    assert_eq!(wrong["documentHash"]["hash"].as_str().unwrap().len(), 44);
}

#[tokio::test]
async fn plans_must_make_sense_and_can_be_cleared() {
    let sandbox = TestSandbox::spawn().await;
    for (body, name) in [
        (json!({ "operation": "nothing", "fault": "500" }), "operation"),
        (json!({ "operation": "get_session", "fault": "explode" }), "fault"),
        (json!({ "operation": "get_session", "fault": "500", "times": 0 }), "times"),
    ] {
        assert_eq!(invalid_params(sandbox.post("/__sandbox/faults", &body).await).await, [name]);
    }
    plan(&sandbox, "list_sessions", "500").await;
    assert_eq!(sandbox.delete("/__sandbox/faults").await, 204);
    assert_eq!(total(&sandbox).await, 0);

    sandbox.session("forgotten").await;
    assert_eq!(sandbox.delete("/__sandbox/reset").await, 204);
    assert_eq!(total(&sandbox).await, 0);
}
