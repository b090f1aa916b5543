//! Collections: documents that several people sign, in stages.
//!
//! A collection changes as a session does: it is read in a write transaction,
//! changed as a value, and saved. Its sessions are found by it.

use app::model::{CollectionId, Moment, NewCollection, TeamId, draft::CollectionSettings};
use async_trait::async_trait;
use contract::{DocumentCollectionId, Sha256Digest};
use uuid::Uuid;

use super::{
    StoreError,
    sessions::{SessionRecord, documents::DocumentRecord},
};
use crate::{rights::Reach, sessions::Step};

/// A collection that somebody wants sent, on its way into its first row.
#[derive(Debug)]
pub struct NewCollectionRow<'a> {
    /// Its id.
    pub id: CollectionId,
    /// Who sends it.
    pub owner: Uuid,
    /// The owner's team, whose it stays.
    pub team: TeamId,
    /// What the browser calls this attempt; unique per owner.
    pub idempotency_key: &'a str,
    /// Hash of the request, to tell a repetition from another request.
    pub request_hash: Sha256Digest,
    /// What is wanted.
    pub wanted: &'a NewCollection,
}

/// A collection's row.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionRecord {
    /// Its id.
    pub id: CollectionId,
    /// Who sent it.
    pub owner: Uuid,
    /// Whose it is.
    pub team: TeamId,
    /// Hash of the request that made it.
    pub request_hash: Sha256Digest,
    /// Title shown to the signers.
    pub title: String,
    /// When all must have signed.
    pub due: Moment,
    /// What holds for the whole.
    pub settings: CollectionSettings,
    /// How far the portal got with sending it.
    pub step: Step,
    /// The API's collection.
    pub upstream: Option<DocumentCollectionId>,
    /// When it was planned.
    pub created: Moment,
    /// When anything about it last changed.
    pub updated: Moment,
}

/// Collections.
#[async_trait]
pub trait Collections: Send {
    /// Stores a plan, without its documents and sessions.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the owner used the key before; otherwise as [`StoreError`] says.
    async fn insert_collection(&mut self, new: &NewCollectionRow<'_>, now: Moment) -> Result<(), StoreError>;

    /// Finds a collection within reach.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn collection(&mut self, reach: Reach, id: CollectionId) -> Result<Option<CollectionRecord>, StoreError>;

    /// Finds the collection that an owner made under an idempotency key.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn collection_by_key(&mut self, owner: Uuid, key: &str) -> Result<Option<CollectionRecord>, StoreError>;

    /// Collections in one of two steps, oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn collections_in_steps(&mut self, steps: [Step; 2]) -> Result<Vec<CollectionRecord>, StoreError>;

    /// A collection's sessions, in the plan's order. Those that were renewed are left out.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn sessions_in(&mut self, collection: CollectionId) -> Result<Vec<SessionRecord>, StoreError>;

    /// A collection's documents, in the plan's order.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn documents_in(&mut self, collection: CollectionId) -> Result<Vec<DocumentRecord>, StoreError>;

    /// Writes what can change about a collection.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn save_collection(&mut self, collection: &CollectionRecord, now: Moment) -> Result<(), StoreError>;
}
