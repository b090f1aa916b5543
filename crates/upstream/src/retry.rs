//! Repetition: how often, after how long, and how much of it in all.

use std::time::Duration;

use tokio::time::Instant;
use tower::retry::budget::{Budget as _, TpsBudget};

use crate::{
    UpstreamError,
    operation::{Effect, Operation, is_passing},
};

/// Most repetitions of one call.
const REPETITIONS: u32 = 2;
/// A longer wait is not sat out, even when the API asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Repetitions that all calls together may make: a fifth of the calls of the last
/// ten seconds, and ten more. Without it, an API that is down would get three
/// times its usual load.
pub(crate) struct Budget {
    left: TpsBudget,
    /// Longest wait before a call's first repetition; it doubles for the next.
    first_wait: Duration,
}

impl Budget {
    pub(crate) fn new(first_wait: Duration) -> Self {
        Self { left: TpsBudget::new(Duration::from_secs(10), 1, 0.2), first_wait }
    }
}

/// The attempts of one call.
pub(crate) struct Attempts<'a> {
    budget: &'a Budget,
    operation: &'a Operation,
    deadline: Instant,
    repetitions: u32,
    /// An earlier attempt may have done its work unnoticed.
    maybe_done: bool,
}

impl<'a> Attempts<'a> {
    pub(crate) fn new(budget: &'a Budget, operation: &'a Operation) -> Self {
        budget.left.deposit();
        let deadline = Instant::now() + operation.total;
        Self { budget, operation, deadline, repetitions: 0, maybe_done: false }
    }

    /// When the call as a whole must have ended.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether an earlier attempt of this call may have succeeded.
    pub(crate) fn maybe_done(&self) -> bool {
        self.maybe_done
    }

    /// Returns when it is time for another attempt.
    ///
    /// # Errors
    /// The error given, when there is to be no other attempt.
    pub(crate) async fn again_after(&mut self, error: UpstreamError) -> Result<(), UpstreamError> {
        if self.operation.effect == Effect::Change || !is_passing(&error) || self.repetitions == REPETITIONS {
            return Err(error);
        }
        // Those who were told to wait do not all come back at the same moment either.
        let jitter = part_of(self.budget.first_wait * 2_u32.pow(self.repetitions));
        let wait = error.retry_after().unwrap_or_default().saturating_add(jitter);
        let ends_in_time = Instant::now().checked_add(wait).is_some_and(|then| then < self.deadline);
        if wait > LONGEST_WAIT || !ends_in_time || !self.budget.left.withdraw() {
            return Err(error);
        }
        self.repetitions += 1;
        self.maybe_done |= matches!(error, UpstreamError::OutcomeUnknown { .. });
        tracing::debug!(operation = self.operation.name, repetition = self.repetitions, cause = %error, "trying again");
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// A random part of `longest`, from nothing to all of it, so that callers that
/// failed together do not come back together.
pub(crate) fn part_of(longest: Duration) -> Duration {
    // Without a source of randomness the whole is as good as any part.
    let thousandths = getrandom::u32().map_or(1000, |random| random % 1001);
    longest / 1000 * thousandths
}
