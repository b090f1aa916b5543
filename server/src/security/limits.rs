//! Who asks too often, and what is too much at once.
//!
//! From the outside in: files and health checks are free; everything else counts
//! against the sign-in that asks, or against the address while nobody is signed in;
//! of what then is to be done there are only so many at a time. Forms of sign-in
//! are no part of the last, so that people get in while others keep the portal busy;
//! they have limits of their own in `auth`.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{sync::Semaphore, time::Instant};
use uuid::Uuid;

use super::{
    client::ClientIp,
    meter::{Allowance, Meter},
    reports::Reports,
    seats::{Crowded, Holder, Seat, Seats},
};
use crate::{auth::LoginId, config::LimitsConfig, error::ApiError, state::Portal};

/// A burst is as much as is allowed in so many seconds.
const BURST_SECONDS: i64 = 10;
/// Most uploads of one person at once.
const UPLOADS_PER_STAFF: usize = 3;
/// When to come back if the portal is full.
const FULL: Duration = Duration::from_secs(2);

/// What is counted.
#[derive(Debug)]
pub struct Walls {
    started: Instant,
    addresses: Mutex<Meter<IpAddr>>,
    logins: Mutex<Meter<LoginId>>,
    keys: Mutex<Meter<Uuid>>,
    in_hand: Semaphore,
    in_hand_most: usize,
    uploads: Seats,
    pub(crate) reports: Reports,
}

impl Walls {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        Self {
            started: Instant::now(),
            addresses: Mutex::new(Meter::new(per_second(limits.rate_anonymous))),
            logins: Mutex::new(Meter::new(per_second(limits.rate_signed_in))),
            keys: Mutex::new(Meter::new(per_second(limits.rate_signed_in))),
            in_hand: Semaphore::new(limits.requests),
            in_hand_most: limits.requests,
            uploads: Seats::new(limits.uploads),
            reports: Reports::default(),
        }
    }

    /// A place for an upload, to be taken before a byte of it is read.
    ///
    /// # Errors
    /// This person has enough of them, or the portal has.
    pub fn upload(&self, staff: Uuid) -> Result<Seat, ApiError> {
        self.uploads.take(&[(Holder::Staff(staff), UPLOADS_PER_STAFF)]).map_err(|crowded| match crowded {
            Crowded::Holder(_) => ApiError::SlowDown { retry_after: FULL },
            Crowded::Portal => ApiError::Busy { retry_after: FULL },
        })
    }

    /// Requests that are worked on at present, and uploads.
    #[must_use]
    pub fn in_hand(&self) -> (usize, usize) {
        (self.in_hand_most.saturating_sub(self.in_hand.available_permits()), self.uploads.count())
    }

    /// Milliseconds since the start. Not the portal's clock: nobody waits because
    /// somebody set that.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Counts a request that came with an API key.
    ///
    /// # Errors
    /// Too many did; how long to wait.
    pub(crate) fn count_key(&self, key: Uuid) -> Result<(), Duration> {
        let now = self.now();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).take(key, now)
    }

    /// Counts a request of somebody unknown.
    ///
    /// # Errors
    /// Too many came from there; how long to wait.
    pub(crate) fn count_stranger(&self, address: IpAddr) -> Result<(), Duration> {
        self.count(None, address)
    }

    fn count(&self, login: Option<LoginId>, address: IpAddr) -> Result<(), Duration> {
        let now = self.now();
        match login {
            Some(login) => self.logins.lock().unwrap_or_else(PoisonError::into_inner).take(login, now),
            None => {
                let network = serve::network(address);
                self.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(network, now)
            }
        }
    }
}

fn per_second(rate: u32) -> Allowance {
    let rate = rate.max(1);
    Allowance { burst: i64::from(rate) * BURST_SECONDS, interval: Duration::from_secs(1) / rate }
}

/// Refuses who asks too often: RL-01. Runs where it is known whether somebody is signed in.
pub(crate) async fn rate(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let login = request.extensions().get::<LoginId>().copied();
    let Some(ClientIp(address)) = request.extensions().get().copied() else { return next.run(request).await };
    match portal.walls.count(login, address) {
        Ok(()) => next.run(request).await,
        Err(retry_after) => ApiError::SlowDown { retry_after }.into_response(),
    }
}

/// Refuses at once what could not be done soon: RL-04. A place is held until the
/// answer begins; streams and downloads go on without it.
pub(crate) async fn in_hand(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let Ok(_place) = portal.walls.in_hand.try_acquire() else {
        return ApiError::Busy { retry_after: FULL }.into_response();
    };
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rl_01_addresses_and_sign_ins_count_apart() {
        let walls = Walls::new(&LimitsConfig { rate_anonymous: 2, rate_signed_in: 5, ..LimitsConfig::default() });
        let login = crate::auth::LoginToken::new(&crate::random::SystemRandom).unwrap().id();
        let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
        let (here, there) = (ip("2001:db8:1:2::1"), ip("192.0.2.1"));
        let burst = |login, address| (0..1000).take_while(|_| walls.count(login, address).is_ok()).count();
        assert_eq!(burst(None, here), 20);
        assert_eq!(walls.count(None, ip("2001:db8:1:2::2")), Err(Duration::from_millis(500)), "the same customer");
        assert_eq!(burst(Some(login), here), 50, "who is signed in does not suffer from neighbours");
        assert_eq!(burst(None, there), 20);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!((burst(None, here), burst(Some(login), here)), (2, 5));
    }
}
