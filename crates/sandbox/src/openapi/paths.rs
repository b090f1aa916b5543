//! Operations, a function per family. Their ids are the names that planned faults use.

use contract::{LifecycleState, MimeType, Problem, limits};
use serde_json::{Map, Value, json};

use super::{
    events,
    schemas::{EXAMPLE_COLLECTION, EXAMPLE_DOCUMENT, EXAMPLE_SESSION, id, schema},
};
use crate::{evidence::ENVELOPED_TEXT_MAX, extract::JSON_BYTES_MAX, oauth};

/// Problems by status: name of the component, and when it is answered.
const PROBLEMS: &[(&str, &str, &str)] = &[
    ("400", "BadRequest", "The request is wrong; `invalidParams` names the parameters."),
    ("401", "Unauthorized", "The access token is missing, unknown or expired."),
    ("404", "NotFound", "There is no such resource, or it is deleted or past its due date."),
    ("409", "Conflict", "It cannot be done now; `detail` says what stands in the way."),
    ("413", "PayloadTooLarge", "The body is too long. It is not read to its end."),
    ("415", "UnsupportedMediaType", "The Content-Type is none of those listed, or there is a Content-Encoding."),
    ("500", "InternalServerError", "The service failed. Nothing that is sent should lead to it."),
];

/// The problems as components.
pub(super) fn problems() -> Value {
    PROBLEMS
        .iter()
        .map(|(_, name, description)| {
            let content = json!({ Problem::MEDIA_TYPE: { "schema": schema("Problem") } });
            ((*name).to_owned(), json!({ "description": description, "content": content }))
        })
        .collect::<Map<_, _>>()
        .into()
}

/// One good answer, and the problems of these statuses beside those that every operation has.
pub(super) fn responses(status: &str, good: Value, statuses: &[&str]) -> Value {
    let bad = PROBLEMS.iter().filter(|(status, _, _)| ["401", "500"].contains(status) || statuses.contains(status));
    let bad = bad
        .map(|(status, name, _)| ((*status).to_owned(), json!({ "$ref": format!("#/components/responses/{name}") })));
    std::iter::once((status.to_owned(), good)).chain(bad).collect::<Map<_, _>>().into()
}

pub(super) fn json_answer(description: &str, body: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": body } } })
}

pub(super) fn no_content() -> Value {
    json!({ "description": "It is deleted." })
}

pub(super) fn json_request(body: Value, example: Value) -> Value {
    json!({
        "required": true,
        "description": format!("At most {JSON_BYTES_MAX} bytes"),
        "content": { "application/json": { "schema": body, "example": example } },
    })
}

pub(super) fn path_id(name: &str, example: &str) -> Value {
    json!([{ "name": name, "in": "path", "required": true, "schema": id("Its id"), "example": example }])
}

/// A link to an operation that takes an id out of this answer.
pub(super) fn link(operation: &str, parameter: &str, pointer: &str) -> Value {
    json!({ "operationId": operation, "parameters": { parameter: format!("$response.body#{pointer}") } })
}

/// All operations by path and method.
pub(super) fn all() -> Value {
    [token(), documents(), collections(), sessions(), events::paths()]
        .into_iter()
        .flatten()
        .collect::<Map<_, _>>()
        .into()
}

/// Operations of a family by path.
pub(super) type Paths = Vec<(String, Value)>;

fn token() -> Paths {
    let error = |description: &str| json_answer(description, schema("OAuthError"));
    let operation = json!({ "post": {
        "operationId": "get_token",
        "tags": ["Access"],
        "summary": "Get an access token",
        "description": "The client authenticates with its id and secret, by HTTP Basic or in the form, not both.",
        "security": [{ "clientSecret": [] }, {}],
        "requestBody": {
            "required": true,
            "content": { "application/x-www-form-urlencoded": { "schema": schema("TokenRequest") } },
        },
        "responses": {
            "200": json_answer("A token.", schema("AccessToken")),
            "400": error("The request is wrong."),
            "401": error("The client is unknown, or its secret is wrong."),
            "413": { "$ref": "#/components/responses/PayloadTooLarge" },
            "500": { "$ref": "#/components/responses/InternalServerError" },
        },
    } });
    vec![(oauth::PATH.to_owned(), operation)]
}

