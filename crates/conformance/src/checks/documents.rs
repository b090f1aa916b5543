//! Documents.

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::limits;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{has_fields, moment};
use crate::{
    Finding,
    service::{NOBODY, PDF, Service, equal, holds},
};

fn path(document: &Value) -> String {
    format!("/documents/{}", document["documentId"].as_str().unwrap_or_default())
}

fn metadata_path(document: &Value) -> String {
    format!("{}/metadata", path(document))
}

pub(super) async fn hash(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    let hash = BASE64_STANDARD.encode(Sha256::digest(PDF));
    has_fields("documentHash", &document["documentHash"], &json!({ "hash": hash, "hashAlgorithm": "SHA256" }))
}

pub(super) async fn fields(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    let id = &document["documentId"];
    holds("documentId", id.as_str().is_some_and(|id| Uuid::try_parse(id).is_ok()), "a UUID", id)?;
    equal("mimeType", &document["mimeType"], "application/pdf")?;
    moment("createdAt", &document["createdAt"])?;
    ["filename", "description", "title"].iter().try_for_each(|name| equal(name, &document[name], &Value::Null))
}

pub(super) async fn bytes(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    let answer = service.get(&path(&document)).await?.expect(200)?;
    equal("Content-Type", answer.content_type(), "application/pdf")?;
    equal("the bytes are the same", answer.body == PDF, true)
}

pub(super) async fn text(service: &Service) -> Result<(), Finding> {
    let text = "Jeg bekrefter avtalen – 日本語 🖋\n".as_bytes();
    let document = service.post_document("text/plain", text).await?.expect(200)?.json();
    equal("mimeType", &document["mimeType"], "text/plain")?;
    let answer = service.get(&path(&document)).await?.expect(200)?;
    equal("the bytes are the same", answer.body == text, true)
}

pub(super) async fn metadata(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    let metadata = service.get(&metadata_path(&document)).await?.expect(200)?.json();
    has_fields("metadata", &metadata, &document)
}

pub(super) async fn change(service: &Service) -> Result<(), Finding> {
    let path = metadata_path(&service.upload().await?);
    let first = json!({ "filename": "Avtale æøå.pdf", "title": "Avtale <b>&" });
    has_fields("answer", &service.patch(&path, &first).await?.expect(200)?.json(), &first)?;
    let second = json!({ "description": "For 2027" });
    let all = json!({ "filename": first["filename"], "title": first["title"], "description": "For 2027" });
    has_fields("answer", &service.patch(&path, &second).await?.expect(200)?.json(), &all)?;
    has_fields("metadata", &service.get(&path).await?.expect(200)?.json(), &all)
}

pub(super) async fn lengths(service: &Service) -> Result<(), Finding> {
    let path = metadata_path(&service.upload().await?);
    for (field, max) in
        [("filename", limits::FILENAME_MAX), ("description", limits::DESCRIPTION_MAX), ("title", limits::TITLE_MAX)]
    {
        service.patch(&path, &json!({ field: "x".repeat(max) })).await?.expect(200)?;
        service.patch(&path, &json!({ field: "x".repeat(max + 1) })).await?.problem(400)?;
    }
    Ok(())
}

pub(super) async fn deletion(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    let answer = service.delete(&path(&document)).await?.expect(204)?;
    equal("bytes in the body", answer.body.len(), 0)?;
    service.get(&path(&document)).await?.problem(404)?;
    service.get(&metadata_path(&document)).await?.problem(404).map(drop)
}

pub(super) async fn unknown(service: &Service) -> Result<(), Finding> {
    service.get(&format!("/documents/{NOBODY}")).await?.problem(404)?;
    service.get(&format!("/documents/{NOBODY}/metadata")).await?.problem(404)?;
    service.delete(&format!("/documents/{NOBODY}")).await?.problem(404).map(drop)
}

pub(super) async fn deleted_twice(service: &Service) -> Result<(), Finding> {
    let document = service.upload().await?;
    service.delete(&path(&document)).await?.expect(204)?;
    service.delete(&path(&document)).await?.problem(404).map(drop)
}

pub(super) async fn types(service: &Service) -> Result<(), Finding> {
    for content_type in ["image/png", "application/xml", "application/octet-stream", "pdf"] {
        service.post_document(content_type, PDF).await?.problem(415)?;
    }
    Ok(())
}

pub(super) async fn markdown(service: &Service) -> Result<(), Finding> {
    let document = service.post_document("text/markdown", b"# Avtale\n").await?.expect(200)?.json();
    equal("mimeType", &document["mimeType"], "text/markdown")
}

pub(super) async fn parameters(service: &Service) -> Result<(), Finding> {
    let document = service.post_document("Text/Plain; charset=utf-8", b"hei").await?.expect(200)?.json();
    equal("mimeType", &document["mimeType"], "text/plain")
}

pub(super) async fn not_a_pdf(service: &Service) -> Result<(), Finding> {
    for body in [b"".as_slice(), b"<html></html>", b"%PDF-1.7 and no more"] {
        service.post_document("application/pdf", body).await?.problem(400)?;
    }
    Ok(())
}

pub(super) async fn bad_id(service: &Service) -> Result<(), Finding> {
    equal("invalidParams", service.get("/documents/1").await?.invalid_params()?, ["documentId"])
}
