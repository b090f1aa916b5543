//! The background work: every due delivery, one at a time per subscription, until it arrives or expires.

use std::{collections::BTreeSet, error::Error};

use contract::SubscriptionId;
use futures_util::{StreamExt, stream::FuturesUnordered};
use time::{Duration, OffsetDateTime};

use super::sender::{self, Failure};
use crate::{
    control::{EventFault, Moment},
    problem::{chain, internal_causes},
    random::{self, Random},
    service::App,
    store::{
        deliveries::{self, Delivery},
        events,
    },
};

/// The wait after the first failed attempt. It doubles with each one.
const BACK_OFF: Duration = Duration::seconds(1);
/// The longest wait between two attempts.
const BACK_OFF_MAX: Duration = Duration::minutes(5);
/// The wait after the service itself failed.
const STUMBLE_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);
/// What planned forgeries are signed with.
const FORGERS_SECRET: &str = "what somebody made up who does not know the secret";

/// Why the work stumbled. What it was about is still in the database, and is tried again.
#[derive(Debug, thiserror::Error)]
enum Stumble {
    #[error("the background work on events failed")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

internal_causes!(Stumble);

/// Delivers events. Never ends.
///
/// Each subscription has a lane of its own with one attempt at a time, so a receiver
/// that hangs holds up nobody else, and there are never more attempts than subscriptions.
/// Lanes only send. Rows are written here alone: a lane that held the one transaction while
/// this loop waits for it would wait for ever, for it is this loop that drives the lanes.
pub(crate) async fn work(app: &App) {
    let mut busy = BTreeSet::new();
    let mut lanes = FuturesUnordered::new();
    loop {
        let done = match look(app, &busy).await {
            Ok(Look { due, next }) => {
                for delivery in due {
                    busy.insert(delivery.subscription);
                    lanes.push(attempt(app, delivery));
                }
                tokio::select! {
                    () = app.store.news() => Ok(()),
                    () = reached(app, next) => Ok(()),
                    Some((delivery, outcome)) = lanes.next() => {
                        app.crash.at(Moment::EventSent);
                        busy.remove(&delivery.subscription);
                        settle(app, &delivery, outcome).await
                    }
                }
            }
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tracing::error!(error = %chain(&error), "the background work on events failed");
            tokio::time::sleep(STUMBLE_PAUSE).await;
        }
    }
}

/// What there is to do.
struct Look {
    due: Vec<Delivery>,
    /// When there will be more, if nothing else happens.
    next: Option<OffsetDateTime>,
}

/// Records passed due dates, gives up what has expired, and finds what is due.
async fn look(app: &App, busy: &BTreeSet<SubscriptionId>) -> Result<Look, Stumble> {
    let mut tx = app.store.write().await?;
    let now = app.clock.now();
    let expired = events::record_expired(&mut tx, now).await?;
    let dead = deliveries::give_up(&mut tx, now).await?;
    let due = deliveries::due(&mut tx, busy, now).await?;
    let busy = busy.iter().copied().chain(due.iter().map(|delivery| delivery.subscription)).collect();
    let next = [deliveries::next_due(&mut tx, &busy).await?, events::next_expiry(&mut tx).await?];
    tx.commit().await?;
    if expired > 0 {
        tracing::info!(sessions = expired, "due dates have passed");
    }
    if dead > 0 {
        tracing::warn!(deliveries = dead, "events could not be delivered in time and are dead letters");
    }
    Ok(Look { due, next: next.into_iter().flatten().min() })
}

async fn reached(app: &App, moment: Option<OffsetDateTime>) {
    match moment {
        Some(moment) => app.clock.wait_until(moment).await,
        None => std::future::pending().await,
    }
}

/// What became of an attempt.
enum Outcome {
    Arrived,
    Failed(Failure),
    /// Planned: not tried until then, or else until another one has arrived.
    PutOff(Option<OffsetDateTime>),
}

/// Tries a delivery once, or does what is planned instead.
async fn attempt(app: &App, mut delivery: Delivery) -> (Delivery, Outcome) {
    let outcome = match app.faults.take_event() {
        None => post(app, &delivery).await,
        Some(EventFault::Lose) => Outcome::Arrived,
        Some(EventFault::Duplicate) => {
            post(app, &delivery).await;
            post(app, &delivery).await
        }
        Some(EventFault::Forge) => {
            delivery.secret = FORGERS_SECRET.into();
            post(app, &delivery).await
        }
        Some(EventFault::Reorder) => Outcome::PutOff(None),
        Some(EventFault::Delay(by)) => Outcome::PutOff(Some(app.clock.now().saturating_add(by))),
    };
    (delivery, outcome)
}

/// Posts, for as long as a receiver may take on the service's clock.
async fn post(app: &App, delivery: &Delivery) -> Outcome {
    let deadline = app.clock.now().saturating_add(sender::TIMEOUT);
    let sent = tokio::select! {
        sent = app.sender.post(delivery, &app.config.account_id) => sent,
        () = app.clock.wait_until(deadline) => Err(Failure::TimedOut),
    };
    sent.map_or_else(Outcome::Failed, |()| Outcome::Arrived)
}

/// Stores what became of an attempt.
async fn settle(app: &App, delivery: &Delivery, outcome: Outcome) -> Result<(), Stumble> {
    let (event, subscription) = (&delivery.event.id, delivery.subscription);
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    match outcome {
        Outcome::Arrived => {
            deliveries::arrived(&mut tx, delivery, now).await?;
            tracing::info!(event.id = event, subscription.id = %subscription, "event {event} has arrived");
        }
        Outcome::Failed(failure) => {
            let next = match failure {
                Failure::Gone => None,
                _ => Some(now.saturating_add(back_off(delivery.attempts, app.random.as_ref())?)),
            };
            deliveries::failed(&mut tx, delivery, &failure.to_string(), next, now).await?;
            tracing::warn!(
                event.id = event, subscription.id = %subscription, attempt = delivery.attempts.saturating_add(1),
                %failure, "event {event} has not arrived"
            );
        }
        Outcome::PutOff(until) => deliveries::put_off(&mut tx, delivery, until).await?,
    }
    tx.commit().await?;
    Ok(())
}

/// How long to wait after one more failed attempt: doubling, and of that the second half at random, so
/// that those who failed together do not come back together.
fn back_off(failed_before: u32, random: &dyn Random) -> Result<Duration, getrandom::Error> {
    let longest = BACK_OFF.saturating_mul(2_i32.saturating_pow(failed_before)).min(BACK_OFF_MAX);
    let chance = f64::from(u32::from_le_bytes(random::bytes(random)?)) / f64::from(u32::MAX);
    Ok(longest * (0.5 + chance / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always the same byte.
    struct Constant(u8);

    impl Random for Constant {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn the_wait_doubles_up_to_five_minutes_and_half_of_it_is_chance() {
        for (failed_before, longest) in [(0, 1), (1, 2), (2, 4), (8, 256), (9, 300), (40, 300), (u32::MAX, 300)] {
            assert_eq!(back_off(failed_before, &Constant(0xFF)).unwrap(), Duration::seconds(longest));
            assert_eq!(back_off(failed_before, &Constant(0)).unwrap(), Duration::seconds(longest) / 2);
        }
    }
}
