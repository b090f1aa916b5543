//! Who listens, and how they are woken.

use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::{
    auth::LoginId,
    security::seats::{Crowded, Holder, Seat, Seats},
};

/// Most streams of one sign-in: a browser speaking HTTP/1.1 has about six
/// connections, and pages need some too.
const PER_LOGIN: usize = 5;
/// Most streams of one person, in all their browsers.
const PER_STAFF: usize = 20;
/// Most streams in all: half of the connections that the portal accepts.
const IN_ALL: usize = 512;

/// Most streams of one widget's token: a page that is open in some tabs.
const PER_TOKEN: usize = 6;
/// Most streams of widgets in all.
const FRAMES: usize = 2_000;

/// Wakes streams, and counts them.
#[derive(Debug)]
pub struct Hub {
    changes: watch::Sender<()>,
    sign_outs: watch::Sender<()>,
    seats: Seats,
    frames: Seats,
    arrivals: Notify,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: watch::Sender::new(()),
            sign_outs: watch::Sender::new(()),
            seats: Seats::new(IN_ALL),
            frames: Seats::new(FRAMES),
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
    pub fn seat(&self, login: LoginId, staff: Uuid) -> Result<Seat, Crowded> {
        let seat = self.seats.take(&[(Holder::Login(login), PER_LOGIN), (Holder::Staff(staff), PER_STAFF)])?;
        self.arrivals.notify_one();
        Ok(seat)
    }

    /// Takes a place for the stream of a widget with this token.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn frame_seat(&self, token: Uuid) -> Result<Seat, Crowded> {
        let seat = self.frames.take(&[(Holder::Token(token), PER_TOKEN)])?;
        self.arrivals.notify_one();
        Ok(seat)
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn has_listeners(&self) -> bool {
        self.listeners() > 0
    }

    /// How many streams there are.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.seats.count() + self.frames.count()
    }

    /// Waits until somebody comes to listen.
    pub async fn arrival(&self) {
        self.arrivals.notified().await;
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
    fn rt_03_a_sign_in_has_five_streams_and_a_person_twenty() {
        let hub = Hub::default();
        let (anna, berit) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut seats = Vec::new();
        for _ in 0..4 {
            let browser = login();
            seats.extend((0..PER_LOGIN).map(|_| hub.seat(browser, anna).unwrap()));
            let crowded = hub.seat(browser, anna).unwrap_err();
            assert_eq!(crowded, Crowded::Holder(Holder::Login(browser)));
        }
        assert_eq!(hub.seat(login(), anna).unwrap_err(), Crowded::Holder(Holder::Staff(anna)));
        seats.push(hub.seat(login(), berit).unwrap());
        drop(seats);
        assert!(!hub.has_listeners());
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
