//! The log, and the layer around every request that gives it a trace id.
//!
//! A line is a sentence with dotted fields. Tokens, signing links, bodies, query
//! strings, names and addresses of people are never logged.

use std::{any::Any, io, sync::Arc, time::Instant};

use app::{
    error::{ErrorKind, PortalError},
    model::Staff,
};
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serve::SlowBody;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

use crate::{
    audit::TraceId,
    auth,
    config::LogConfig,
    error::{ApiError, Problem, Unfinished},
    pages,
    state::Portal,
};

/// Starts the log, on standard error. Does nothing when there is one already.
pub fn init(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_default();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // An error means that another log was started first; it serves as well.
    let _ = if config.json { log.json().try_init() } else { log.try_init() };
}

/// Gives a request its trace id, and an error answer its body: a page for people,
/// `application/problem+json` for scripts.
pub(crate) async fn trace(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    // Without randomness nothing else works either; the id is only for finding log lines.
    let trace_id = portal.random.as_ref().bytes::<16>().map_or_else(|_| "0".repeat(32), hex::encode);
    let span = tracing::info_span!("request", trace.id = %trace_id, http.method = %request.method(), http.path = request.uri().path());
    request.extensions_mut().insert(TraceId(trace_id.clone()));
    let reads_html = auth::reads_html(request.headers());
    let method = request.method().clone();
    let slow = request.extensions().get::<SlowBody>().cloned().unwrap_or_default();
    let started = Instant::now();
    async move {
        let mut response = next.run(request).await;
        if slow.happened() && response.status().is_client_error() {
            // Extractors call it a broken body.
            response = StatusCode::REQUEST_TIMEOUT.into_response();
        }
        let response = finish(&portal, response, &trace_id, reads_html).await;
        portal.metrics.answered(&method, response.status(), started.elapsed());
        tracing::debug!(http.status = response.status().as_u16(), duration_ms = %started.elapsed().as_millis(), "answered");
        response
    }
    .instrument(span)
    .await
}

async fn finish(portal: &Arc<Portal>, mut response: Response, trace_id: &str, reads_html: bool) -> Response {
    let status = response.status();
    let error = match response.extensions_mut().remove::<Unfinished>() {
        Some(Unfinished(error)) => error,
        // Answers of axum's own, and of extractors.
        None if is_error(status) && !has_a_body_of_ours(response.headers()) => generic(status),
        None => return response,
    };
    let error = PortalError { trace_id: Some(trace_id.to_owned()), ..error };
    let mut headers = std::mem::take(response.headers_mut());
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_TYPE);
    let mut finished = if reads_html {
        pages::render_error(portal, status, error, response.extensions_mut().remove::<Staff>()).await
    } else {
        problem(status, &error)
    };
    finished.headers_mut().extend(headers);
    finished
}

fn problem(status: StatusCode, error: &PortalError) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = Json(Problem { title, status: status.as_u16(), error });
    (status, [(header::CONTENT_TYPE, Problem::MEDIA_TYPE)], body).into_response()
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn has_a_body_of_ours(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type.starts_with("text/html") || media_type.starts_with("application/")
}

/// What is said of a status that came without words of ours.
fn generic(status: StatusCode) -> PortalError {
    let (kind, message) = match status {
        StatusCode::NOT_FOUND => return PortalError::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => return ApiError::MethodNotAllowed.into_portal(),
        StatusCode::REQUEST_TIMEOUT => (ErrorKind::Invalid, "The request came too slowly. Please try again."),
        StatusCode::PAYLOAD_TOO_LARGE => (ErrorKind::TooLarge, "The request is too large."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (ErrorKind::Invalid, "The request's body has a type that is not taken here.")
        }
        status if status.is_client_error() => (ErrorKind::Invalid, "The request cannot be understood."),
        _ => (ErrorKind::Internal, "The portal failed. Please tell your operator the trace id."),
    };
    PortalError::new(kind, message)
}

/// The answer for a handler that panicked.
pub(crate) fn for_panic(_: Box<dyn Any + Send>) -> Response {
    #[derive(Debug, thiserror::Error)]
    #[error("a handler panicked")]
    struct Panicked;
    ApiError::internal(Panicked).into_response()
}
