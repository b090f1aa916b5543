//! When rounds take place.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Round, round};
use crate::{error::chain, state::Portal};

/// How much slower rounds follow each other when nobody listens.
const UNWATCHED: u32 = 5;
/// Longest pause while the API does not answer, unless the usual one is longer.
const BACK_OFF_MAX: Duration = Duration::from_secs(60);

/// Runs rounds until the portal stops.
pub async fn run(portal: Arc<Portal>) {
    let rounds = async {
        let mut failures = 0;
        loop {
            let begun = Instant::now();
            let done = upstream::in_background(round(&portal)).await;
            if done.is_ok() {
                portal.metrics.round(portal.moment());
            }
            match done {
                Ok(Round::Idle | Round::Answered) => failures = 0,
                Ok(Round::Silent) => failures += 1,
                Err(error) => {
                    failures += 1;
                    tracing::error!(error = %chain(&error), "round over open sessions failed");
                }
            }
            rest(&portal, begun, failures).await;
        }
    };
    portal.shutdown.run_until_cancelled(rounds).await;
}

/// Waits until the next round is due, which is sooner when somebody comes to listen.
async fn rest(portal: &Portal, begun: Instant, failures: u32) {
    loop {
        let due = begun + pause(portal.config.live.poll, portal.hub.has_listeners(), failures);
        tokio::select! {
            () = tokio::time::sleep_until(due) => return,
            () = portal.hub.arrival() => {}
        }
    }
}

fn pause(poll: Duration, watched: bool, failures: u32) -> Duration {
    let usual = if watched { poll } else { poll.saturating_mul(UNWATCHED) };
    let backed_off = usual.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
    backed_off.min(BACK_OFF_MAX.max(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_longer_when_nobody_listens_or_the_api_is_silent() {
        let seconds = Duration::from_secs;
        for (poll, watched, failures, expected) in [
            (1, true, 0, 1),
            (1, false, 0, 5),
            (1, true, 1, 2),
            (1, true, 5, 32),
            (1, true, 6, 60),
            (1, false, 40, 60),
            (100, true, 3, 100),
            (100, false, 3, 500),
        ] {
            assert_eq!(pause(seconds(poll), watched, failures), seconds(expected), "{poll} {watched} {failures}");
        }
    }
}
