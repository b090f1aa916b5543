//! The API's error body, `application/problem+json` (RFC 9457 with the API's own members).

use serde::{Deserialize, Serialize};

use crate::{Extra, open_enum::open_enum};

open_enum! {
    /// What went wrong, for programs. Stable, unlike titles and details.
    ProblemCode {
        /// 400: the request as a whole cannot be understood or followed.
        BadRequest = "bad_request",
        /// 400: named parameters are wrong; see [`Problem::invalid_params`].
        InvalidRequestParameter = "invalid_request_parameter",
        /// 401: the bearer token is missing, unknown or expired.
        InvalidToken = "invalid_token",
        /// 403: the client may not use this API.
        MissingPermission = "missing_permission",
        /// 404: there is no such resource, or it is deleted.
        NotFound = "not_found",
        /// 405: the resource has no such method.
        MethodNotAllowed = "method_not_allowed",
        /// 413: the document is larger than the service takes.
        PayloadTooLarge = "payload_too_large",
        /// 415: the service signs no documents of this type.
        UnsupportedMediaType = "unsupported_media_type",
        /// 429: too many requests; see `Retry-After`.
        TooManyRequests = "too_many_requests",
        /// 500: the service failed.
        InternalServerError = "internal_server_error",
    }
}

/// One wrong parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidParam {
    /// Path of the parameter, for example `[0].dueDate` or `limit`.
    #[serde(default, deserialize_with = "crate::null_as_default")]
    pub name: String,
    /// What is wrong with it and what would be right.
    #[serde(default, deserialize_with = "crate::null_as_default")]
    pub reason: String,
}

impl InvalidParam {
    /// A finding about the parameter `name`.
    #[must_use]
    pub fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into() }
    }

    /// The same finding with `prefix` before its path.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.name.insert_str(0, prefix);
        self
    }
}

/// An error answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// HTTP status, repeated in the body.
    #[serde(default, deserialize_with = "crate::null_as_default")]
    pub status: u16,
    /// Short text for people.
    #[serde(default, deserialize_with = "crate::null_as_default")]
    pub title: String,
    /// Stable code for programs.
    #[serde(default = "unnamed", deserialize_with = "code")]
    pub code: ProblemCode,
    /// 32 hexadecimal digits that find this answer in the service's logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Text for people about this very case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The wrong parameters, when the code is `invalid_request_parameter`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "crate::null_as_default")]
    pub invalid_params: Vec<InvalidParam>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

fn unnamed() -> ProblemCode {
    ProblemCode::Other(String::new())
}

fn code<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<ProblemCode, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_else(unnamed))
}

impl std::fmt::Debug for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the texts, which may quote what was sent: a debug print ends up in logs.
        let invalid_params: Vec<_> = self.invalid_params.iter().map(|param| &param.name).collect();
        f.debug_struct("Problem")
            .field("status", &self.status)
            .field("code", &self.code)
            .field("trace_id", &self.trace_id)
            .field("invalid_params", &invalid_params)
            .finish_non_exhaustive()
    }
}

impl Problem {
    /// The media type of the body.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";
}
