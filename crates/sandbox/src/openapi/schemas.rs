//! Shapes of what is sent and answered.

use contract::{
    DocumentAction, HashAlgorithm, Language, LifecycleState, MimeType, PackageType, ProblemCode, SignatureType,
    SignerValidation, SigningFlow, Vendor, limits,
};
use serde_json::{Value, json};

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

fn text(max: usize, description: &str) -> Value {
    json!({ "type": ["string", "null"], "maxLength": max, "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": ["boolean", "null"], "description": description })
}

fn moment(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

/// An array that may be left out.
fn some(items: Value, max: usize, description: &str) -> Value {
    json!({ "type": ["array", "null"], "items": items, "maxItems": max, "description": description })
}

/// An object that may be left out.
fn optional(name: &str, description: &str) -> Value {
    json!({ "anyOf": [schema(name), { "type": "null" }], "description": description })
}

fn package_to() -> Value {
    let known = json!({ "type": "string", "enum": PackageType::KNOWN });
    some(known, limits::PACKAGE_TO_MAX, "Formats to package the results to")
}

/// All schemas by their names.
pub(super) fn all() -> Value {
    json!({
        "Document": document(),
        "DocumentHash": document_hash(),
        "DocumentPatch": document_patch(),
        "DocumentReference": document_reference(),
        "NewDocumentCollection": new_collection(),
        "DocumentCollection": collection(),
        "CollectionOutput": collection_output(),
        "Package": package(),
        "NewSigningSession": new_session(),
        "SigningSession": session(),
        "SessionDocument": session_document(),
        "SigningSetup": signing_setup(),
        "IdentityProvider": identity_provider(),
        "Signer": signer(),
        "ArchiveSettings": archive_settings(),
        "PreAuthentication": pre_authentication(),
        "Ui": ui(),
        "RedirectSettings": redirect_settings(),
        "Lifecycle": lifecycle(),
        "SessionOutput": session_output(),
        "Signature": signature(),
        "SigningSessionPage": page(),
        "Problem": problem(),
        "InvalidParam": invalid_param(),
        "TokenRequest": token_request(),
        "AccessToken": access_token(),
        "OAuthError": oauth_error(),
    })
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

fn new_session() -> Value {
    json!({
        "type": "object",
        "required": ["title", "documents", "signingSetup"],
        "properties": {
            "title": {
                "type": "string",
                "pattern": "\\S",
                "maxLength": limits::TITLE_MAX,
                "description": "Shown to the signer; not only white space",
            },
            "signText": text(limits::SIGN_TEXT_MAX, "What the signer consents to"),
            "dueDate": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": format!(
                    "Deadline: in the future, at most {} days ahead; {} days when absent",
                    limits::DUE_DATE_MAX_DAYS,
                    limits::DUE_DATE_DEFAULT_DAYS,
                ),
            },
            "signatureUrlTTL": {
                "anyOf": [
                    {
                        "type": "integer",
                        "minimum": limits::SIGNATURE_URL_TTL_MIN,
                        "maximum": limits::SIGNATURE_URL_TTL_MAX,
                    },
                    { "enum": [0, null] },
                ],
                "description": "Life of the signer's link in minutes. Without it, or with 0, it lives until the due date.",
            },
            "documents": {
                "type": "array",
                "items": schema("SessionDocument"),
                "minItems": 1,
                "maxItems": limits::SESSION_DOCUMENTS_MAX,
                "description": "Each of them once, all of one MIME type, at least one to SIGN",
            },
            "externalReference": text(limits::EXTERNAL_REFERENCE_MAX, "The caller's own id; added to redirect addresses"),
            "signingSetup": {
                "type": "array",
                "items": schema("SigningSetup"),
                "minItems": limits::SIGNING_SETUPS,
                "maxItems": limits::SIGNING_SETUPS,
                "description": "How the signer signs",
            },
            "subsequentTo": some(id("A session"), limits::SUBSEQUENT_TO_MAX, "Sessions that must be signed before"),
            "packageTo": package_to(),
            "signer": optional("Signer", "Who is to sign"),
            "archive": optional("ArchiveSettings", "What is archived"),
            "preAuthentication": optional("PreAuthentication", "Authentication before the documents are shown"),
            "ui": optional("Ui", "Look of the signer's pages"),
            "redirectSettings": optional("RedirectSettings", "Where the signer's browser goes afterwards"),
        },
    })
}

fn session() -> Value {
    json!({
        "description": "What was asked for, and what became of it",
        "allOf": [schema("NewSigningSession"), {
            "type": "object",
            "required": ["id", "lifecycle"],
            "properties": {
                "id": id("The session"),
                "signatureUrl": {
                    "type": "string",
                    "format": "uri",
                    "description": "The signer's link. Whoever has it can act as the signer.",
                },
                "signatureUrlExpiresAt": moment("When the link dies"),
                "lifecycle": schema("Lifecycle"),
                "output": schema("SessionOutput"),
            },
        }],
    })
}

fn session_document() -> Value {
    json!({
        "type": "object",
        "required": ["documentCollectionId", "documentId", "action"],
        "properties": {
            "documentCollectionId": id("A collection that the document is in"),
            "documentId": id("The document"),
            "action": { "type": "string", "enum": DocumentAction::KNOWN, "description": "What the signer does with it" },
        },
    })
}

