//! Time as a parameter: the system's clock for people, a stepped one for tests.

use std::pin::Pin;

use time::{Duration, OffsetDateTime};
use tokio::sync::watch;

/// The longest nap of those who wait for the machine's clock, which may be set or slept through meanwhile.
const NAP: Duration = Duration::seconds(30);

/// Tells the time, in UTC.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> OffsetDateTime;

    /// Moves the clock forward by `by` and returns the new moment, or `None` when this clock cannot be moved.
    fn advance(&self, by: Duration) -> Option<OffsetDateTime> {
        let _ = by;
        None
    }

    /// Waits until the clock shows `moment` or later.
    fn wait_until(&self, moment: OffsetDateTime) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn wait_until(&self, moment: OffsetDateTime) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let left = (moment - self.now()).min(NAP);
                if !left.is_positive() {
                    return;
                }
                tokio::time::sleep(left.unsigned_abs()).await;
            }
        })
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SteppedClock(watch::Sender<OffsetDateTime>);

impl SteppedClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: OffsetDateTime) -> Self {
        Self(watch::Sender::new(now))
    }

    /// Sets the clock, forward or back.
    pub fn set(&self, now: OffsetDateTime) {
        self.0.send_replace(now);
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.borrow()
    }

    fn advance(&self, by: Duration) -> Option<OffsetDateTime> {
        let mut moved = None;
        self.0.send_if_modified(|now| {
            moved = now.checked_add(by);
            moved.inspect(|moved| *now = *moved).is_some()
        });
        moved
    }

    fn wait_until(&self, moment: OffsetDateTime) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // An error says that the clock is gone, which this borrow of it rules out.
            let _ = self.0.subscribe().wait_for(|now| *now >= moment).await;
        })
    }
}
