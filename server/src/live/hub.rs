//! Who listens, and how they are woken.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Notify, watch};

use crate::auth::LoginId;

/// Most streams of one sign-in: a browser speaking HTTP/1.1 has about six
/// connections, and pages need some too.
const PER_LOGIN: usize = 5;
/// Most streams in all: half of the connections that the portal accepts.
const IN_ALL: usize = 512;

/// Wakes streams, and counts them.
#[derive(Debug)]
pub struct Hub {
    changes: watch::Sender<()>,
    sign_outs: watch::Sender<()>,
    seats: Arc<Mutex<Seats>>,
    arrivals: Notify,
}

#[derive(Debug, Default)]
struct Seats {
    by_login: HashMap<LoginId, usize>,
    taken: usize,
}

/// Why there is no place for another stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Crowded {
    /// This sign-in has enough streams; close a tab.
    #[error("this sign-in has too many streams")]
    Login,
    /// The portal has enough streams; wait.
    #[error("there are too many streams")]
    Portal,
}

/// A stream's place; dropped, it is free again.
#[derive(Debug)]
pub struct Seat {
    login: LoginId,
    seats: Arc<Mutex<Seats>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: watch::Sender::new(()),
            sign_outs: watch::Sender::new(()),
            seats: Arc::default(),
            arrivals: Notify::new(),
        }
    }
}

impl Hub {
    /// Says that there are new events. Call it after their transaction is committed.
    pub fn wake(&self) {
        self.changes.send_replace(());
    }

    /// Told of every wake-up from now on; several in a row may be told as one.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Says that somebody signed out, or was signed out: streams look at once whether
    /// their reader still is signed in.
    pub fn signed_out(&self) {
        self.sign_outs.send_replace(());
    }

    /// Told of every sign-out from now on.
    #[must_use]
    pub fn sign_outs(&self) -> watch::Receiver<()> {
        self.sign_outs.subscribe()
    }

    /// Takes a place for a stream.
    ///
    /// # Errors
    /// There is none.
    pub fn seat(&self, login: LoginId) -> Result<Seat, Crowded> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.taken >= IN_ALL {
            return Err(Crowded::Portal);
        }
        let of_login = seats.by_login.entry(login).or_default();
        if *of_login >= PER_LOGIN {
            return Err(Crowded::Login);
        }
        *of_login += 1;
        seats.taken += 1;
        drop(seats);
        self.arrivals.notify_one();
        Ok(Seat { login, seats: Arc::clone(&self.seats) })
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn has_listeners(&self) -> bool {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).taken > 0
    }

    /// Waits until somebody comes to listen.
    pub async fn arrival(&self) {
        self.arrivals.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.taken = seats.taken.saturating_sub(1);
        if let Some(of_login) = seats.by_login.get_mut(&self.login) {
            *of_login = of_login.saturating_sub(1);
            if *of_login == 0 {
                seats.by_login.remove(&self.login);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::LoginToken, random::SystemRandom};

    fn login() -> LoginId {
        LoginToken::new(&SystemRandom).unwrap().id()
    }

    #[test]
    fn rt_03_counts_streams_of_a_login() {
        let hub = Hub::default();
        let (one, other) = (login(), login());
        let mut seats: Vec<Seat> = (0..PER_LOGIN).map(|_| hub.seat(one).unwrap()).collect();
        assert_eq!(hub.seat(one).unwrap_err(), Crowded::Login);
        let theirs = hub.seat(other).unwrap();
        seats.pop();
        seats.push(hub.seat(one).unwrap());
        drop((seats, theirs));
        assert!(!hub.has_listeners());
        assert!(hub.seats.lock().unwrap().by_login.is_empty());
    }

    #[tokio::test]
    async fn wakes_who_listens_and_forgets_nothing_in_between() {
        let hub = Hub::default();
        let mut changes = hub.listen();
        hub.wake();
        hub.wake();
        changes.changed().await.unwrap();
        assert!(!changes.has_changed().unwrap());
    }
}
