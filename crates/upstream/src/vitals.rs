//! How the API does, and another secret for it while it is used.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use tokio::time::Instant;

use crate::{UpstreamError, breaker::Breaker, grant::Grant, token::TokenCache};

/// How the API does, for those who watch it.
#[derive(Debug, Clone)]
pub struct Vitals {
    breaker: Arc<Breaker>,
    requests: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
    answered: Arc<Mutex<Option<Instant>>>,
    rotations: Arc<AtomicU64>,
    tokens: Arc<TokenCache>,
}

impl Vitals {
    pub(crate) fn new(breaker: Arc<Breaker>, tokens: Arc<TokenCache>) -> Self {
        Self {
            breaker,
            requests: Arc::default(),
            failures: Arc::default(),
            answered: Arc::default(),
            rotations: Arc::default(),
            tokens,
        }
    }

    /// Whether the API is left to rest, because it failed too often or asked for it.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.breaker.rests()
    }

    /// Requests sent so far, those for tokens left out.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many of them got no answer, or one that says that the API failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// How long ago the API last did its work, refusals included; none if it never did.
    #[must_use]
    pub fn answered_ago(&self) -> Option<Duration> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }

    /// For how long the access token that is held can be used; none if none is held.
    #[must_use]
    pub fn token_left(&self) -> Option<Duration> {
        self.tokens.left()
    }

    /// How often the client's secret was changed since the start.
    #[must_use]
    pub fn rotations(&self) -> u64 {
        self.rotations.load(Ordering::Relaxed)
    }

    /// Lets `call` happen, unless the API rests, and keeps count of how it ends.
    pub(crate) async fn watch<T>(
        &self,
        call: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let leave = self.breaker.enter()?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let outcome = call.await;
        if let Err(UpstreamError::Unavailable { .. } | UpstreamError::OutcomeUnknown { .. }) = &outcome {
            self.failures.fetch_add(1, Ordering::Relaxed);
        } else {
            *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        leave.ended(&outcome);
        outcome
    }
}

/// Puts another secret in the place of the client's, while calls go on.
#[derive(Clone)]
pub struct Rotation {
    grant: Arc<Grant>,
    vitals: Vitals,
}

impl Rotation {
    pub(crate) fn new(grant: Arc<Grant>, vitals: Vitals) -> Self {
        Self { grant, vitals }
    }

    /// Fetches a token with `secret`; only if the API gives one, secret and token are used
    /// from then on. Calls that are under way keep their token.
    ///
    /// # Errors
    /// `secret` is refused, or the API does not answer; the secret before stays.
    pub async fn to(&self, secret: SecretString) -> Result<(), UpstreamError> {
        let token = self.grant.fetch_with(&secret).await?;
        self.grant.adopt(secret);
        self.vitals.tokens.put(token);
        self.vitals.rotations.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl std::fmt::Debug for Rotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rotation").finish_non_exhaustive()
    }
}
