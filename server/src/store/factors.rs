//! Second factors of people who have a password here.

use app::model::TeamId;
use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The shared secret, sealed.
    pub secret: Vec<u8>,
    /// Whether a first code was right, so that it counts.
    pub is_confirmed: bool,
    /// The step of the last code that was taken.
    pub last_step: i64,
}

/// Rows about second factors.
///
/// # Errors
/// All of them: as [`StoreError`] says.
#[async_trait]
pub trait Factors: Send {
    /// A person's second factor, confirmed or not.
    async fn factor(&mut self, staff: Uuid) -> Result<Option<Factor>, StoreError>;

    /// Offers a person a second factor, in place of the one before.
    async fn offer_factor(&mut self, staff: Uuid, secret: &[u8]) -> Result<(), StoreError>;

    /// From now on the person's second factor counts.
    async fn confirm_factor(&mut self, staff: Uuid, now: OffsetDateTime) -> Result<(), StoreError>;

    /// No code of this or an earlier step is taken any more.
    async fn use_step(&mut self, staff: Uuid, step: i64) -> Result<(), StoreError>;

    /// Removes a person's second factor and its recovery codes; answers whether there was one.
    async fn remove_factor(&mut self, staff: Uuid) -> Result<bool, StoreError>;

    /// Gives a person these recovery codes, by their hashes, in place of those before.
    async fn put_recovery_codes(&mut self, staff: Uuid, hashes: &[[u8; 32]]) -> Result<(), StoreError>;

    /// Uses a recovery code up; answers whether there was such a code.
    async fn use_recovery_code(&mut self, staff: Uuid, hash: [u8; 32]) -> Result<bool, StoreError>;

    /// How many recovery codes a person has left.
    async fn recovery_codes(&mut self, staff: Uuid) -> Result<u32, StoreError>;

    /// Who has a second factor, confirmed or not: accounts and their teams.
    async fn with_factor(&mut self) -> Result<Vec<(Uuid, TeamId)>, StoreError>;
}
