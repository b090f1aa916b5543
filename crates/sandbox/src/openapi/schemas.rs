//! Shapes of what is sent and answered.

use contract::{HashAlgorithm, MimeType, PackageType, ProblemCode, limits};
use serde_json::{Value, json};

/// Schemas with their names.
pub(super) type Schemas = Vec<(String, Value)>;

/// An id of the examples.
pub(super) const EXAMPLE_DOCUMENT: &str = "0197e4b8-3c5a-7d41-9a52-0b6f5f3f7c10";
/// Another one.
pub(super) const EXAMPLE_COLLECTION: &str = "0197e4b8-41f0-7b0e-8f6d-6a1d4b9be2a3";
/// Another one.
pub(super) const EXAMPLE_SESSION: &str = "0197e4b8-4a77-7c39-b1de-2f0c7c1d9e84";

/// A reference to a schema of this file.
pub(super) fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema of an id.
pub(super) fn id(description: &str) -> Value {
    json!({ "type": "string", "format": "uuid", "description": description })
}

pub(super) fn text(max: usize, description: &str) -> Value {
    json!({ "type": ["string", "null"], "maxLength": max, "description": description })
}

pub(super) fn flag(description: &str) -> Value {
    json!({ "type": ["boolean", "null"], "description": description })
}

