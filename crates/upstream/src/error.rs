//! What can go wrong, by what the caller does next.

use std::{sync::Arc, time::Duration};

use contract::{Extra, InvalidParam, Problem, ProblemCode};

use crate::BodyAborted;

/// Why a call to the signing API failed.
///
/// Texts are ours alone: an answer's own words are in the [`Problem`], for code
/// that knows whom to show them to.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The API refused the request, and nothing happened. Change it: the
    /// problem's `invalid_params` name the parts. Also any refusal that has no
    /// variant of its own.
    #[error("the signing API refused the request")]
    Invalid(Box<Problem>),
    /// There is no such resource (any more).
    #[error("the signing API has no such resource")]
    NotFound(Option<Box<Problem>>),
    /// Our credentials are refused, also after getting a new token. Nothing
    /// happened. The operator must act; the user's own sign-in is not concerned.
    #[error("the signing API refused our credentials")]
    Unauthorized(Option<Box<Problem>>),
    /// Our credentials lack a permission. Nothing happened. The operator must act.
    #[error("the signing API refused our client a permission")]
    Forbidden(Option<Box<Problem>>),
    /// The document is larger than the API takes. Nothing was stored.
    #[error("the signing API takes no documents of this size")]
    TooLarge(Option<Box<Problem>>),
    /// The API signs no documents of this type. Nothing was stored.
    #[error("the signing API takes no documents of this type")]
    UnsupportedType(Option<Box<Problem>>),
    /// Too many requests. Nothing happened; ask again after a while.
    #[error("the signing API asked us to slow down")]
    RateLimited {
        /// How long the API asked to wait.
        retry_after: Option<Duration>,
        /// The API's words.
        problem: Option<Box<Problem>>,
    },
    /// The API could not be asked, or could not answer a read. Nothing changed;
    /// ask again later.
    #[error("the signing API is unavailable: {fault}")]
    Unavailable {
        /// What happened.
        fault: Fault,
        /// How long the API asked to wait.
        retry_after: Option<Duration>,
        /// The API's words.
        problem: Option<Box<Problem>>,
    },
    /// A change was sent and no trustworthy answer came: it may have been made or
    /// not. Find out before asking again.
    #[error("the outcome of a change at the signing API is unknown: {fault}")]
    OutcomeUnknown {
        /// What happened.
        fault: Fault,
        /// The API's words.
        problem: Option<Box<Problem>>,
    },
    /// The answer to a read is not what the contract says. Asking again is of no use.
    #[error("the signing API's answer cannot be used: {0}")]
    Malformed(Fault),
    /// The bytes of an upload stopped before their end, by the caller's own doing.
    /// Nothing was stored.
    #[error("the upload was cut off: {0}")]
    Aborted(#[source] BodyAborted),
}

impl UpstreamError {
    /// A value of the request that JSON or a query string cannot express.
    pub(crate) fn unwritable(name: &str) -> Self {
        let reason = "must be a date with a year from 0 to 9999";
        Self::Invalid(Box::new(Problem {
            status: 400,
            title: "Invalid request".to_owned(),
            code: ProblemCode::InvalidRequestParameter,
            trace_id: None,
            detail: None,
            invalid_params: vec![InvalidParam::new(name, reason)],
            extra: Extra::new(),
        }))
    }

    /// The API's own words about it, if it had any.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Invalid(problem) => Some(problem),
            Self::NotFound(problem)
            | Self::Unauthorized(problem)
            | Self::Forbidden(problem)
            | Self::TooLarge(problem)
            | Self::UnsupportedType(problem)
            | Self::RateLimited { problem, .. }
            | Self::Unavailable { problem, .. }
            | Self::OutcomeUnknown { problem, .. } => problem.as_deref(),
            Self::Malformed(_) | Self::Aborted(_) => None,
        }
    }

    /// The id that finds this answer in the API's logs; fit for ours.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        let id = self.problem()?.trace_id.as_deref()?;
        (id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).then_some(id)
    }

    /// How long the API asked to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// What kept an exchange from its end.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No connection came about; nothing was sent.
    #[error("no connection")]
    Connect(#[source] Arc<reqwest::Error>),
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] Arc<reqwest::Error>),
    /// A deadline passed.
    #[error("no {0} in time")]
    Deadline(Stage),
    /// The API answered that it failed, with this HTTP status.
    #[error("status {0}")]
    Status(u16),
    /// It failed too often of late and is left to rest; nothing was sent.
    #[error("it is left to rest after too many failures")]
    Resting,
    /// The answer's body is longer than is read.
    #[error("the answer is too long")]
    TooLong,
    /// The answer has the wrong form.
    #[error("the answer has the wrong form")]
    WrongForm,
}

/// A part of a call that has a deadline of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Waiting for earlier calls to end.
    Place,
    /// Getting an access token.
    Token,
    /// The API taking the next piece of an upload.
    Upload,
    /// The head of the answer.
    Head,
    /// The next piece of the answer.
    Body,
    /// The call as a whole.
    Total,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Place => "end of earlier calls",
            Self::Token => "access token",
            Self::Upload => "progress of the upload",
            Self::Head => "answer",
            Self::Body => "progress of the answer",
            Self::Total => "end of the call",
        })
    }
}
