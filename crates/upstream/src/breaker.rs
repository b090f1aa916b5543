//! Letting the API rest: calls that would fail are refused here, at once.
//!
//! Ours because it is 100 lines and must not sleep, must fall back to "try it"
//! when a probe is abandoned, and must know what an API's "slow down" means; the
//! crates there are either sleep, or are young and do much else.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{Fault, UpstreamError};

/// Longest "slow down" that is kept; an API that asks for more is asked again then.
const SLOW_DOWN_MAX: Duration = Duration::from_secs(60);
/// Calls remembered at most, whatever their number in the window.
const REMEMBERED: usize = 1_000;

/// When calls that fail lead to a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// How far back calls are looked at.
    pub window: Duration,
    /// Fewest calls in the window that say anything.
    pub calls_min: usize,
    /// From what share of failures on there is a pause, in percent.
    pub failures_percent: usize,
    /// How long it lasts; then one call probes, and each other pause is as long.
    pub pause: Duration,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self { window: Duration::from_secs(30), calls_min: 20, failures_percent: 50, pause: Duration::from_secs(5) }
    }
}

/// Counts how calls end, and says whether there should be more.
#[derive(Debug)]
pub(crate) struct Breaker {
    limits: BreakerLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When calls ended, and whether they failed.
    calls: VecDeque<(Instant, bool)>,
    /// Set while the API rests: when the next call may probe it.
    probe_at: Option<Instant>,
    /// The API asked for no calls before this.
    slow_until: Option<Instant>,
}

