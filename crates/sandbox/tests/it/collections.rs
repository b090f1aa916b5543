use serde_json::{Value, json};

use crate::support::{PDF, TestSandbox, invalid_params, problem};

#[tokio::test]
async fn a_collection_keeps_its_documents_in_order() {
    let sandbox = TestSandbox::spawn().await;
    let first = sandbox.upload("application/pdf", PDF).await;
    let second = sandbox.upload("application/pdf", PDF).await;
    let body = json!({
        "documents": [{ "documentId": second, "description": "old clients send this" }, { "documentId": first }],
        "packageTo": ["PADES_CONTAINER"],
        "unknown": true,
    });
    let answer = sandbox.post("/sign/document-collections", &body).await;
    assert_eq!(answer.status(), 201);
    let made: Value = answer.json().await.unwrap();
    let documents = json!([{ "documentId": second }, { "documentId": first }]);
    assert_eq!(made, json!({ "id": made["id"], "documents": documents, "packageTo": ["PADES_CONTAINER"] }));

    let path = format!("/sign/document-collections/{}", made["id"].as_str().unwrap());
    assert_eq!(sandbox.get(&path).await.json::<Value>().await.unwrap(), made);
    assert_eq!(sandbox.delete(&path).await, 204);
    assert_eq!(sandbox.delete(&path).await, 404);
    problem(sandbox.get(&path).await, 404, "not_found").await;
    assert_eq!(sandbox.get(&format!("/sign/documents/{first}")).await.status(), 200, "its documents stay");
}

#[tokio::test]
async fn bad_collections_are_refused() {
    let sandbox = TestSandbox::spawn().await;
    let id = sandbox.upload("application/pdf", PDF).await;
    let unknown = "0197e4b8-0000-7000-8000-000000000000";
    for (body, names) in [
        (json!({}), vec!["documents"]),
        (json!({ "documents": null, "packageTo": null }), vec!["documents"]),
        (json!({ "documents": [] }), vec!["documents"]),
        (json!({ "documents": [{ "documentId": unknown }] }), vec!["documents[0].documentId"]),
        (json!({ "documents": [{ "documentId": "x" }] }), vec!["documents[0].documentId"]),
        (json!({ "documents": [{ "documentId": id }, { "documentId": id }] }), vec!["documents[1].documentId"]),
        (json!({ "documents": [{ "documentId": id }], "packageTo": ["ZIP"] }), vec!["packageTo[0]"]),
        (json!({ "documents": "x" }), vec!["documents"]),
        (json!({ "documents": [{}] }), vec!["documents[0]"]),
    ] {
        assert_eq!(invalid_params(sandbox.post("/sign/document-collections", &body).await).await, names, "{body}");
    }
    let many: Vec<Value> = (0..101).map(|_| json!({ "documentId": id })).collect();
    let names = invalid_params(sandbox.post("/sign/document-collections", &json!({ "documents": many })).await).await;
    assert_eq!(names[0], "documents");
}

#[tokio::test]
async fn bodies_must_be_json() {
    let sandbox = TestSandbox::spawn().await;
    let post = |content_type: &str, body: Vec<u8>| {
        let request = sandbox.request(reqwest::Method::POST, "/sign/document-collections");
        request.header("content-type", content_type).body(body).send()
    };
    for body in ["", "{", "{} {}", "\u{feff}{}", "nul"] {
        problem(post("application/json", body.into()).await.unwrap(), 400, "bad_request").await;
    }
    problem(post("application/json", "[".repeat(10_000).into()).await.unwrap(), 400, "bad_request").await;
    problem(post("application/json", vec![b'"', 0xff, b'"']).await.unwrap(), 400, "bad_request").await;
    problem(post("text/plain", "{}".into()).await.unwrap(), 415, "unsupported_media_type").await;
    problem(post("application/json", vec![b' '; 1024 * 1024 + 1]).await.unwrap(), 413, "payload_too_large").await;
}
