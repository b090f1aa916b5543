//! What can be asked of the signing API.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use contract::{
    Document, DocumentCollection, DocumentCollectionId, DocumentId, DocumentPatch, ListQuery, MimeType,
    NewDocumentCollection, NewSigningSession, Page, SigningSession, SigningSessionId,
};
use futures_util::Stream;

use crate::UpstreamError;

/// Why the bytes of an upload stopped before their end. The request is cut off
/// then, so that the API never takes a part for the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BodyAborted {
    /// The sender went away or was too slow.
    #[error("the sender went away")]
    Disconnected,
    /// There are more bytes than are allowed.
    #[error("the document is too large")]
    TooLarge,
    /// The bytes do not have the digest that was announced.
    #[error("the document differs from its announced digest")]
    DigestMismatch,
    /// There are more or fewer bytes than the announced length.
    #[error("the document differs from its announced length")]
    LengthMismatch,
}

/// The bytes of an upload. They are taken as fast as the API takes them.
pub type UploadBody = Pin<Box<dyn Stream<Item = Result<Bytes, BodyAborted>> + Send>>;

/// The bytes of a download. After an error nothing follows, and what came before
/// must not be taken for the whole.
pub type DownloadBody = Pin<Box<dyn Stream<Item = Result<Bytes, UpstreamError>> + Send>>;

/// A document on its way from the API.
pub struct Download {
    /// Its type.
    pub mime_type: MimeType,
    /// Its size in bytes, when the API said so.
    pub content_length: Option<u64>,
    /// Its bytes.
    pub stream: DownloadBody,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("mime_type", &self.mime_type)
            .field("content_length", &self.content_length)
            .finish_non_exhaustive()
    }
}

/// The signing API, one method for each of its operations.
///
/// Nothing is validated here: see the `validate` methods of the contract's types.
#[async_trait]
pub trait SigningApi: Send + Sync {
    /// Stores a document. Streams: memory use does not depend on its size.
    /// Never repeated, since the bytes are gone once sent.
    ///
    /// A document that no session refers to is deleted by the API after 30 minutes.
    ///
    /// # Errors
    /// [`UpstreamError::Aborted`] when `body` fails or does not have
    /// `content_length` bytes; otherwise as [`UpstreamError`] says.
    async fn upload_document(
        &self,
        mime_type: &MimeType,
        content_length: Option<u64>,
        body: UploadBody,
    ) -> Result<Document, UpstreamError>;

    /// Opens a document's bytes; they are read from [`Download::stream`].
    ///
    /// # Errors
    /// As [`UpstreamError`] says; later ones come through the stream.
    async fn download_document(&self, id: DocumentId) -> Result<Download, UpstreamError>;

    /// Reads a document's metadata.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn document(&self, id: DocumentId) -> Result<Document, UpstreamError>;

    /// Changes a document's metadata.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn patch_document(&self, id: DocumentId, patch: &DocumentPatch) -> Result<Document, UpstreamError>;

    /// Deletes a document.
    ///
    /// # Errors
    /// As [`UpstreamError`] says; [`UpstreamError::NotFound`] when it was gone already.
    async fn delete_document(&self, id: DocumentId) -> Result<(), UpstreamError>;

    /// Groups documents. Never repeated.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn create_collection(&self, collection: &NewDocumentCollection) -> Result<DocumentCollection, UpstreamError>;

    /// Reads a collection.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn collection(&self, id: DocumentCollectionId) -> Result<DocumentCollection, UpstreamError>;

    /// Deletes a collection.
    ///
    /// # Errors
    /// As [`UpstreamError`] says; [`UpstreamError::NotFound`] when it was gone already.
    async fn delete_collection(&self, id: DocumentCollectionId) -> Result<(), UpstreamError>;

    /// Creates all of the sessions or none, and answers them in the same order.
    /// Never repeated: the contract has no idempotency key, so a second request
    /// would make second sessions.
    ///
    /// # Errors
    /// [`UpstreamError::OutcomeUnknown`] when they may or may not exist now;
    /// otherwise as [`UpstreamError`] says, and none exists.
    async fn create_sessions(&self, sessions: &[NewSigningSession]) -> Result<Vec<SigningSession>, UpstreamError>;

    /// Reads a session.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn session(&self, id: SigningSessionId) -> Result<SigningSession, UpstreamError>;

    /// Lists sessions.
    ///
    /// # Errors
    /// As [`UpstreamError`] says.
    async fn sessions(&self, query: &ListQuery) -> Result<Page<SigningSession>, UpstreamError>;

    /// Deletes (cancels) a session.
    ///
    /// # Errors
    /// As [`UpstreamError`] says; [`UpstreamError::NotFound`] when it was gone already.
    async fn delete_session(&self, id: SigningSessionId) -> Result<(), UpstreamError>;
}