pub(super) fn moment(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

/// An array that may be left out.
pub(super) fn some(items: Value, max: usize, description: &str) -> Value {
    json!({ "type": ["array", "null"], "items": items, "maxItems": max, "description": description })
}

/// An object that may be left out.
pub(super) fn optional(name: &str, description: &str) -> Value {
    json!({ "anyOf": [schema(name), { "type": "null" }], "description": description })
}

pub(super) fn package_to() -> Value {
    let known = json!({ "type": "string", "enum": PackageType::KNOWN });
    some(known, limits::PACKAGE_TO_MAX, "Formats to package the results to")
}

/// The schemas but those of sessions and events.
pub(super) fn all() -> Schemas {
    [
        ("Document", document()),
        ("DocumentHash", document_hash()),
        ("DocumentPatch", document_patch()),
        ("DocumentReference", document_reference()),
        ("NewDocumentCollection", new_collection()),
        ("DocumentCollection", collection()),
        ("CollectionOutput", collection_output()),
        ("Package", package()),
        ("Problem", problem()),
        ("InvalidParam", invalid_param()),
        ("TokenRequest", token_request()),
        ("AccessToken", access_token()),
        ("OAuthError", oauth_error()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
}

fn document() -> Value {
    json!({
        "type": "object",
        "description": "A document's metadata. An upload sets none of the three texts.",
        "required": ["documentId", "mimeType", "createdAt", "documentHash"],
        "properties": {
            "documentId": id("The document"),
            "mimeType": {
                "type": "string",
                "enum": MimeType::KNOWN,
                "description": "From the upload's Content-Type, without parameters",
            },
            "createdAt": moment("When it was stored"),
            "documentHash": schema("DocumentHash"),
            "filename": { "type": "string", "maxLength": limits::FILENAME_MAX, "description": "Name to save it under" },
            "description": { "type": "string", "maxLength": limits::DESCRIPTION_MAX, "description": "Text about it" },
            "title": { "type": "string", "maxLength": limits::TITLE_MAX, "description": "Title to show" },
        },
    })
}

fn document_hash() -> Value {
    json!({
        "type": "object",
        "description": "The service's own hash of the stored bytes",
        "required": ["hash", "hashAlgorithm"],
        "properties": {
            "hash": {
                "type": "string",
                "pattern": "^[A-Za-z0-9+/]{43}=$",
                "description": "The digest in Base64 with padding",
            },
            "hashAlgorithm": { "type": "string", "enum": HashAlgorithm::KNOWN, "description": "SHA-256" },
        },
    })
}

fn document_patch() -> Value {
    json!({
        "type": "object",
        "description": "What is left out stays as it is.",
        "properties": {
            "filename": text(limits::FILENAME_MAX, "New file name"),
            "description": text(limits::DESCRIPTION_MAX, "New text about it"),
            "title": text(limits::TITLE_MAX, "New title"),
        },
    })
}

fn document_reference() -> Value {
    json!({
        "type": "object",
        "required": ["documentId"],
        "properties": { "documentId": id("The document") },
    })
}

fn new_collection() -> Value {
    json!({
        "type": "object",
        "required": ["documents"],
        "properties": {
            "documents": {
                "type": "array",
                "items": schema("DocumentReference"),
                "minItems": 1,
                "maxItems": limits::COLLECTION_DOCUMENTS_MAX,
                "description": "Uploaded documents, each of them once",
            },
            "packageTo": package_to(),
        },
    })
}

fn collection() -> Value {
    json!({
        "type": "object",
        "required": ["id", "documents"],
        "properties": {
            "id": id("The collection"),
            "documents": { "type": "array", "items": schema("DocumentReference"), "description": "In the order given" },
            "packageTo": package_to(),
            "output": schema("CollectionOutput"),
        },
    })
}

fn collection_output() -> Value {
    json!({
        "type": "object",
        "description": "Absent until the collection is packaged",
        "required": ["packages"],
        "properties": { "packages": { "type": "array", "items": schema("Package"), "description": "What was made" } },
    })
}

fn package() -> Value {
    json!({
        "type": "object",
        "description": "A collection's or a session's results in one file",
        "required": ["packageId", "resultDocumentId", "packageType"],
        "properties": {
            "packageId": id("The package"),
            "resultDocumentId": id("The file, as a document to download"),
            "resultArchiveId": id("Its place in the archive, when it was archived"),
            "packageType": { "type": "string", "enum": PackageType::KNOWN, "description": "Its format" },
        },
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457)",
        "required": ["status", "title", "code", "traceId"],
        "properties": {
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status" },
            "title": { "type": "string", "description": "For people" },
            "code": { "type": "string", "examples": ProblemCode::KNOWN, "description": "For programs; an open set" },
            "traceId": { "type": "string", "pattern": "^[0-9a-f]{32}$", "description": "Finds the log lines" },
            "detail": { "type": "string", "description": "For people, about this very case" },
            "invalidParams": { "type": "array", "items": schema("InvalidParam"), "description": "All that are wrong" },
        },
    })
}

fn invalid_param() -> Value {
    json!({
        "type": "object",
        "required": ["name", "reason"],
        "properties": {
            "name": { "type": "string", "examples": ["[0].dueDate"], "description": "Path of the parameter" },
            "reason": { "type": "string", "description": "What is wrong, and what would be right" },
        },
    })
}

fn token_request() -> Value {
    json!({
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": { "const": "client_credentials", "description": "The only grant" },
            "scope": { "enum": [crate::oauth::SCOPE, ""], "description": "The only scope; may be left out" },
            "client_id": { "type": "string", "description": "Unless it is in the header" },
            "client_secret": { "type": "string", "description": "Unless it is in the header" },
        },
    })
}

fn access_token() -> Value {
    json!({
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": { "type": "string", "description": "A JWT with the claim account_id; a secret" },
            "token_type": { "const": "Bearer", "description": "How to send it" },
            "expires_in": { "type": "integer", "minimum": 1, "maximum": 3600, "description": "Its life in seconds" },
            "scope": { "type": "string", "description": "What it is good for" },
        },
    })
}

fn oauth_error() -> Value {
    json!({
        "type": "object",
        "description": "RFC 6749, 5.2",
        "required": ["error", "error_description"],
        "properties": {
            "error": { "type": "string", "examples": ["invalid_client"], "description": "For programs" },
            "error_description": { "type": "string", "description": "For people" },
        },
    })
}