fn documents() -> Paths {
    let bytes = json!({ "type": "string", "format": "binary" });
    let types = |types: &[MimeType]| -> Value {
        let content = types.iter().map(|name| (name.to_string(), json!({ "schema": bytes })));
        content.collect::<Map<_, _>>().into()
    };
    let mut uploaded = json_answer("It is stored.", schema("Document"));
    uploaded["links"] = json!({
        "bytes": link("get_document", "documentId", "/documentId"),
        "metadata": link("get_metadata", "documentId", "/documentId"),
        "change": link("patch_metadata", "documentId", "/documentId"),
        "delete": link("delete_document", "documentId", "/documentId"),
        "collect": {
            "operationId": "create_collection",
            "requestBody": { "documents": [{ "documentId": "$response.body#/documentId" }] },
        },
    });
    let upload = json!({ "post": {
        "operationId": "upload_document",
        "tags": ["Documents"],
        "summary": "Upload a document",
        "description": format!(
            "The body is the document itself, and the Content-Type its type: no Base64, no multipart. \
             A PDF has at most {} bytes and must open without repairs or a password; \
             a text has at most {ENVELOPED_TEXT_MAX} bytes of UTF-8 without NUL. \
             It is kept for {} minutes, or until the due date of a session that refers to it.",
            limits::DOCUMENT_BYTES_MAX,
            limits::ORPHAN_MINUTES,
        ),
        "requestBody": { "required": true, "content": types(MimeType::UPLOADABLE) },
        "responses": responses("200", uploaded, &["400", "413", "415"]),
    } });
    let document = json!({
        "parameters": path_id("documentId", EXAMPLE_DOCUMENT),
        "get": {
            "operationId": "get_document",
            "tags": ["Documents"],
            "summary": "Download a document or a result",
            "responses": responses("200", json!({ "description": "Its bytes.", "content": types(MimeType::KNOWN) }),
                &["400", "404"]),
        },
        "delete": {
            "operationId": "delete_document",
            "tags": ["Documents"],
            "summary": "Delete a document",
            "description": "Allowed at any time. A session that needs it cannot be signed any more.",
            "responses": responses("204", no_content(), &["400", "404"]),
        },
    });
    let example = json!({ "filename": "contract.pdf", "description": "For 2027", "title": "Contract" });
    let metadata = json!({
        "parameters": path_id("documentId", EXAMPLE_DOCUMENT),
        "get": {
            "operationId": "get_metadata",
            "tags": ["Documents"],
            "summary": "Read a document's metadata",
            "responses": responses("200", json_answer("Its metadata.", schema("Document")), &["400", "404"]),
        },
        "patch": {
            "operationId": "patch_metadata",
            "tags": ["Documents"],
            "summary": "Change a document's metadata",
            "requestBody": json_request(schema("DocumentPatch"), example),
            "responses": responses("200", json_answer("Its metadata from now on.", schema("Document")),
                &["400", "404", "413", "415"]),
        },
    });
    let archived = json!({
        "parameters": path_id("archiveDocumentId", EXAMPLE_DOCUMENT),
        "get": {
            "operationId": "get_archive_document",
            "tags": ["Documents"],
            "summary": "Download an archived result",
            "description": "The `resultArchiveId` of a signature or a package is the only handle to it. It is kept for \
                the session's `archive.retentionPeriod`, whatever happens to the session.",
            "responses": responses("200",
                json!({ "description": "Its bytes.", "content": types(&[MimeType::Pdf, MimeType::Xml]) }),
                &["400", "404"]),
        },
    });
    vec![
        ("/sign/archive-documents/{archiveDocumentId}".to_owned(), archived),
        ("/sign/documents".to_owned(), upload),
        ("/sign/documents/{documentId}".to_owned(), document),
        ("/sign/documents/{documentId}/metadata".to_owned(), metadata),
    ]
}

fn collections() -> Paths {
    let mut made = json_answer("It is made.", schema("DocumentCollection"));
    made["links"] = json!({
        "read": link("get_collection", "documentCollectionId", "/id"),
        "delete": link("delete_collection", "documentCollectionId", "/id"),
        "sign": {
            "operationId": "create_session",
            "requestBody": [{
                "title": "Contract",
                "documents": [{
                    "documentCollectionId": "$response.body#/id",
                    "documentId": "$response.body#/documents/0/documentId",
                    "action": "SIGN",
                }],
                "signingSetup": [{ "signingFlow": "AUTHENTICATION_BASED" }],
            }],
        },
    });
    let example = json!({ "documents": [{ "documentId": EXAMPLE_DOCUMENT }], "packageTo": ["PADES_CONTAINER"] });
    let create = json!({ "post": {
        "operationId": "create_collection",
        "tags": ["Document collections"],
        "summary": "Make a collection",
        "requestBody": json_request(schema("NewDocumentCollection"), example),
        "responses": responses("201", made, &["400", "413", "415"]),
    } });
    let collection = json!({
        "parameters": path_id("documentCollectionId", EXAMPLE_COLLECTION),
        "get": {
            "operationId": "get_collection",
            "tags": ["Document collections"],
            "summary": "Read a collection",
            "responses": responses("200", json_answer("The collection.", schema("DocumentCollection")), &["400", "404"]),
        },
        "delete": {
            "operationId": "delete_collection",
            "tags": ["Document collections"],
            "summary": "Delete a collection",
            "description": "Its documents and sessions stay.",
            "responses": responses("204", no_content(), &["400", "404"]),
        },
    });
    vec![
        ("/sign/document-collections".to_owned(), create),
        ("/sign/document-collections/{documentCollectionId}".to_owned(), collection),
    ]
}

