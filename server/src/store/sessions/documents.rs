//! Documents of collections, from plan to upload.

use app::model::{CollectionId, DraftDocument, UploadId};
use async_trait::async_trait;
use contract::{DocumentId, MimeType, Sha256Digest};

use super::{SessionRecord, StoreError};
use crate::rights::Reach;

/// A document's row.
#[derive(Debug, Clone)]
pub struct DocumentRecord {
    /// The portal's id of it.
    pub upload: UploadId,
    /// Its collection.
    pub collection: CollectionId,
    /// Its place in the collection, from 0.
    pub position: u32,
    /// Its file name.
    pub filename: String,
    /// Its media type.
    pub mime_type: MimeType,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 as the browser announced it.
    pub browser_hash: Sha256Digest,
    /// SHA-256 as this server computed it.
    pub server_hash: Option<Sha256Digest>,
    /// SHA-256 as the API reported it.
    pub api_hash: Option<Sha256Digest>,
    /// The API's id of it, once the API has the very bytes that were announced.
    pub document: Option<DocumentId>,
}

/// Documents.
#[async_trait]
pub trait Documents: Send {
    /// Stores a document of a plan.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn insert_document(
        &mut self,
        collection: CollectionId,
        position: u32,
        upload: UploadId,
        draft: &DraftDocument,
    ) -> Result<(), StoreError>;

    /// The documents that a session's signer signs or reads, in order.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn documents_of(&mut self, session: &SessionRecord) -> Result<Vec<DocumentRecord>, StoreError>;

    /// Finds a document by the portal's id, if its collection is within reach.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn document(&mut self, reach: Reach, upload: UploadId) -> Result<Option<DocumentRecord>, StoreError>;

    /// Writes what an upload found out.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn save_document(&mut self, document: &DocumentRecord) -> Result<(), StoreError>;
}
