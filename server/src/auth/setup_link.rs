//! The one-time link by which the first account is made.

use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

use crate::random::{Random, RandomError};

/// How long a link is good for.
const VALID: Duration = Duration::hours(1);

/// What is known of the link that was printed: its token's SHA-256, and until when
/// it is good. Kept in memory alone: another start prints another link.
#[derive(Default)]
pub struct SetupLink(Mutex<Option<Printed>>);

struct Printed {
    digest: [u8; 32],
    expires_at: OffsetDateTime,
}

impl SetupLink {
    /// Makes a token of 256 bits, which replaces the one before. The caller shows it
    /// to the operator, once.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn print(&self, random: &dyn Random, now: OffsetDateTime) -> Result<String, RandomError> {
        let token = random.token256()?;
        *self.printed() = Some(Printed { digest: Sha256::digest(&token).into(), expires_at: now + VALID });
        Ok(token)
    }

    /// Whether `token` is the one that was printed, and not too old.
    pub fn accepts(&self, token: &str, now: OffsetDateTime) -> bool {
        let digest: [u8; 32] = Sha256::digest(token).into();
        self.printed()
            .as_ref()
            .is_some_and(|printed| now < printed.expires_at && bool::from(printed.digest.ct_eq(&digest)))
    }

    /// Makes the link useless.
    pub fn use_up(&self) {
        *self.printed() = None;
    }

    fn printed(&self) -> std::sync::MutexGuard<'_, Option<Printed>> {
        // Nothing is left half done when a holder of the lock panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn sl_16_a_link_is_good_for_an_hour_and_once() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let link = SetupLink::default();
        assert!(!link.accepts("", now));
        let old = link.print(&SystemRandom, now).unwrap();
        let token = link.print(&SystemRandom, now).unwrap();
        assert!(!link.accepts(&old, now));
        assert!(link.accepts(&token, now + Duration::minutes(59)));
        assert!(!link.accepts(&token, now + VALID));
        link.use_up();
        assert!(!link.accepts(&token, now));
    }
}
