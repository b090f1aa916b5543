//! The access token: one for all calls, fetched by one request at a time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use reqwest::header::HeaderValue;
use tokio::time::Instant;

use crate::{UpstreamError, retry::part_of};

/// After a failed refresh the next one waits this long, while the old token serves.
const REFRESH_PAUSE: Duration = Duration::from_secs(5);

/// An access token, as the header that carries it.
pub(crate) struct Token {
    /// `Bearer …`, marked sensitive.
    pub(crate) header: HeaderValue,
    /// When a new one should be fetched, while this one still serves.
    refresh_at: Instant,
    /// From when on it must not be used.
    expires_at: Instant,
}

impl Token {
    /// A token asked for at `asked_at` that lives for `life` from then on.
    pub(crate) fn new(header: HeaderValue, asked_at: Instant, life: Duration) -> Self {
        // At four fifths of its life, less a little so that several portals do
        // not ask together; and not used in its last moments, lest it expire on the way.
        let refresh_after = life * 4 / 5 - part_of(life / 20);
        let usable_for = life - (life / 10).min(Duration::from_secs(10));
        Self { header, refresh_at: asked_at + refresh_after, expires_at: asked_at + usable_for }
    }
}

/// What came of fetching a token.
pub(crate) type Fetched = Result<Arc<Token>, UpstreamError>;
type Flight = Shared<BoxFuture<'static, Fetched>>;

impl std::fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenCache").finish_non_exhaustive()
    }
}

/// Holds the current token and fetches the next.
pub(crate) struct TokenCache {
    fetch: Box<dyn Fn() -> BoxFuture<'static, Fetched> + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Arc<Token>>,
    flight: Option<Flight>,
    /// No refresh of a token that still serves before this.
    paused_until: Option<Instant>,
}

impl TokenCache {
    /// A cache without a token yet; `fetch` gets one and ends by a deadline of its own.
    pub(crate) fn new(fetch: impl Fn() -> BoxFuture<'static, Fetched> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { fetch: Box::new(fetch), state: Mutex::default() })
    }

    /// A token to use now. Waits only when there is none that still serves; all
    /// who wait share one request and its outcome.
    pub(crate) async fn get(self: &Arc<Self>) -> Fetched {
        let flight = {
            let mut state = self.state();
            let now = Instant::now();
            let serving = state.held.clone().filter(|token| now < token.expires_at);
            if let Some(token) = serving {
                let paused = state.paused_until.is_some_and(|until| now < until);
                if now >= token.refresh_at && !paused && state.flight.is_none() {
                    state.flight = Some(self.take_off());
                }
                return Ok(token);
            }
            state.flight.get_or_insert_with(|| self.take_off()).clone()
        };
        flight.await
    }

    /// For how long the held token can be used; none if none can.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left = self.state().held.as_ref()?.expires_at.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Takes a token that was fetched otherwise in the place of the one that is held.
    pub(crate) fn put(&self, token: Arc<Token>) {
        let mut state = self.state();
        state.held = Some(token);
        state.paused_until = None;
    }

    /// Forgets `token`, which the API refused; a newer one stays.
    pub(crate) fn discard(&self, token: &Arc<Token>) {
        let mut state = self.state();
        if state.held.as_ref().is_some_and(|held| Arc::ptr_eq(held, token)) {
            state.held = None;
        }
    }

    /// Starts a request for a token. It goes on even if all who wait for it give up.
    fn take_off(self: &Arc<Self>) -> Flight {
        let cache = Arc::clone(self);
        let fetching = (self.fetch)();
        let flight = async move {
            let fetched = fetching.await;
            let mut state = cache.state();
            state.flight = None;
            match &fetched {
                Ok(token) => {
                    state.held = Some(Arc::clone(token));
                    state.paused_until = None;
                }
                Err(error) => {
                    state.paused_until = Some(Instant::now() + REFRESH_PAUSE);
                    tracing::warn!(cause = %error, "no new access token for the signing API");
                }
            }
            drop(state);
            fetched
        }
        .boxed()
        .shared();
        tokio::spawn(flight.clone());
        flight
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done when a holder of the lock panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
