//! Randomness as a parameter, and the tokens and ids made of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;
use uuid::Uuid;

/// A source of random bytes fit for secrets.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// The source failed; nothing may be made of `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError>;
}

/// The source of randomness failed. Nothing that needs secrets can go on.
#[derive(Debug, thiserror::Error)]
#[error("the source of randomness failed")]
pub struct RandomError(#[from] getrandom::Error);

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        Ok(getrandom::fill(bytes)?)
    }
}

impl dyn Random {
    /// `N` random bytes.
    ///
    /// # Errors
    /// The source failed.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A secret of 256 bits, as 43 characters of base64url.
    ///
    /// # Errors
    /// The source failed.
    pub fn token256(&self) -> Result<String, RandomError> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes::<32>()?))
    }

    /// A row id: a UUID in order of time (version 7). Never a secret, since part of
    /// it can be guessed.
    ///
    /// # Errors
    /// The source failed.
    pub fn uuid_v7(&self, now: OffsetDateTime) -> Result<Uuid, RandomError> {
        let millis = u64::try_from(crate::clock::millis(now)).unwrap_or_default();
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()?).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn sl_01_tokens_have_43_characters_and_never_repeat() {
        let random: &dyn Random = &SystemRandom;
        let tokens: HashSet<String> = (0..10_000).map(|_| random.token256().unwrap()).collect();
        assert_eq!(tokens.len(), 10_000);
        assert!(tokens.iter().all(|token| token.len() == 43));
    }

    #[test]
    fn row_ids_sort_by_time() {
        let random: &dyn Random = &SystemRandom;
        let at = |seconds| random.uuid_v7(OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seconds)).unwrap();
        assert!(at(1) < at(2));
    }
}
