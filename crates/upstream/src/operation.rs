//! What each operation of the API may do when something goes wrong.

use std::time::Duration;

use contract::{Problem, ProblemCode};
use reqwest::{Method, StatusCode};

use crate::{Fault, Stage, UpstreamError};

/// What an operation changes, which decides whether it is repeated and what a
/// missing answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: repeated freely.
    Read,
    /// Deletes: repeated, since twice is as good as once.
    Delete,
    /// Makes or changes something: never repeated.
    Change,
}

/// An operation, its rules and its deadlines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its name in logs.
    pub(crate) name: &'static str,
    pub(crate) method: &'static Method,
    pub(crate) effect: Effect,
    /// From sending to the head of the answer.
    pub(crate) head: Duration,
    /// The whole call.
    pub(crate) total: Duration,
}

impl Operation {
    /// Something was sent, and no answer or a failed one came back.
    pub(crate) fn failed(&self, fault: Fault) -> UpstreamError {
        match self.effect {
            Effect::Read => UpstreamError::Unavailable { fault, retry_after: None, problem: None },
            Effect::Delete | Effect::Change => UpstreamError::OutcomeUnknown { fault, problem: None },
        }
    }

    /// An answer came that cannot be used.
    pub(crate) fn unusable(&self, fault: Fault) -> UpstreamError {
        match self.effect {
            Effect::Read => UpstreamError::Malformed(fault),
            Effect::Delete | Effect::Change => UpstreamError::OutcomeUnknown { fault, problem: None },
        }
    }

    /// An answer came that is no success.
    pub(crate) fn refused(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        problem: Option<Box<Problem>>,
    ) -> UpstreamError {
        let fault = Fault::Status(status.as_u16());
        match status {
            StatusCode::UNAUTHORIZED => UpstreamError::Unauthorized(problem),
            StatusCode::FORBIDDEN => UpstreamError::Forbidden(problem),
            StatusCode::NOT_FOUND | StatusCode::GONE => UpstreamError::NotFound(problem),
            StatusCode::PAYLOAD_TOO_LARGE => UpstreamError::TooLarge(problem),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => UpstreamError::UnsupportedType(problem),
            StatusCode::TOO_MANY_REQUESTS => UpstreamError::RateLimited { retry_after, problem },
            _ if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => match self.effect {
                Effect::Read => UpstreamError::Unavailable { fault, retry_after, problem },
                Effect::Delete | Effect::Change => UpstreamError::OutcomeUnknown { fault, problem },
            },
            _ if status.is_client_error() => {
                UpstreamError::Invalid(problem.unwrap_or_else(|| Box::new(wordless(status))))
            }
            // A redirect above all: it is not followed, so that neither token nor
            // documents go to a host that was not configured.
            _ => self.unusable(fault),
        }
    }
}

/// Whether the same request may fare better a moment later.
pub(crate) fn is_passing(error: &UpstreamError) -> bool {
    match error {
        UpstreamError::Unavailable { fault: Fault::Resting | Fault::Deadline(Stage::Place), .. } => false,
        UpstreamError::RateLimited { .. } | UpstreamError::Unavailable { .. } => true,
        UpstreamError::OutcomeUnknown { fault, .. } => !matches!(fault, Fault::TooLong | Fault::WrongForm),
        _ => false,
    }
}

/// A problem for a refusal that came without one.
fn wordless(status: StatusCode) -> Problem {
    Problem {
        status: status.as_u16(),
        title: String::new(),
        code: ProblemCode::Other(String::new()),
        trace_id: None,
        detail: None,
        invalid_params: Vec::new(),
        extra: contract::Extra::new(),
    }
}
