//! What is at the API and must go.

use app::model::{CollectionId, Moment};
use async_trait::async_trait;
use contract::{DocumentCollectionId, DocumentId, SigningSessionId};

use super::StoreError;

/// A thing at the API that nothing here needs any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// A session.
    Session(SigningSessionId),
    /// A collection.
    Collection(DocumentCollectionId),
    /// A document.
    Document(DocumentId),
}

impl From<SigningSessionId> for Leftover {
    fn from(id: SigningSessionId) -> Self {
        Self::Session(id)
    }
}

impl From<DocumentCollectionId> for Leftover {
    fn from(id: DocumentCollectionId) -> Self {
        Self::Collection(id)
    }
}

impl From<DocumentId> for Leftover {
    fn from(id: DocumentId) -> Self {
        Self::Document(id)
    }
}

/// What is at the API and must go.
#[async_trait]
pub trait Leftovers: Send {
    /// Records that a thing must go, in the transaction that lets go of it.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn add_leftover(&mut self, of: CollectionId, leftover: Leftover, now: Moment) -> Result<(), StoreError>;

    /// At most 100 things that must go, of one collection or of all: sessions first, then
    /// collections, then documents, as they refer to each other.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn leftovers(&mut self, of: Option<CollectionId>) -> Result<Vec<Leftover>, StoreError>;

    /// Forgets a thing that is gone; answers whose it was, unless that was done before.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn forget_leftover(&mut self, leftover: Leftover) -> Result<Option<CollectionId>, StoreError>;
}
