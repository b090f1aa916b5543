//! Error answers: one enum, one body (`application/problem+json`, RFC 9457), one
//! place that logs causes.

use std::{error::Error, time::Duration};

use app::error::{ErrorKind, FieldError, PortalError};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{random::RandomError, store::StoreError};

/// What a request is answered with when it is not answered well.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Just so; most answers that people cause.
    #[error(transparent)]
    Portal(#[from] PortalError),
    /// The request cannot be understood; says why.
    #[error("{0}")]
    BadRequest(&'static str),
    /// The request comes from elsewhere, or does not prove that it does not; says why.
    #[error("{0}")]
    Forgery(&'static str),
    /// The resource has no such method.
    #[error("This address does not take such requests.")]
    MethodNotAllowed,
    /// The body has a type that is not taken here; says which is.
    #[error("{0}")]
    UnsupportedMediaType(&'static str),
    /// Too many requests from this caller; wait.
    #[error("Too many attempts. Please wait a moment, then try again.")]
    SlowDown {
        /// How long.
        retry_after: Duration,
    },
    /// The portal has too much to do; wait.
    #[error("The portal is busy. Please try again in a moment.")]
    Busy {
        /// How long.
        retry_after: Duration,
    },
    /// The database does not answer; wait. The cause is logged, never sent.
    #[error("The portal cannot reach its database. Please try again in a moment.")]
    StoreDown(#[source] StoreError),
    /// The portal failed. The cause is logged, never sent.
    #[error("The portal failed. Please tell your operator the trace id.")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// The portal failed for this reason.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// One wrong field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        PortalError::invalid(vec![FieldError { field: field.to_owned(), message: message.into() }]).into()
    }

    /// Its HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Portal(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Forgery(_) => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::SlowDown { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy { .. } | Self::StoreDown(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// `Retry-After`, in whole seconds, when there is something to wait for.
    pub(crate) fn retry_header(&self) -> Option<(HeaderName, HeaderValue)> {
        let wait = match self {
            Self::Portal(error) => Duration::from_secs(error.retry_after?.into()),
            Self::SlowDown { retry_after } | Self::Busy { retry_after } => *retry_after,
            Self::StoreDown(_) => Duration::from_secs(5),
            _ => return None,
        };
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        HeaderValue::try_from(seconds.to_string()).ok().map(|value| (header::RETRY_AFTER, value))
    }

    /// What the browser may see of it.
    #[must_use]
    pub fn into_portal(self) -> PortalError {
        let kind = match self {
            Self::Portal(error) => return error,
            Self::BadRequest(_) | Self::MethodNotAllowed | Self::UnsupportedMediaType(_) => ErrorKind::Invalid,
            Self::Forgery(_) => ErrorKind::Forbidden,
            Self::SlowDown { .. } | Self::Busy { .. } => ErrorKind::TooManyRequests,
            Self::StoreDown(_) | Self::Internal(_) => ErrorKind::Internal,
        };
        PortalError::new(kind, self.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::StoreDown(error),
            StoreError::Duplicate | StoreError::Corrupt(_) => Self::internal(error),
        }
    }
}

impl From<RandomError> for ApiError {
    fn from(error: RandomError) -> Self {
        Self::internal(error)
    }
}

/// An error on its way to the outermost layer, which knows the trace id and
/// whether a person or a program reads the answer.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished(pub(crate) PortalError);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::StoreDown(_) | Self::Internal(_) = &self {
            tracing::error!(error = %chain(&self), "request failed");
        }
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.retry_header());
        response.extensions_mut().insert(Unfinished(self.into_portal()));
        response
    }
}

/// The body of an error answer: RFC 9457's members, and those of [`PortalError`].
#[derive(Debug, Serialize)]
pub(crate) struct Problem<'a> {
    pub(crate) title: &'a str,
    pub(crate) status: u16,
    #[serde(flatten)]
    pub(crate) error: &'a PortalError,
}

impl Problem<'_> {
    pub(crate) const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
}

/// An error with its causes, for a log line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
