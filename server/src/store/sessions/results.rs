//! Files that signing made.

use app::model::{ResultKind, SessionId};
use async_trait::async_trait;
use contract::{DocumentId, MimeType, Sha256Digest};

use super::{SessionRecord, StoreError};

/// A result's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRecord {
    /// The API's id of it.
    pub document: DocumentId,
    /// What it is.
    pub kind: ResultKind,
    /// The document that it belongs to.
    pub original: Option<DocumentId>,
    /// Its media type, once asked.
    pub mime_type: Option<MimeType>,
    /// SHA-256 as the API reports it, once asked.
    pub api_hash: Option<Sha256Digest>,
}

/// Files that signing made.
#[async_trait]
pub trait Results: Send {
    /// Stores a result, or what was found out about one since. A result of another
    /// session stays as it is.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn put_result(&mut self, session: SessionId, result: &ResultRecord) -> Result<(), StoreError>;

    /// A session's results, in the order in which they were made.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn results_of(&mut self, session: &SessionRecord) -> Result<Vec<ResultRecord>, StoreError>;

    /// At most 20 results that the API was not asked about yet, with their sessions.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn unasked_results(&mut self) -> Result<Vec<(SessionId, ResultRecord)>, StoreError>;
}
