//! Planned faults of the API: the next `times` requests of an operation fail in a chosen way.

use std::sync::{Mutex, PoisonError};

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::Sha256Digest;
use futures_util::{StreamExt, stream};
use http::{Method, StatusCode, header, response::Parts};
use http_body_util::BodyExt;
use serde::Deserialize;
use time::Duration;

use crate::{extract::JsonBody, problem::ApiError, random, service::App};

/// Operations by method and route, under the names that plans use.
pub(crate) const OPERATIONS: &[(&str, Method, &str)] = &[
    ("get_token", Method::POST, "/auth/open/connect/token"),
    ("upload_document", Method::POST, "/sign/documents"),
    ("get_document", Method::GET, "/sign/documents/{documentId}"),
    ("delete_document", Method::DELETE, "/sign/documents/{documentId}"),
    ("get_metadata", Method::GET, "/sign/documents/{documentId}/metadata"),
    ("patch_metadata", Method::PATCH, "/sign/documents/{documentId}/metadata"),
    ("get_archive_document", Method::GET, "/sign/archive-documents/{archiveDocumentId}"),
    ("create_collection", Method::POST, "/sign/document-collections"),
    ("get_collection", Method::GET, "/sign/document-collections/{documentCollectionId}"),
    ("delete_collection", Method::DELETE, "/sign/document-collections/{documentCollectionId}"),
    ("create_session", Method::POST, "/sign/signing-sessions"),
    ("list_sessions", Method::GET, "/sign/signing-sessions"),
    ("get_session", Method::GET, "/sign/signing-sessions/{sessionId}"),
    ("delete_session", Method::DELETE, "/sign/signing-sessions/{sessionId}"),
];

/// The operation that is no request: making a package.
const PACKAGING: &str = "packaging";
/// The operation of plans for events on their way; each attempt is one.
const EVENT: &str = "event";

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
    /// All is done, and the connection breaks after half of the answer's body.
    #[serde(rename = "truncated-body")]
    TruncatedBody,
    /// Nothing happens for `seconds`, then all goes well.
    #[serde(rename = "delay")]
    Delay,
    /// The answer names the hash of another document.
    #[serde(rename = "wrong-hash")]
    WrongHash,
    /// 401 although the token is good.
    #[serde(rename = "401")]
    Unauthorized,
    /// 429, to be tried again after `seconds`; nothing is done.
    #[serde(rename = "429")]
    TooManyRequests,
    /// The event is not sent, and counts as arrived.
    #[serde(rename = "lose")]
    Lose,
    /// The event is sent twice.
    #[serde(rename = "duplicate")]
    Duplicate,
    /// The event is sent under a wrong signature.
    #[serde(rename = "forge")]
    Forge,
    /// The event is held back until the subscription's next one has arrived.
    #[serde(rename = "reorder")]
    Reorder,
}

impl Fault {
    /// Whether it can be planned for this operation.
    fn fits(self, operation: &str) -> bool {
        match (operation, self) {
            (_, Self::Delay) | (PACKAGING, Self::Fail) => true,
            (_, Self::Lose | Self::Duplicate | Self::Forge | Self::Reorder) => operation == EVENT,
            _ => operation != EVENT && operation != PACKAGING,
        }
    }
}

/// What becomes of an event instead of what should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventFault {
    /// It is not sent, and counts as arrived.
    Lose,
    /// It is sent twice.
    Duplicate,
    /// It is sent under a wrong signature.
    Forge,
    /// It is held back until the subscription's next one has arrived.
    Reorder,
    /// It waits for this long.
    Delay(Duration),
}

/// A plan, as it is posted.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Plan {
    operation: String,
    fault: Fault,
    /// How many requests fail.
    #[serde(default = "once")]
    times: u32,
    /// How long a delay lasts, or after how long to try again.
    #[serde(default)]
    seconds: u32,
}

fn once() -> u32 {
    1
}

/// The faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults {
    plans: Mutex<Vec<Plan>>,
    /// What tokens must name to be good. `None` until tokens were expired for the first time: then all are.
    era: Mutex<Option<String>>,
}

