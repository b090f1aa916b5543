//! The one error that reaches the browser.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What the reader of an error does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Mend the named fields and try again.
    Invalid,
    /// Sign in.
    Unauthenticated,
    /// Ask somebody with more rights.
    Forbidden,
    /// Show again who you are; what was asked is done only for those who have just done so.
    StepUpRequired,
    /// Set up a second factor first; the role asks for one.
    SecondFactorRequired,
    /// Go back; there is no such thing.
    NotFound,
    /// Load the page again; somebody or something else changed it.
    Conflict,
    /// The document changed on its way; choose the file again.
    HashMismatch,
    /// The document is too large.
    TooLarge,
    /// Wait, then try again.
    TooManyRequests,
    /// The signing API is out of reach; try again later.
    UpstreamDown,
    /// The signing API refuses this portal's credentials; tell the operator.
    UpstreamAuth,
    /// The signing API answered something that cannot be used.
    UpstreamBad,
    /// The portal failed; tell the operator the trace id.
    Internal,
}

/// A finding about one field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field, named as in [`crate::model::field`].
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// An error as the browser may see it: no upstream body, no internals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct PortalError {
    /// What to do about it.
    pub kind: ErrorKind,
    /// A sentence for people. Holds no personal data.
    pub message: String,
    /// Findings about fields, when `kind` is [`ErrorKind::Invalid`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// When to try again, in seconds, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Finds this case in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

impl PortalError {
    /// An error of the given kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fields: Vec::new(), retry_after: None, trace_id: None }
    }

    /// Findings about fields.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(ErrorKind::Invalid, "Some fields need another look.") }
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(ErrorKind::Unauthenticated, "Your session has ended. Please sign in again.")
    }

    /// No such thing, or none that this person may see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "There is no such page, or you may not see it.")
    }

    /// HTTP status of this error.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.kind {
            ErrorKind::Invalid | ErrorKind::HashMismatch => 422,
            ErrorKind::Unauthenticated => 401,
            ErrorKind::Forbidden | ErrorKind::StepUpRequired | ErrorKind::SecondFactorRequired => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::Conflict => 409,
            ErrorKind::TooLarge => 413,
            ErrorKind::TooManyRequests => 429,
            ErrorKind::UpstreamAuth | ErrorKind::UpstreamBad => 502,
            ErrorKind::UpstreamDown => 503,
            ErrorKind::Internal => 500,
        }
    }
}

impl FromServerFnError for PortalError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::new(ErrorKind::Invalid, "The request cannot be understood.")
            }
            _ => Self::new(ErrorKind::Internal, "The server could not answer."),
        }
    }
}
