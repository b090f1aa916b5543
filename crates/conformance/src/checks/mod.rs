//! The rules, a file per family.

mod access;
mod collections;
mod documents;
mod habits;
mod list;
mod options;
mod sessions;

use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{Check, Finding, Source, service::holds};

macro_rules! checks {
    ($($module:ident { $($source:ident $name:ident: $rule:literal,)+ })+) => {
        /// All checks, in the order in which they run.
        pub(crate) const ALL: &[Check] = &[$($(Check {
            name: concat!(stringify!($module), "::", stringify!($name)),
            rule: $rule,
            source: Source::$source,
            run: |service| Box::pin($module::$name(service)),
        },)+)+];
    };
}

checks! {
    access {
        Contract form: "a client that authenticates in the form gets a bearer token with a life in seconds",
        Contract basic: "a client that authenticates by HTTP Basic gets a token",
        Contract jwt: "a token has the shape of a JWT",
        Contract wrong_secret: "a wrong secret gets a 4xx with the member `error`",
        Contract no_token: "a request without a token gets a 401 problem",
        Contract bad_token: "a request with a token of nobody's gets a 401 problem",
        Ours no_scope: "a client may leave out the scope",
        Ours invalid_token: "a 401 problem has the code `invalid_token` and comes with WWW-Authenticate",
        Ours unknown_path: "an unknown path gets a 404 problem",
        Ours wrong_method: "a method that a path does not have gets a 405 problem with Allow",
    }
    documents {
        Contract hash: "an upload answers 200 with the Base64 of the SHA-256 of the bytes",
        Contract fields: "an upload answers documentId, mimeType and createdAt, and no text of its own",
        Contract bytes: "a download has the uploaded bytes and their type",
        Contract text: "plain text can be uploaded and comes back byte for byte",
        Contract metadata: "the metadata of an upload is what the upload answered",
        Contract change: "PATCH changes what is given, leaves the rest, and answers the whole",
        Contract lengths: "file name and title have at most 255 characters, the description 1000",
        Contract deletion: "DELETE answers 204 without a body, and the document is 404 afterwards",
        Contract unknown: "an unknown document is a 404 problem",
        Ours deleted_twice: "a second DELETE is a 404 problem",
        Ours types: "other types than PDF, plain text and markdown get a 415 problem",
        Ours markdown: "markdown can be uploaded",
        Ours parameters: "parameters of the Content-Type are no part of the stored type",
        Ours not_a_pdf: "what is empty, or called a PDF and is none, gets a 400 problem",
        Ours bad_id: "an id that is no UUID is a named wrong parameter",
    }
    collections {
        Contract creation: "a collection is made with 201 and has its documents in order",
        Contract reading: "reading a collection answers what its creation answered",
        Contract sizes: "a collection has 1 to 100 documents",
        Contract package_to: "packageTo takes PADES_CONTAINER and nothing else",
        Contract deletion: "DELETE answers 204, and the collection is 404 afterwards",
        Ours unknown_document: "an unknown document is a wrong parameter named by its path",
    }
    sessions {
        Contract creation: "an array of sessions is made with 201 and answered in the same order",
        Contract link: "a session has a link with the parameter sessionId",
        Contract ready: "a new session is READY, and that is not final",
        Contract reading: "reading a session answers what its creation answered",
        Contract echo: "a session is answered with what was asked for",
        Contract single: "one object instead of an array is refused",
        Contract required: "title, documents and signingSetup are required",
        Contract lengths: "title has at most 255 characters, signText 2048, externalReference 1024",
        Contract counts: "a session has 1 to 50 documents, exactly one set-up, and waits for at most 50 sessions",
        Contract actions: "an action is SIGN or VIEW, a flow AUTHENTICATION_BASED or PKISIGNING",
        Contract order: "a session that is subsequent to an open one is BLOCKED",
        Contract deletion: "DELETE answers 204, and the session is 404 afterwards",
        Ours all_or_nothing: "of an array with one wrong session nothing is made",
        Ours paths: "wrong parameters come all at once, each under its path in the array",
        Ours references: "documents, collections and sessions that are not there are wrong parameters",
        Ours belonging: "a document has to be in the collection that it is named with",
        Ours only_view: "a session has at least one document to SIGN",
        Ours types: "all documents of a session have one type",
        Ours flows: "all sessions on a collection have one flow",
        Ours taken_along: "a deleted session takes its documents along",
    }
    options {
        Contract due_date_limit: "a due date is at most 45 days ahead",
        Contract ttl_limits: "signatureUrlTTL is 5 to 525600 minutes, and sets signatureUrlExpiresAt",
        Contract languages: "the seven languages are taken, and `no` is none",
        Contract archive: "who asks to archive has to say for how long",
        Ours due_date_default: "without a due date a session is due in 30 days, and its link lives as long",
        Ours due_date_past: "a due date in the past is a wrong parameter",
        Ours redirects: "redirect addresses are http or https, and the first three go together",
        Ours validations: "a check of the number needs the number",
    }
    list {
        Contract page: "a page says limit, offset, count and total, and has at most 100 rows unless asked otherwise",
        Contract newest_first: "the newest session comes first unless asked otherwise",
        Contract sorts: "sort takes -field and +field, escaped or not, joined by commas or repeated",
        Contract offsets: "offset and limit cut pages out of one order, and total stays",
        Contract titles: "sessionTitleLike finds a part of the title, whatever the case",
        Contract states: "state filters, and may be repeated",
        Contract dates: "the four date filters are inclusive at both ends",
        Ours bounds: "limit is 1 to 1000 and offset 0 to 100000; nothing is clamped",
        Ours wrong_values: "unknown orders, states and dates are wrong parameters under their names",
    }
    habits {
        Contract foreign_parameters: "unknown query parameters and empty pairs are ignored",
        Ours old_session: "fields that older clients send are ignored",
        Ours empty_options: "nulls, empty objects, empty arrays and signatureUrlTTL 0 count as absent",
        Ours multipart: "multipart bytes under the type of a PDF are refused",
    }
}

/// A moment of the wire; a finding when it is none.
fn moment(what: &str, value: &Value) -> Result<OffsetDateTime, Finding> {
    let moment = value.as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    holds(what, moment.is_some(), "a moment of RFC 3339", value)?;
    Ok(moment.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

/// A moment as it is sent.
fn rfc3339(moment: OffsetDateTime) -> String {
    moment.replace_nanosecond(0).unwrap_or(moment).format(&Rfc3339).unwrap_or_default()
}

/// A finding unless `got` has every field of `expected`, which may be answered among others.
fn has_fields(what: &str, got: &Value, expected: &Value) -> Result<(), Finding> {
    match (got, expected) {
        (Value::Object(got), Value::Object(fields)) => fields.iter().try_for_each(|(name, value)| {
            has_fields(&format!("{what}.{name}"), got.get(name).unwrap_or(&Value::Null), value)
        }),
        (Value::Array(got), Value::Array(items)) if got.len() == items.len() => got
            .iter()
            .zip(items)
            .enumerate()
            .try_for_each(|(i, (got, expected))| has_fields(&format!("{what}[{i}]"), got, expected)),
        _ => holds(what, got == expected, &expected.to_string(), got),
    }
}
