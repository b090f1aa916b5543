use reqwest::Method;
use sandbox::clock::Clock as _;
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
async fn a_plan_can_ask_to_come_back_later() {
    let sandbox = TestSandbox::spawn().await;
    let plan = json!({ "operation": "list_sessions", "fault": "429", "seconds": 7, "times": 2 });
    assert_eq!(sandbox.post("/__sandbox/faults", &plan).await.status(), 204);
    for _ in 0..2 {
        let answer = sandbox.get("/sign/signing-sessions").await;
        assert_eq!(answer.headers()["retry-after"], "7");
        problem(answer, 429, "too_many_requests").await;
    }
    assert_eq!(total(&sandbox).await, 0);
}

#[tokio::test]
async fn answers_can_break_off_halfway() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("truncated").await;
    let document = session["documents"][0]["documentId"].as_str().unwrap();
    let document = format!("/sign/documents/{document}");
    let terms = json!([sandbox.terms("truncated too").await]);
    for (operation, method, path, body, status) in [
        ("get_document", Method::GET, document.as_str(), None, 200),
        ("list_sessions", Method::GET, "/sign/signing-sessions", None, 200),
        ("create_session", Method::POST, "/sign/signing-sessions", Some(&terms), 201),
    ] {
        plan(&sandbox, operation, "truncated-body").await;
        let mut request = sandbox.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{operation}");
        let announced = answer.content_length().unwrap();
        let mut received = 0;
        let broken = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => received += u64::try_from(chunk.len()).unwrap(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken, "{operation}: the connection breaks");
        assert_eq!(received, announced / 2, "{operation}");
    }
    assert_eq!(sandbox.get(&document).await.bytes().await.unwrap(), PDF);
    assert_eq!(total(&sandbox).await, 2, "what broke off was done all the same");
    // An answer that is an error stays one.
    plan(&sandbox, "create_session", "truncated-body").await;
    problem(sandbox.post("/sign/signing-sessions", &json!([])).await, 400, "bad_request").await;
}

#[tokio::test]
async fn tokens_can_expire_before_their_time() {
    let mut sandbox = TestSandbox::spawn().await;
    assert_eq!(total(&sandbox).await, 0);
    for _ in 0..2 {
        assert_eq!(sandbox.delete("/__sandbox/tokens").await, 204);
        problem(sandbox.get("/sign/signing-sessions").await, 401, "invalid_token").await;
        sandbox.token = sandbox.new_token().await;
        assert_eq!(total(&sandbox).await, 0);
    }
    plan(&sandbox, "get_token", "500").await;
    let answer = sandbox.http.post(format!("{}/auth/open/connect/token", sandbox.base)).send().await.unwrap();
    problem(answer, 500, "internal_server_error").await;
    // A restart forgets what was planned, and takes all tokens for good.
    let old = sandbox.token.clone();
    let mut sandbox = sandbox.restart().await;
    sandbox.token = old;
    assert_eq!(total(&sandbox).await, 0);
}

#[tokio::test]
async fn plans_must_make_sense_and_can_be_cleared() {
    let sandbox = TestSandbox::spawn().await;
    for (body, name) in [
        (json!({ "operation": "nothing", "fault": "500" }), "operation"),
        (json!({ "operation": "get_session", "fault": "explode" }), "fault"),
        (json!({ "operation": "get_session", "fault": "500", "times": 0 }), "times"),
        (json!({ "operation": "delete_session", "fault": "truncated-body" }), "fault"),
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

#[tokio::test]
async fn a_store_can_be_filled() {
    let sandbox = TestSandbox::spawn().await;
    for bad in [0, 1_000_001] {
        let answer = sandbox.post("/__sandbox/fill", &json!({ "sessions": bad })).await;
        assert_eq!(invalid_params(answer).await, ["sessions"]);
    }
    assert_eq!(sandbox.post("/__sandbox/fill", &json!({ "sessions": 50 })).await.status(), 204);
    let mut seen = 0;
    for (state, expected) in [("READY", 29), ("SIGNED", 11), ("REJECTED", 5), ("BLOCKED", 5)] {
        let page: Value = sandbox.get(&format!("/sign/signing-sessions?state={state}")).await.json().await.unwrap();
        assert_eq!(page["total"], expected, "{state}");
        for session in page["data"].as_array().unwrap() {
            seen += 1;
            for signature in session["output"]["signatures"].as_array().into_iter().flatten() {
                let result = signature["resultDocumentId"].as_str().unwrap();
                let xml = sandbox.get(&format!("/sign/documents/{result}")).await.text().await.unwrap();
                assert!(xml.contains("SignatureValue"), "{session}");
            }
            assert_eq!(session["output"].is_null(), state != "SIGNED", "{session}");
        }
    }
    assert_eq!(seen, 50);
}

#[tokio::test]
async fn a_snapshot_brings_back_rows_files_and_the_clock() {
    let mut sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("kept").await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);
    let open = sandbox.session("open").await;
    let (signed, unsigned) = (sandbox.read(&session).await, sandbox.read(&open).await);
    let result = signed["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    let result = format!("/sign/documents/{result}");
    let xml = sandbox.get(&result).await.text().await.unwrap();

    let answer = sandbox.post("/__sandbox/snapshot", &json!({})).await;
    assert_eq!(answer.status(), 201);
    let id = answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    let restore = format!("/__sandbox/snapshot/{id}/restore");

    for _ in 0..2 {
        assert_eq!(sandbox.sign(&open).await.status(), 204);
        sandbox.session("made later").await;
        // Nothing is left of what is long past, neither rows nor files, but for the snapshot's.
        sandbox.advance(time::Duration::days(60));
        assert_eq!(sandbox.post("/__sandbox/sweep", &json!({})).await.status(), 204);
        sandbox.token = sandbox.new_token().await;
        assert_eq!(total(&sandbox).await, 0);

        assert_eq!(sandbox.post(&restore, &json!({})).await.status(), 204);
        assert_eq!(sandbox.clock.now(), START);
        assert_eq!(total(&sandbox).await, 2);
        assert_eq!(sandbox.read(&session).await, signed);
        assert_eq!(sandbox.read(&open).await, unsigned);
        assert_eq!(sandbox.get(&result).await.text().await.unwrap(), xml);
        assert_eq!(sandbox.delete("/__sandbox/reset").await, 204);
        assert_eq!(total(&sandbox).await, 0);
        assert_eq!(sandbox.post(&restore, &json!({})).await.status(), 204);
    }
    problem(sandbox.post("/__sandbox/snapshot/..%2Fsecret/restore", &json!({})).await, 404, "not_found").await;

    // A restart keeps the rows and forgets the snapshot.
    let sandbox = sandbox.restart().await;
    assert_eq!(total(&sandbox).await, 2);
    problem(sandbox.post(&restore, &json!({})).await, 404, "not_found").await;
    assert!(!sandbox.dir.path().join("data/snapshots").exists());
}
