//! Planned faults of the API: the next `times` requests of an operation fail in a chosen way.

use std::sync::{Mutex, PoisonError};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::Sha256Digest;
use futures_util::stream;
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use serde::Deserialize;

use crate::{extract::JsonBody, problem::ApiError, service::App};

/// Operations by method and route, under the names that plans use.
const OPERATIONS: &[(&str, Method, &str)] = &[
    ("upload_document", Method::POST, "/sign/documents"),
    ("get_document", Method::GET, "/sign/documents/{documentId}"),
    ("delete_document", Method::DELETE, "/sign/documents/{documentId}"),
    ("get_metadata", Method::GET, "/sign/documents/{documentId}/metadata"),
    ("patch_metadata", Method::PATCH, "/sign/documents/{documentId}/metadata"),
    ("create_collection", Method::POST, "/sign/document-collections"),
    ("get_collection", Method::GET, "/sign/document-collections/{documentCollectionId}"),
    ("delete_collection", Method::DELETE, "/sign/document-collections/{documentCollectionId}"),
    ("create_session", Method::POST, "/sign/signing-sessions"),
    ("list_sessions", Method::GET, "/sign/signing-sessions"),
    ("get_session", Method::GET, "/sign/signing-sessions/{sessionId}"),
    ("delete_session", Method::DELETE, "/sign/signing-sessions/{sessionId}"),
];

/// Ways to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Fault {
    /// 500, and nothing is done.
    #[serde(rename = "500")]
    Fail,
    /// All is done, and the answer is a 500.
    #[serde(rename = "500-after-commit")]
    FailAfterCommit,
    /// All is done, and the connection breaks instead of an answer.
    #[serde(rename = "drop-after-commit")]
    DropAfterCommit,
    /// Nothing happens for `seconds`, then all goes well.
    #[serde(rename = "delay")]
    Delay,
    /// The answer names the hash of another document.
    #[serde(rename = "wrong-hash")]
    WrongHash,
    /// 401 although the token is good.
    #[serde(rename = "401")]
    Unauthorized,
}

/// A plan, as it is posted.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Plan {
    operation: String,
    fault: Fault,
    /// How many requests fail.
    #[serde(default = "once")]
    times: u32,
    /// How long a delay lasts.
    #[serde(default)]
    seconds: u32,
}

fn once() -> u32 {
    1
}

/// The faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Plan>>);

impl Faults {
    /// Forgets all plans.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Uses up one fault of this operation.
    fn take(&self, operation: &str) -> Option<Plan> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = plans.iter().position(|plan| plan.operation == operation)?;
        let plan = plans.get_mut(index)?;
        plan.times = plan.times.saturating_sub(1);
        let taken = plan.clone();
        if taken.times == 0 {
            plans.remove(index);
        }
        Some(taken)
    }
}

/// `POST /__sandbox/faults`: adds a plan after those already there.
pub(super) async fn plan(State(app): State<App>, JsonBody(plan): JsonBody<Plan>) -> Result<StatusCode, ApiError> {
    if OPERATIONS.iter().all(|(name, _, _)| *name != plan.operation) {
        let names: Vec<&str> = OPERATIONS.iter().map(|(name, _, _)| *name).collect();
        return Err(ApiError::param("operation", format!("must be one of {}", names.join(", "))));
    }
    if plan.times == 0 {
        return Err(ApiError::param("times", "must be at least 1"));
    }
    app.faults.0.lock().unwrap_or_else(PoisonError::into_inner).push(plan);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /__sandbox/faults`: forgets all plans.
pub(super) async fn clear(State(app): State<App>) -> StatusCode {
    app.faults.clear();
    StatusCode::NO_CONTENT
}

/// Lets a planned fault happen.
pub(crate) async fn inject(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let operation = OPERATIONS.iter().find(|(_, method, path)| method == request.method() && *path == route);
    let Some(plan) = operation.and_then(|(name, _, _)| app.faults.take(name)) else {
        return next.run(request).await;
    };
    tracing::warn!(fault = ?plan.fault, "planned fault of {}", plan.operation);
    match plan.fault {
        Fault::Fail => planned(),
        Fault::Unauthorized => ApiError::InvalidToken("planned fault").into_response(),
        Fault::FailAfterCommit => {
            next.run(request).await;
            planned()
        }
        Fault::DropAfterCommit => {
            next.run(request).await;
            // A body that fails before its first byte makes the server cut the connection with nothing sent.
            Body::from_stream(stream::once(async { Err::<&[u8], _>(Planned) })).into_response()
        }
        Fault::Delay => {
            tokio::time::sleep(std::time::Duration::from_secs(plan.seconds.into())).await;
            next.run(request).await
        }
        Fault::WrongHash => with_wrong_hash(next.run(request).await).await.unwrap_or_else(IntoResponse::into_response),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("planned fault")]
struct Planned;

fn planned() -> Response {
    ApiError::Internal(Box::new(Planned)).into_response()
}

async fn with_wrong_hash(response: Response) -> Result<Response, ApiError> {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| ApiError::Internal(Box::new(error)))?.to_bytes();
    let mut json: serde_json::Value = serde_json::from_slice(&body)?;
    if let Some(hash) = json.pointer_mut("/documentHash/hash") {
        *hash = Sha256Digest::new([0; 32]).base64().into();
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(serde_json::to_vec(&json)?)))
}