impl Breaker {
    pub(crate) fn new(limits: BreakerLimits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Asks for leave to call.
    ///
    /// # Errors
    /// The API rests; nothing was sent.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Leave, UpstreamError> {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(until) = state.slow_until.filter(|until| now < *until) {
            return Err(UpstreamError::RateLimited { retry_after: Some(until - now), problem: None });
        }
        let Some(probe_at) = state.probe_at else { return Ok(Leave(Arc::clone(self))) };
        if now < probe_at {
            let retry_after = Some(probe_at - now);
            return Err(UpstreamError::Unavailable { fault: Fault::Resting, retry_after, problem: None });
        }
        // One probes; until it is back, and if it never comes back, others wait as before.
        state.probe_at = Some(now + self.limits.pause);
        Ok(Leave(Arc::clone(self)))
    }

    /// Whether calls are refused at present.
    pub(crate) fn rests(&self) -> bool {
        let state = self.state();
        state.probe_at.is_some() || state.slow_until.is_some_and(|until| Instant::now() < until)
    }

    fn ended(&self, failed: bool) {
        let now = Instant::now();
        let BreakerLimits { window, calls_min, failures_percent, pause } = self.limits;
        let mut state = self.state();
        if state.probe_at.is_some() {
            if failed {
                state.probe_at = Some(now + pause);
            } else {
                tracing::info!("the signing API answers again");
                *state = State::default();
            }
            return;
        }
        state.calls.push_back((now, failed));
        while state.calls.len() > REMEMBERED || state.calls.front().is_some_and(|(at, _)| now - *at > window) {
            state.calls.pop_front();
        }
        let failures = state.calls.iter().filter(|(_, failed)| *failed).count();
        if failed && state.calls.len() >= calls_min && failures * 100 >= state.calls.len() * failures_percent {
            tracing::warn!(failures, calls = state.calls.len(), "the signing API fails too often and is left to rest");
            state.calls.clear();
            state.probe_at = Some(now + pause);
        }
    }

    fn slow_down(&self, wait: Duration) {
        let until = Instant::now() + wait.min(SLOW_DOWN_MAX);
        let mut state = self.state();
        state.slow_until = state.slow_until.max(Some(until));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done when a holder of the lock panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to call once. A call that was given up says nothing.
#[derive(Debug)]
pub(crate) struct Leave(Arc<Breaker>);

impl Leave {
    /// Tells how the call ended.
    pub(crate) fn ended<T>(self, outcome: &Result<T, UpstreamError>) {
        match outcome {
            Err(UpstreamError::RateLimited { retry_after, .. }) => {
                if let Some(wait) = retry_after {
                    self.0.slow_down(*wait);
                }
                self.0.ended(false);
            }
            // Our own doing.
            Err(UpstreamError::Aborted(_)) => {}
            Err(UpstreamError::Unavailable { fault, .. } | UpstreamError::OutcomeUnknown { fault, .. }) => {
                self.0.ended(!matches!(fault, Fault::TooLong | Fault::WrongForm));
            }
            Ok(_) | Err(_) => self.0.ended(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Result<(), UpstreamError> {
        Err(UpstreamError::Unavailable { fault: Fault::Status(503), retry_after: None, problem: None })
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn call(breaker: &Arc<Breaker>, outcome: &Result<(), UpstreamError>) -> bool {
        breaker.enter().map(|leave| leave.ended(outcome)).is_ok()
    }

    fn wait(breaker: &Arc<Breaker>) -> Option<Duration> {
        breaker.enter().err().and_then(|error| error.retry_after())
    }

    #[tokio::test(start_paused = true)]
    async fn api_08_rests_when_half_of_twenty_calls_fail_and_is_probed_each_five_seconds() {
        let breaker = Breaker::new(BreakerLimits::default());
        for _ in 0..10 {
            assert!(call(&breaker, &Ok(())));
        }
        for _ in 0..10 {
            assert!(!breaker.rests());
            assert!(call(&breaker, &failure()));
        }
        assert_eq!(wait(&breaker), Some(Duration::from_secs(5)));
        pass(4).await;
        assert_eq!(wait(&breaker), Some(Duration::from_secs(1)));
        pass(1).await;
        // One probe at a time, and another five seconds after it failed.
        let probe = breaker.enter().unwrap();
        assert!(breaker.enter().is_err());
        probe.ended(&failure());
        assert_eq!(wait(&breaker), Some(Duration::from_secs(5)));
        pass(5).await;
        assert!(call(&breaker, &Ok(())));
        assert!(!breaker.rests());
        assert!(call(&breaker, &failure()), "what was before is forgotten");
        assert!(!breaker.rests());
    }

    #[tokio::test(start_paused = true)]
    async fn api_08_a_probe_that_is_given_up_is_no_end() {
        let breaker = Breaker::new(BreakerLimits { calls_min: 1, ..BreakerLimits::default() });
        assert!(call(&breaker, &failure()));
        pass(5).await;
        drop(breaker.enter().unwrap());
        assert!(breaker.enter().is_err());
        pass(5).await;
        assert!(call(&breaker, &Ok(())));
        assert!(!breaker.rests());
    }

    #[tokio::test(start_paused = true)]
    async fn api_08_few_or_old_failures_say_nothing() {
        let breaker = Breaker::new(BreakerLimits::default());
        for _ in 0..19 {
            assert!(call(&breaker, &failure()));
        }
        pass(31).await;
        for _ in 0..19 {
            assert!(call(&breaker, &failure()));
        }
        assert!(!breaker.rests());
        // Refusals are answers.
        let refused = Err(UpstreamError::NotFound(None));
        for _ in 0..100 {
            assert!(call(&breaker, &refused));
        }
        assert!(!breaker.rests());
    }

    #[tokio::test(start_paused = true)]
    async fn api_10_a_wish_to_slow_down_holds_for_all() {
        let breaker = Breaker::new(BreakerLimits::default());
        let slow = |seconds| {
            Err(UpstreamError::RateLimited { retry_after: Some(Duration::from_secs(seconds)), problem: None })
        };
        assert!(call(&breaker, &slow(10)));
        assert_eq!(wait(&breaker), Some(Duration::from_secs(10)));
        assert!(matches!(breaker.enter(), Err(UpstreamError::RateLimited { .. })));
        pass(10).await;
        assert!(call(&breaker, &slow(24 * 3600)));
        assert_eq!(wait(&breaker), Some(SLOW_DOWN_MAX));
    }
}
