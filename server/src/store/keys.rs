//! Keys by which programs ask.

use app::model::{ApiKey, Moment, Role, TeamId};
use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;
use crate::keys::KeyHash;

/// A key to be stored.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// Row id.
    pub id: Uuid,
    /// What is stored of the secret.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: &'a str,
    /// What it is for.
    pub name: &'a str,
    /// What a program may do with it.
    pub role: Role,
    /// Whose rows it reaches.
    pub team: TeamId,
    /// When it was made.
    pub created: Moment,
    /// When it stops working by itself.
    pub expires: Moment,
}

/// Rows of keys.
#[async_trait]
pub trait Keys {
    /// Stores a key.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn add_key(&mut self, key: &NewKey<'_>) -> Result<(), StoreError>;

    /// The key of this hash, whether it is still good or not.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn key_by_hash(&mut self, hash: KeyHash) -> Result<Option<ApiKey>, StoreError>;

    /// The key of this id.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn key(&mut self, id: Uuid) -> Result<Option<ApiKey>, StoreError>;

    /// All keys, newest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn all_keys(&mut self) -> Result<Vec<ApiKey>, StoreError>;

    /// Takes a key back; answers whether that was still to be done.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn revoke_key(&mut self, id: Uuid, now: Moment) -> Result<bool, StoreError>;

    /// Notes that a key is used.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn touch_key(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError>;
}
