//! Error answers: one enum, one body (`application/problem+json`), one place that logs.

use std::error::Error;

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{Extra, InvalidParam, Problem, ProblemCode};
use http::{HeaderValue, StatusCode, header};

use crate::{random, service::App};

/// What a request is answered with when it is not answered well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The request as a whole cannot be understood; says why.
    #[error("{0}")]
    BadRequest(String),
    /// Named parameters are wrong.
    #[error("some parameters are invalid")]
    InvalidParams(Vec<InvalidParam>),
    /// The bearer token is missing, unknown or expired.
    #[error("{0}")]
    InvalidToken(&'static str),
    /// There is no such resource, or it is deleted or past its due date.
    #[error("there is no such resource, or it is deleted or past its due date")]
    NotFound,
    /// The resource has no such method.
    #[error("the resource has no such method")]
    MethodNotAllowed,
    /// The body is longer than `max` bytes.
    #[error("the body must be at most {max} bytes")]
    TooLarge {
        /// The most that is read.
        max: u64,
    },
    /// The body's type is not taken here; says which are.
    #[error("{0}")]
    UnsupportedMediaType(&'static str),
    /// The control plane cannot do this now; says why.
    #[error("{0}")]
    Conflict(&'static str),
    /// Too many requests at once; says when to try again. Only planned faults answer it.
    #[error("too many requests; try again in {retry_after} s")]
    TooManyRequests {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The service failed. The cause is logged, never sent.
    #[error("an internal server error happened")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// Makes everything that can go wrong inside the `Internal` variant of an error enum.
macro_rules! internal_causes {
    ($error:ty) => {
        $crate::problem::internal_causes! { $error:
            sqlx::Error,
            std::io::Error,
            getrandom::Error,
            $crate::store::StoreError,
            $crate::evidence::EvidenceError,
            serde_json::Error,
            tokio::task::JoinError,
            http::Error,
        }
    };
    ($error:ty: $($cause:ty),+ $(,)?) => {$(
        impl From<$cause> for $error {
            fn from(cause: $cause) -> Self {
                Self::Internal(Box::new(cause))
            }
        }
    )+};
}
pub(crate) use internal_causes;

internal_causes!(ApiError);

impl ApiError {
    /// One wrong parameter.
    pub(crate) fn param(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidParams(vec![InvalidParam::new(name, reason)])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::InvalidParams(_) => StatusCode::BAD_REQUEST,
            Self::InvalidToken(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> ProblemCode {
        match self {
            Self::BadRequest(_) => ProblemCode::BadRequest,
            Self::InvalidParams(_) => ProblemCode::InvalidRequestParameter,
            Self::InvalidToken(_) => ProblemCode::InvalidToken,
            Self::NotFound => ProblemCode::NotFound,
            Self::MethodNotAllowed => ProblemCode::MethodNotAllowed,
            Self::TooLarge { .. } => ProblemCode::PayloadTooLarge,
            Self::UnsupportedMediaType(_) => ProblemCode::UnsupportedMediaType,
            Self::Conflict(_) => ProblemCode::from("conflict"),
            Self::TooManyRequests { .. } => ProblemCode::from("too_many_requests"),
            Self::Internal(_) => ProblemCode::InternalServerError,
        }
    }
}

/// A problem on its way to [`finish`], which knows the trace id.
#[derive(Clone)]
struct Unfinished(Problem);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Internal(cause) = &self {
            tracing::error!(error = %chain(cause.as_ref()), "request failed");
        }
        let mut problem = Problem {
            status: status.as_u16(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            code: self.code(),
            trace_id: None,
            detail: Some(self.to_string()),
            invalid_params: Vec::new(),
            extra: Extra::new(),
        };
        let hint = match &self {
            Self::InvalidToken(_) => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Bearer error="invalid_token""#)))
            }
            Self::TooManyRequests { retry_after } => Some((header::RETRY_AFTER, HeaderValue::from(*retry_after))),
            _ => None,
        };
        if let Self::InvalidParams(findings) = self {
            problem.invalid_params = findings;
        }
        let mut response = status.into_response();
        response.headers_mut().extend(hint);
        response.extensions_mut().insert(Unfinished(problem));
        response
    }
}

/// The outermost layer: gives the request a trace id, which its log lines and its problem share.
pub(crate) async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    use tracing::Instrument as _;
    // Without randomness nothing else works either; the id is only for finding log lines.
    let trace_id = random::hex_text::<16>(app.random.as_ref()).unwrap_or_else(|_| "0".repeat(32));
    let span = tracing::info_span!("request", trace.id = %trace_id, method = %request.method());
    let mut response = next.run(request).instrument(span).await;
    let Some(Unfinished(mut problem)) = response.extensions_mut().remove() else { return response };
    problem.trace_id = Some(trace_id);
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
    let mut finished = (response.status(), Json(problem)).into_response();
    finished.headers_mut().extend(headers);
    finished
}

/// An error with its causes, for a log line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The answer for a handler that panicked.
pub(crate) fn for_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    #[derive(Debug, thiserror::Error)]
    #[error("a handler panicked")]
    struct Panicked;
    ApiError::Internal(Box::new(Panicked)).into_response()
}
