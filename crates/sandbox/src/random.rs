//! Randomness as a parameter, and the ids and secrets made of it.

use contract::{ArchiveDocumentId, DocumentCollectionId, DocumentId, PackageId, SigningSessionId, SubscriptionId};
use time::OffsetDateTime;
use uuid::Uuid;

/// A source of random bytes fit for secrets.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// The source failed; nothing may be made of `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error>;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        getrandom::fill(bytes)
    }
}

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>(random: &dyn Random) -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    random.fill(&mut bytes)?;
    Ok(bytes)
}

/// Random lower-case hexadecimal digits, two for each of `N` bytes.
pub(crate) fn hex_text<const N: usize>(random: &dyn Random) -> Result<String, getrandom::Error> {
    Ok(hex::encode(bytes::<N>(random)?))
}

/// A UUID in order of time (version 7), as the real service's ids are.
fn ordered_uuid(random: &dyn Random, now: OffsetDateTime) -> Result<Uuid, getrandom::Error> {
    let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes(random)?).into_uuid())
}

/// A UUID that cannot be guessed (version 4: 122 random bits).
pub(crate) fn secret_uuid(random: &dyn Random) -> Result<Uuid, getrandom::Error> {
    Ok(uuid::Builder::from_random_bytes(bytes(random)?).into_uuid())
}

pub(crate) fn document_id(random: &dyn Random, now: OffsetDateTime) -> Result<DocumentId, getrandom::Error> {
    ordered_uuid(random, now).map(DocumentId::new)
}

pub(crate) fn collection_id(
    random: &dyn Random,
    now: OffsetDateTime,
) -> Result<DocumentCollectionId, getrandom::Error> {
    ordered_uuid(random, now).map(DocumentCollectionId::new)
}

pub(crate) fn session_id(random: &dyn Random, now: OffsetDateTime) -> Result<SigningSessionId, getrandom::Error> {
    ordered_uuid(random, now).map(SigningSessionId::new)
}

pub(crate) fn package_id(random: &dyn Random, now: OffsetDateTime) -> Result<PackageId, getrandom::Error> {
    ordered_uuid(random, now).map(PackageId::new)
}

pub(crate) fn archive_id(random: &dyn Random, now: OffsetDateTime) -> Result<ArchiveDocumentId, getrandom::Error> {
    ordered_uuid(random, now).map(ArchiveDocumentId::new)
}

pub(crate) fn subscription_id(random: &dyn Random, now: OffsetDateTime) -> Result<SubscriptionId, getrandom::Error> {
    ordered_uuid(random, now).map(SubscriptionId::new)
}
