//! The signing API's failures in the portal's words. The only such mapping.

use std::time::Duration;

use app::error::{ErrorKind, PortalError};
use upstream::UpstreamError;

/// How long to wait for an API that has too much to do and does not say for how long.
const SLOW_DOWN: Duration = Duration::from_secs(30);

/// What the browser is told of a failure of the signing API: what to do next, and
/// none of the API's own words. In particular the API's refusal of our credentials
/// is never a 401 of ours, which would sign the reader out.
#[must_use]
pub fn portal_error(error: &UpstreamError) -> PortalError {
    let (kind, message) = match error {
        UpstreamError::NotFound(_) => (ErrorKind::NotFound, "The signing service no longer has this."),
        UpstreamError::Unauthorized(_) | UpstreamError::Forbidden(_) => (
            ErrorKind::UpstreamAuth,
            "The signing service refuses this portal's credentials. Please tell your operator.",
        ),
        UpstreamError::TooLarge(_) => (ErrorKind::TooLarge, "The signing service takes no documents of this size."),
        UpstreamError::RateLimited { .. } => {
            (ErrorKind::UpstreamDown, "The signing service is busy. Please try again in a minute.")
        }
        UpstreamError::Unavailable { .. } | UpstreamError::OutcomeUnknown { .. } => {
            (ErrorKind::UpstreamDown, "The signing service cannot be reached. Please try again later.")
        }
        UpstreamError::Aborted(_) => (ErrorKind::Invalid, "The upload broke off. Please try again."),
        // A refusal that no field explains is our mistake, not the reader's.
        _ => (ErrorKind::UpstreamBad, "The signing service answered something unexpected. Please tell your operator."),
    };
    PortalError { retry_after: retry_after(error), ..PortalError::new(kind, message) }
}

/// When the API wants to be asked again, or may be.
fn retry_after(error: &UpstreamError) -> Option<u32> {
    let wait = match error {
        UpstreamError::RateLimited { retry_after, .. } => retry_after.unwrap_or(SLOW_DOWN),
        _ => error.retry_after()?,
    };
    u32::try_from(wait.as_millis().div_ceil(1000)).ok().map(|seconds| seconds.max(1))
}

#[cfg(test)]
mod tests {
    use contract::{Extra, Problem, ProblemCode};
    use upstream::{BodyAborted, Fault};

    use super::*;

    #[test]
    fn api_10_maps_every_failure() {
        let problem = || {
            Box::new(Problem {
                status: 401,
                title: "marker".into(),
                code: ProblemCode::InvalidToken,
                trace_id: Some("marker".into()),
                detail: Some("marker".into()),
                invalid_params: Vec::new(),
                extra: Extra::new(),
            })
        };
        let some = || Some(problem());
        let fault = || Fault::Status(500);
        for (error, kind, status) in [
            (UpstreamError::Invalid(problem()), ErrorKind::UpstreamBad, 502),
            (UpstreamError::NotFound(some()), ErrorKind::NotFound, 404),
            (UpstreamError::Unauthorized(some()), ErrorKind::UpstreamAuth, 502),
            (UpstreamError::Forbidden(some()), ErrorKind::UpstreamAuth, 502),
            (UpstreamError::TooLarge(some()), ErrorKind::TooLarge, 413),
            (UpstreamError::UnsupportedType(some()), ErrorKind::UpstreamBad, 502),
            (UpstreamError::RateLimited { retry_after: None, problem: some() }, ErrorKind::UpstreamDown, 503),
            (
                UpstreamError::Unavailable { fault: fault(), retry_after: None, problem: some() },
                ErrorKind::UpstreamDown,
                503,
            ),
            (UpstreamError::OutcomeUnknown { fault: fault(), problem: some() }, ErrorKind::UpstreamDown, 503),
            (UpstreamError::Malformed(fault()), ErrorKind::UpstreamBad, 502),
            (UpstreamError::Aborted(BodyAborted::Disconnected), ErrorKind::Invalid, 422),
        ] {
            let mapped = portal_error(&error);
            assert_eq!((mapped.kind, mapped.status()), (kind, status), "{error:?}");
            assert!(!format!("{mapped:?}").contains("marker"), "{mapped:?}");
        }
    }

    #[test]
    fn api_10_says_when_to_come_back() {
        let wait = |retry_after| UpstreamError::RateLimited { retry_after, problem: None };
        let rests = UpstreamError::Unavailable {
            fault: Fault::Resting,
            retry_after: Some(Duration::from_millis(4_001)),
            problem: None,
        };
        for (error, seconds) in [
            (wait(None), Some(30)),
            (wait(Some(Duration::from_secs(7))), Some(7)),
            (wait(Some(Duration::ZERO)), Some(1)),
            (rests, Some(5)),
            (UpstreamError::Malformed(Fault::WrongForm), None),
        ] {
            assert_eq!(portal_error(&error).retry_after, seconds, "{error:?}");
        }
    }
}