impl Faults {
    /// Forgets all plans. Tokens that were expired stay so.
    pub(crate) fn clear(&self) {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What a token that is issued now must name to be good later.
    pub(crate) fn era(&self) -> Option<String> {
        self.era.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a token that names this was issued before all tokens were expired.
    pub(crate) fn has_expired(&self, era: Option<&str>) -> bool {
        let present = self.era.lock().unwrap_or_else(PoisonError::into_inner);
        present.is_some() && present.as_deref() != era
    }

    /// Uses up one fault of events.
    pub(crate) fn take_event(&self) -> Option<EventFault> {
        let plan = self.take(EVENT)?;
        let fault = match plan.fault {
            Fault::Lose => EventFault::Lose,
            Fault::Duplicate => EventFault::Duplicate,
            Fault::Forge => EventFault::Forge,
            Fault::Reorder => EventFault::Reorder,
            // No other can be planned for events.
            _ => EventFault::Delay(Duration::seconds(plan.seconds.into())),
        };
        tracing::warn!(?fault, "planned fault of an event");
        Some(fault)
    }

    /// Uses up one fault of this operation.
    fn take(&self, operation: &str) -> Option<Plan> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
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
    let names = || OPERATIONS.iter().map(|(name, _, _)| *name).chain([PACKAGING, EVENT]);
    if names().all(|name| name != plan.operation) {
        let names: Vec<&str> = names().collect();
        return Err(ApiError::param("operation", format!("must be one of {}", names.join(", "))));
    }
    if !plan.fault.fits(&plan.operation) {
        return Err(ApiError::param("fault", "does not go with this operation"));
    }
    if plan.times == 0 {
        return Err(ApiError::param("times", "must be at least 1"));
    }
    if plan.fault == Fault::TruncatedBody && plan.operation.starts_with("delete_") {
        return Err(ApiError::param("fault", "the answers of this operation have no body to truncate"));
    }
    app.faults.plans.lock().unwrap_or_else(PoisonError::into_inner).push(plan);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /__sandbox/faults`: forgets all plans.
pub(super) async fn clear(State(app): State<App>) -> StatusCode {
    app.faults.clear();
    StatusCode::NO_CONTENT
}

/// `DELETE /__sandbox/tokens`: the tokens issued so far are good no longer.
pub(super) async fn expire_tokens(State(app): State<App>) -> Result<StatusCode, ApiError> {
    let era = random::hex_text::<16>(app.random.as_ref())?;
    *app.faults.era.lock().unwrap_or_else(PoisonError::into_inner) = Some(era);
    Ok(StatusCode::NO_CONTENT)
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
        Fault::TooManyRequests => ApiError::TooManyRequests { retry_after: plan.seconds }.into_response(),
        Fault::FailAfterCommit => {
            next.run(request).await;
            planned()
        }
        Fault::DropAfterCommit => {
            next.run(request).await;
            // A body that fails before its first byte makes the server cut the connection with nothing sent.
            Body::from_stream(stream::once(async { Err::<&[u8], _>(Planned) })).into_response()
        }
        Fault::TruncatedBody => when_good(next.run(request).await, truncated).await,
        Fault::Delay => {
            tokio::time::sleep(std::time::Duration::from_secs(plan.seconds.into())).await;
            next.run(request).await
        }
        Fault::WrongHash => when_good(next.run(request).await, with_wrong_hash).await,
        // Cannot be planned for requests.
        Fault::Lose | Fault::Duplicate | Fault::Forge | Fault::Reorder => next.run(request).await,
    }
}

/// Lets a planned fault of making a package happen.
pub(crate) async fn strike_packaging(app: &App) -> Result<(), Planned> {
    let Some(plan) = app.faults.take(PACKAGING) else { return Ok(()) };
    tracing::warn!(fault = ?plan.fault, "planned fault of {PACKAGING}");
    match plan.fault {
        Fault::Delay => tokio::time::sleep(std::time::Duration::from_secs(plan.seconds.into())).await,
        _ => return Err(Planned),
    }
    Ok(())
}

/// A fault that was planned.
#[derive(Debug, thiserror::Error)]
#[error("planned fault")]
pub(crate) struct Planned;

fn planned() -> Response {
    ApiError::Internal(Box::new(Planned)).into_response()
}

/// Spoils the answer, unless it is an error already.
async fn when_good(response: Response, spoil: impl Fn(Parts, Bytes) -> Result<Response, ApiError>) -> Response {
    if !response.status().is_success() {
        return response;
    }
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => spoil(parts, body.to_bytes()).unwrap_or_else(IntoResponse::into_response),
        Err(error) => ApiError::Internal(Box::new(error)).into_response(),
    }
}

/// The answer with the length that it should have, half of its body, and then a broken connection.
fn truncated(mut parts: Parts, mut body: Bytes) -> Result<Response, ApiError> {
    parts.headers.insert(header::CONTENT_LENGTH, body.len().into());
    body.truncate(body.len() / 2);
    let half = stream::once(async { Ok(body) });
    let broken = stream::once(async {
        // The half leaves before the error is looked at.
        tokio::task::yield_now().await;
        Err(Planned)
    });
    Ok(Response::from_parts(parts, Body::from_stream(half.chain(broken))))
}

fn with_wrong_hash(mut parts: Parts, body: Bytes) -> Result<Response, ApiError> {
    let mut json: serde_json::Value = serde_json::from_slice(&body)?;
    if let Some(hash) = json.pointer_mut("/documentHash/hash") {
        *hash = Sha256Digest::new([0; 32]).base64().into();
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(serde_json::to_vec(&json)?)))
}
