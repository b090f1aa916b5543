//! Counts what the portal asks of the signing API.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use contract::{
    Document, DocumentCollection, DocumentCollectionId, DocumentId, DocumentPatch, ListQuery, MimeType,
    NewDocumentCollection, NewSigningSession, Page, SigningSession, SigningSessionId,
};
use upstream::{Download, SigningApi, UploadBody, UpstreamError};

/// The signing API, with a count of all that was asked of it.
pub(crate) struct Counted {
    api: Arc<dyn SigningApi>,
    asked: Arc<AtomicUsize>,
}

impl Counted {
    pub(crate) fn new(api: Arc<dyn SigningApi>, asked: Arc<AtomicUsize>) -> Self {
        Self { api, asked }
    }
}

/// Passes each operation on, counted.
macro_rules! counted {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl SigningApi for Counted {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, UpstreamError> {
                self.asked.fetch_add(1, Ordering::Relaxed);
                self.api.$name($($argument),*).await
            })*
        }
    };
}

counted! {
    upload_document(mime_type: &MimeType, content_length: Option<u64>, body: UploadBody) -> Document;
    download_document(id: DocumentId) -> Download;
    document(id: DocumentId) -> Document;
    patch_document(id: DocumentId, patch: &DocumentPatch) -> Document;
    delete_document(id: DocumentId) -> ();
    create_collection(collection: &NewDocumentCollection) -> DocumentCollection;
    collection(id: DocumentCollectionId) -> DocumentCollection;
    delete_collection(id: DocumentCollectionId) -> ();
    create_sessions(sessions: &[NewSigningSession]) -> Vec<SigningSession>;
    session(id: SigningSessionId) -> SigningSession;
    sessions(query: &ListQuery) -> Page<SigningSession>;
    delete_session(id: SigningSessionId) -> ();
}