fn sessions() -> Paths {
    let mut made = json_answer(
        "They are made; in the order asked for.",
        json!({ "type": "array", "items": schema("SigningSession") }),
    );
    made["links"] = json!({
        "read": link("get_session", "sessionId", "/0/id"),
        "delete": link("delete_session", "sessionId", "/0/id"),
    });
    let requests = json!({ "type": "array", "items": schema("NewSigningSession"), "minItems": 1 });
    let example = json!([{
        "title": "Contract",
        "documents": [{
            "documentCollectionId": EXAMPLE_COLLECTION,
            "documentId": EXAMPLE_DOCUMENT,
            "action": "SIGN",
        }],
        "signingSetup": [{ "identityProviders": [{ "idpName": "nbid" }], "signingFlow": "AUTHENTICATION_BASED" }],
        "externalReference": "order-7",
        "ui": { "language": "nb" },
    }]);
    let family = json!({
        "get": {
            "operationId": "list_sessions",
            "tags": ["Signing sessions"],
            "summary": "List sessions",
            "description": "All filters must hold; dates are inclusive. A plain date is a day in UTC. \
                            A parameter without a value counts as absent. Ties are broken by id.",
            "parameters": list_parameters(),
            "responses": responses("200", json_answer("A page of sessions.", schema("SigningSessionPage")), &["400"]),
        },
        "post": {
            "operationId": "create_session",
            "tags": ["Signing sessions"],
            "summary": "Make sessions",
            "description": "An array, also for one. All of its sessions are made, or none; \
                            `invalidParams` names wrong parameters by paths such as `[0].dueDate`.",
            "requestBody": json_request(requests, example),
            "responses": responses("201", made, &["400", "413", "415"]),
        },
    });
    let session = json!({
        "parameters": path_id("sessionId", EXAMPLE_SESSION),
        "get": {
            "operationId": "get_session",
            "tags": ["Signing sessions"],
            "summary": "Read a session",
            "responses": responses("200", json_answer("The session.", schema("SigningSession")), &["400", "404"]),
        },
        "delete": {
            "operationId": "delete_session",
            "tags": ["Signing sessions"],
            "summary": "Delete a session",
            "description": "Allowed in every state. Its documents and results go with it, \
                            except those that another session needs.",
            "responses": responses("204", no_content(), &["400", "404"]),
        },
    });
    vec![("/sign/signing-sessions".to_owned(), family), ("/sign/signing-sessions/{sessionId}".to_owned(), session)]
}

fn list_parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let number = |min: u32, max: u32, default: u32| json!({ "anyOf": [{ "type": "integer", "minimum": min, "maximum": max }, { "const": "" }], "default": default });
    let date =
        || json!({ "type": "string", "anyOf": [{ "format": "date-time" }, { "format": "date" }, { "maxLength": 0 }] });
    let order = "[ +-]?(createdAt|dueDate)";
    json!([
        query("offset", "Rows to skip", number(0, limits::LIST_OFFSET_MAX, 0)),
        query("limit", "Most rows to answer", number(1, limits::LIST_LIMIT_MAX, limits::LIST_LIMIT_DEFAULT)),
        query(
            "sort",
            "Orders, the first one first. `+` ascends, as does no sign; `-` descends. May be repeated, \
                       and joined by commas.",
            json!({
                "type": "array",
                "items": { "type": "string", "pattern": format!("^({order}(,{order})*)?$"), "examples": ["+dueDate"] },
                "default": ["-createdAt"],
            })
        ),
        query(
            "state",
            "In one of these states. May be repeated, and joined by commas.",
            json!({ "type": "array", "items": { "anyOf": [{ "type": "string", "enum": LifecycleState::KNOWN }, { "const": "" }] } })
        ),
        query("sessionTitleLike", "The title contains this, whatever the case", json!({ "type": "string" })),
        query("createdDateFrom", "Made at or after", date()),
        query("createdDateTo", "Made at or before", date()),
        query("dueDateFrom", "Due at or after", date()),
        query("dueDateTo", "Due at or before", date()),
    ])
}