fn signing_setup() -> Value {
    json!({
        "type": "object",
        "required": ["signingFlow"],
        "properties": {
            "signingFlow": {
                "type": "string",
                "enum": SigningFlow::KNOWN,
                "description": "The same for all sessions on a collection",
            },
            "identityProviders": {
                "type": ["array", "null"],
                "items": schema("IdentityProvider"),
                "description": "Providers on offer; all of the account's when absent",
            },
            "vendor": {
                "type": ["string", "null"],
                "examples": Vendor::KNOWN,
                "description": "Signing method, for PKISIGNING only",
            },
            "additionalParameters": {
                "type": ["object", "null"],
                "additionalProperties": { "type": "string" },
                "description": "Settings of the method",
            },
            "requestedAttributes": {
                "type": ["array", "null"],
                "items": { "type": "string", "examples": ["name", "nin"] },
                "description": "What the provider has to tell of the signer",
            },
        },
    })
}

fn identity_provider() -> Value {
    json!({
        "type": "object",
        "required": ["idpName"],
        "properties": {
            "idpName": { "type": "string", "pattern": "\\S", "examples": ["nbid", "ftn"], "description": "Its name" },
        },
    })
}

fn signer() -> Value {
    json!({
        "type": "object",
        "properties": {
            "nationalIdentificationNumber": {
                "type": ["string", "null"],
                "description": "National identification number",
            },
            "validations": {
                "type": ["array", "null"],
                "items": { "type": "string", "enum": SignerValidation::KNOWN },
                "description": "Checks on the authenticated person; each needs the number",
            },
        },
    })
}

fn archive_settings() -> Value {
    json!({
        "type": "object",
        "properties": {
            "sendSignatureResultsToArchive": flag("Archive the signatures"),
            "sendPackagingResultToArchive": flag("Archive the packages"),
            "retentionPeriod": {
                "type": ["string", "null"],
                "examples": ["P1Y"],
                "description": "ISO 8601 duration in whole numbers; required to archive anything",
            },
        },
    })
}

fn pre_authentication() -> Value {
    json!({
        "type": "object",
        "properties": {
            "enabled": flag("Whether to authenticate first"),
            "identityProviders": {
                "type": ["array", "null"],
                "items": schema("IdentityProvider"),
                "description": "Providers on offer for it; those for signing when absent",
            },
        },
    })
}

fn ui() -> Value {
    let mut languages: Vec<Option<&Language>> = Language::KNOWN.iter().map(Some).collect();
    languages.push(None);
    json!({
        "type": "object",
        "properties": {
            "language": { "enum": languages, "description": "The browser's own when absent, or English" },
            "hideWelcomeScreen": flag("Begin with the documents"),
            "minimalTextMode": flag("Show text documents with as little around them as possible"),
        },
    })
}

fn redirect_settings() -> Value {
    let address = |description| json!({ "type": ["string", "null"], "format": "uri", "description": description });
    json!({
        "type": "object",
        "description": "http or https addresses; the first three are required when any is given",
        "properties": {
            "success": address("After signing"),
            "cancel": address("After the signer put it off"),
            "error": address("After a failure"),
            "reject": address("After a rejection"),
        },
    })
}

fn lifecycle() -> Value {
    json!({
        "type": "object",
        "required": ["state", "stateIsFinal"],
        "properties": {
            "state": { "type": "string", "enum": LifecycleState::KNOWN, "description": "Where it stands" },
            "stateIsFinal": { "type": "boolean", "description": "Whether it can change no more" },
            "rejectReason": { "type": "string", "maxLength": limits::REJECT_REASON_MAX, "description": "The signer's" },
        },
    })
}

fn session_output() -> Value {
    json!({
        "type": "object",
        "description": "Absent until the session is signed",
        "required": ["signatures", "packages"],
        "properties": {
            "signatures": { "type": "array", "items": schema("Signature"), "description": "One per document to sign" },
            "packages": { "type": "array", "items": schema("Package"), "description": "They come after the signatures" },
        },
    })
}

fn signature() -> Value {
    json!({
        "type": "object",
        "required": ["originalDocumentId", "documentCollectionId", "resultDocumentId", "signatureType"],
        "properties": {
            "originalDocumentId": id("What was signed"),
            "documentCollectionId": id("Its collection"),
            "resultDocumentId": id("The signature, as a document to download"),
            "resultArchiveId": id("Its place in the archive, when it was archived"),
            "signatureType": { "type": "string", "enum": SignatureType::KNOWN, "description": "Its kind" },
        },
    })
}

fn page() -> Value {
    json!({
        "type": "object",
        "required": ["limit", "offset", "count", "total", "data"],
        "properties": {
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": limits::LIST_LIMIT_MAX,
                "description": "Most rows asked for",
            },
            "offset": {
                "type": "integer",
                "minimum": 0,
                "maximum": limits::LIST_OFFSET_MAX,
                "description": "Rows skipped before these",
            },
            "count": { "type": "integer", "minimum": 0, "description": "Rows in this page" },
            "total": { "type": "integer", "minimum": 0, "description": "Rows in all pages" },
            "data": { "type": "array", "items": schema("SigningSession"), "description": "The rows" },
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
