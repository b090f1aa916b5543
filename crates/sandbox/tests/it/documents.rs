use contract::Sha256Digest;
use reqwest::{Body, Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{PDF, PDF_TABLE, TestSandbox, invalid_params, problem};

async fn upload(sandbox: &TestSandbox, mime_type: &str, body: impl Into<Body>) -> Response {
    let request = sandbox.request(Method::POST, "/sign/documents").header("content-type", mime_type);
    request.body(body).send().await.unwrap()
}

fn hash(bytes: &[u8]) -> String {
    Sha256Digest::new(Sha256::digest(bytes).into()).base64()
}

#[tokio::test]
async fn what_is_uploaded_comes_back_byte_for_byte() {
    let sandbox = TestSandbox::spawn().await;
    for (mime_type, stored_type, bytes) in [
        ("application/pdf", "application/pdf", PDF),
        ("Text/Plain; charset=utf-8", "text/plain", "Hei på deg".as_bytes()),
        ("text/markdown", "text/markdown", b"# Title".as_slice()),
    ] {
        let answer = upload(&sandbox, mime_type, bytes.to_vec()).await;
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["mimeType"], stored_type);
        assert_eq!(answer["documentHash"], json!({ "hash": hash(bytes), "hashAlgorithm": "SHA256" }));
        assert!(answer["createdAt"].is_string());
        assert!(answer.get("filename").is_none());

        let id = answer["documentId"].as_str().unwrap();
        let download = sandbox.get(&format!("/sign/documents/{id}")).await;
        assert_eq!(download.headers()["content-type"], stored_type);
        assert_eq!(download.headers()["content-length"], bytes.len().to_string().as_str());
        assert_eq!(download.headers()["x-content-type-options"], "nosniff");
        assert_eq!(download.bytes().await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn equal_bytes_make_two_documents() {
    let sandbox = TestSandbox::spawn().await;
    let first = sandbox.upload("application/pdf", PDF).await;
    let second = sandbox.upload("application/pdf", PDF).await;
    assert_ne!(first, second);
    assert_eq!(sandbox.delete(&format!("/sign/documents/{first}")).await, 204);
    assert_eq!(sandbox.get(&format!("/sign/documents/{second}")).await.bytes().await.unwrap(), PDF);
}

#[tokio::test]
async fn bad_uploads_are_refused_with_a_reason() {
    let sandbox = TestSandbox::spawn().await;
    let no_pages = String::from_utf8_lossy(PDF).replace("/Kids[3 0 R]/Count 1", "/Kids[     ]/Count 0");
    for (mime_type, body, detail) in [
        ("application/pdf", b"".as_slice(), "the document is empty"),
        ("text/plain", b"", "the document is empty"),
        ("application/pdf", b"<html></html>", "the document is not a PDF"),
        ("application/pdf", b"%PDF-1.7 and no more", "the PDF is damaged: its end is missing"),
        ("application/pdf", no_pages.as_bytes(), "the PDF has no pages"),
        ("text/plain", b"a\0b", "the text must be UTF-8 without NUL characters"),
        ("text/markdown", &[0xff, 0xfe], "the text must be UTF-8 without NUL characters"),
    ] {
        let body = problem(upload(&sandbox, mime_type, body.to_vec()).await, 400, "bad_request").await;
        assert_eq!(body["detail"], detail);
    }
    for mime_type in ["image/png", "application/xml", "multipart/form-data; boundary=x", "", "pdf"] {
        problem(upload(&sandbox, mime_type, PDF).await, 415, "unsupported_media_type").await;
    }
    let untyped = sandbox.request(Method::POST, "/sign/documents").body(PDF).send().await.unwrap();
    problem(untyped, 415, "unsupported_media_type").await;
    let packed = sandbox.request(Method::POST, "/sign/documents").header("content-type", "application/pdf");
    let packed = packed.header("content-encoding", "gzip").body(PDF).send().await.unwrap();
    problem(packed, 415, "unsupported_media_type").await;
}

#[tokio::test]
async fn an_upload_has_a_limit_whatever_its_headers_say() {
    let sandbox = TestSandbox::spawn().await;
    let max = 25 * 1024 * 1024;
    let (objects, table) = PDF.split_at(PDF_TABLE);
    // The table's place has more digits in a file of this size.
    let start = max - table.len() - (8 - 3);
    let table = String::from_utf8_lossy(table).replace("\n164\n", &format!("\n{start}\n"));
    let mut exact = [objects, &vec![b' '; start - PDF_TABLE], table.as_bytes()].concat();
    let answer = upload(&sandbox, "application/pdf", exact.clone()).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["documentHash"]["hash"], hash(&exact));

    exact.push(b'\n');
    let chunks: Vec<Result<Vec<u8>, std::io::Error>> = exact.chunks(1 << 20).map(|chunk| Ok(chunk.to_vec())).collect();
    let chunked = Body::wrap_stream(futures_util::stream::iter(chunks));
    problem(upload(&sandbox, "application/pdf", chunked).await, 413, "payload_too_large").await;
    let left: Vec<_> = std::fs::read_dir(sandbox.dir.path().join("data/documents")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing of a refused upload is left");
}

#[tokio::test]
async fn a_text_too_long_to_be_signed_is_refused() {
    let sandbox = TestSandbox::spawn().await;
    let request = sandbox.request(Method::POST, "/sign/documents").header("content-type", "text/plain");
    let answer = request.body(vec![b'a'; sandbox::evidence::ENVELOPED_TEXT_MAX + 1]).send().await.unwrap();
    problem(answer, 413, "payload_too_large").await;
}

#[tokio::test]
async fn metadata_is_set_by_patch_and_only_what_is_given() {
    let sandbox = TestSandbox::spawn().await;
    let id = sandbox.upload("application/pdf", PDF).await;
    let path = format!("/sign/documents/{id}/metadata");
    let patch = |body: Value| sandbox.request(Method::PATCH, &path).json(&body).send();

    let answer = patch(json!({ "filename": "Avtale.pdf", "title": "Avtale <b>", "unknown": 1 })).await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer = patch(json!({ "description": "For 2027", "title": null })).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["filename"], "Avtale.pdf");
    assert_eq!(answer["title"], "Avtale <b>");
    assert_eq!(answer["description"], "For 2027");
    assert_eq!(patch(json!({})).await.unwrap().json::<Value>().await.unwrap(), answer);
    assert_eq!(sandbox.get(&path).await.json::<Value>().await.unwrap(), answer);

    let long = json!({ "filename": "x".repeat(256), "description": "å".repeat(1001), "title": "å".repeat(255) });
    assert_eq!(invalid_params(patch(long).await.unwrap()).await, ["filename", "description"]);
    assert_eq!(invalid_params(patch(json!({ "title": 5 })).await.unwrap()).await, ["title"]);
    problem(patch(json!([])).await.unwrap(), 400, "bad_request").await;
}

#[tokio::test]
async fn a_deleted_document_is_gone() {
    let sandbox = TestSandbox::spawn().await;
    let id = sandbox.upload("application/pdf", PDF).await;
    let path = format!("/sign/documents/{id}");
    assert_eq!(sandbox.delete(&path).await, 204);
    assert_eq!(sandbox.delete(&path).await, 404);
    problem(sandbox.get(&path).await, 404, "not_found").await;
    problem(sandbox.get(&format!("{path}/metadata")).await, 404, "not_found").await;
    let patch = sandbox.request(Method::PATCH, &format!("{path}/metadata")).json(&json!({}));
    problem(patch.send().await.unwrap(), 404, "not_found").await;
    let collection = json!({ "documents": [{ "documentId": id }] });
    assert_eq!(
        invalid_params(sandbox.post("/sign/document-collections", &collection).await).await,
        ["documents[0].documentId"]
    );
}

#[tokio::test]
async fn ids_must_be_uuids() {
    let sandbox = TestSandbox::spawn().await;
    for (path, name) in [
        ("/sign/documents/1", "documentId"),
        ("/sign/documents/..%2f..%2fetc/metadata", "documentId"),
        ("/sign/document-collections/x", "documentCollectionId"),
        ("/sign/signing-sessions/%F0%9F%96%8B", "sessionId"),
    ] {
        assert_eq!(invalid_params(sandbox.get(path).await).await, [name]);
    }
    problem(sandbox.get("/sign/documents/%FF").await, 400, "bad_request").await;
}
