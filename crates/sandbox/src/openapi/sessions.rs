//! Shapes of signing sessions.

use contract::{
    DocumentAction, Language, LifecycleState, SignatureType, SignerValidation, SigningFlow, Vendor, limits,
};
use serde_json::{Value, json};

use super::schemas::{Schemas, flag, id, moment, optional, package_to, schema, some, text};

/// The schemas by their names.
pub(super) fn all() -> Schemas {
    [
        ("NewSigningSession", new_session()),
        ("SigningSession", session()),
        ("SessionDocument", session_document()),
        ("SigningSetup", signing_setup()),
        ("IdentityProvider", identity_provider()),
        ("Signer", signer()),
        ("ArchiveSettings", archive_settings()),
        ("PreAuthentication", pre_authentication()),
        ("Ui", ui()),
        ("RedirectSettings", redirect_settings()),
        ("Lifecycle", lifecycle()),
        ("SessionOutput", session_output()),
        ("Signature", signature()),
        ("SigningSessionPage", page()),
    ]
    .map(|(name, schema)| (name.to_owned(), schema))
    .into()
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
    let address =
        |description| json!({ "type": ["string", "null"], "pattern": "^https?://", "description": description });
    json!({
        "type": "object",
        "description": "The first three are required when any is given",
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
