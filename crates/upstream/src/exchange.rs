//! One request and its answer, within deadlines.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use contract::Problem;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_ENCODING, HeaderMap, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use crate::{Fault, Stage, UpstreamError, operation::Operation};

/// Longest body of a refusal that is read; a longer one is ignored.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;

/// Waits for the head of an answer that `operation` may take for a success.
///
/// # Errors
/// Anything else, sorted by what it means for `operation`.
pub(crate) async fn head(
    operation: &Operation,
    idle: Duration,
    deadline: Instant,
    sending: impl Future<Output = Result<Response, Failure>>,
) -> Result<Response, UpstreamError> {
    let started = Instant::now();
    let outcome = match timeout_at(deadline, sending).await {
        Ok(Ok(response)) => answered(operation, idle, deadline, response).await,
        Ok(Err(failure)) => Err(failure.means(operation)),
        Err(_) => Err(operation.failed(Fault::Deadline(Stage::Total))),
    };
    let elapsed_ms = started.elapsed().as_millis();
    match &outcome {
        Ok(response) => {
            tracing::debug!(
                operation = operation.name,
                status = response.status().as_u16(),
                elapsed_ms,
                "signing API answered"
            );
        }
        Err(error) => {
            let trace_id = error.trace_id();
            tracing::debug!(operation = operation.name, cause = %error, trace_id, elapsed_ms, "signing API call failed");
        }
    }
    outcome
}

/// A request that got no answer.
pub(crate) enum Failure {
    /// For a reason of the network or of time.
    Fault(Fault),
    /// And the API cannot have acted on it, since it was not sent in full.
    NotSent(Fault),
    /// Already sorted.
    Error(UpstreamError),
}

impl Failure {
    fn means(self, operation: &Operation) -> UpstreamError {
        match self {
            Self::Fault(fault) => operation.failed(fault),
            Self::NotSent(fault) => UpstreamError::Unavailable { fault, retry_after: None, problem: None },
            Self::Error(error) => error,
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let not_sent = error.is_connect() || error.is_builder();
        // Addresses hold ids and search texts; they stay out of errors.
        let error = Arc::new(error.without_url());
        if not_sent { Self::NotSent(Fault::Connect(error)) } else { Self::Fault(Fault::Broken(error)) }
    }
}

/// Sends a request that is complete in memory.
pub(crate) async fn send(
    client: &reqwest::Client,
    request: reqwest::Request,
    head: Duration,
) -> Result<Response, Failure> {
    match tokio::time::timeout(head, client.execute(request)).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Failure::Fault(Fault::Deadline(Stage::Head))),
    }
}

async fn answered(
    operation: &Operation,
    idle: Duration,
    deadline: Instant,
    response: Response,
) -> Result<Response, UpstreamError> {
    let status = response.status();
    if status.is_success() {
        // We ask for none, and a decoder would need limits of its own.
        if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
            return Err(operation.unusable(Fault::WrongForm));
        }
        return Ok(response);
    }
    let retry_after = retry_after(response.headers());
    let problem = match whole(response, PROBLEM_BYTES_MAX, idle, deadline).await {
        Ok(body) => problem(status, &body),
        Err(_) => None,
    };
    Err(operation.refused(status, retry_after, problem))
}

fn problem(status: StatusCode, body: &[u8]) -> Option<Box<Problem>> {
    let mut problem: Problem = serde_json::from_slice(body).ok()?;
    problem.status = status.as_u16();
    Some(Box::new(problem))
}

/// The wait that was asked for. Dates are not understood, only seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Reads an answer's body as JSON of type `T`.
///
/// # Errors
/// When it breaks off, stalls, is longer than `max` bytes or is not a `T`.
pub(crate) async fn json<T: DeserializeOwned>(
    operation: &Operation,
    response: Response,
    max: usize,
    idle: Duration,
    deadline: Instant,
) -> Result<T, UpstreamError> {
    let body = whole(response, max, idle, deadline).await.map_err(|fault| match fault {
        Fault::TooLong => operation.unusable(fault),
        _ => operation.failed(fault),
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        // The error's own text may quote the answer.
        let (line, column) = (error.line(), error.column());
        tracing::warn!(operation = operation.name, line, column, "signing API's answer has the wrong form");
        operation.unusable(Fault::WrongForm)
    })
}

async fn whole(mut response: Response, max: usize, idle: Duration, deadline: Instant) -> Result<Bytes, Fault> {
    let mut body = BytesMut::new();
    while let Some(chunk) = next(&mut response, idle, deadline).await? {
        if body.len() + chunk.len() > max {
            return Err(Fault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The next piece of an answer's body.
///
/// # Errors
/// When the connection breaks or a deadline passes.
pub(crate) async fn next(response: &mut Response, idle: Duration, deadline: Instant) -> Result<Option<Bytes>, Fault> {
    let silence_ends = Instant::now() + idle;
    match timeout_at(silence_ends.min(deadline), response.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk),
        Ok(Err(error)) => Err(Fault::Broken(Arc::new(error.without_url()))),
        Err(_) => Err(Fault::Deadline(if silence_ends < deadline { Stage::Body } else { Stage::Total })),
    }
}
