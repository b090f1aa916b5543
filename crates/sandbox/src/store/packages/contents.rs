//! What goes into a package.

use contract::{DocumentId, SigningSessionId};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

use super::Subject;
use crate::store::{
    StoreError,
    documents::{self, StoredDocument},
    id, nanos,
    sessions::{self, StoredSession},
};

/// The contents of a package.
pub(crate) struct Contents {
    /// The sessions whose signatures are in it, the first one to sign first. Never empty.
    pub(crate) sessions: Vec<StoredSession>,
    /// The documents, in order. Never empty.
    pub(crate) documents: Vec<SignedPdf>,
}

/// A document with its signatures, oldest first.
pub(crate) struct SignedPdf {
    pub(crate) original: StoredDocument,
    pub(crate) signatures: Vec<StoredDocument>,
}

impl Contents {
    /// What the subject's package would hold at `now`; none if there is nothing (left) to package.
    ///
    /// A session's documents come in the order of the session, a collection's in that of the collection.
    pub(crate) async fn find(
        db: &mut SqliteConnection,
        subject: Subject,
        now: OffsetDateTime,
    ) -> Result<Option<Self>, StoreError> {
        let query = match subject {
            Subject::Session(session) => sqlx::query_as(
                "SELECT session_id, original_id, result_id FROM packable
                 WHERE session_id = ? AND until > ? ORDER BY position",
            )
            .bind(session.to_string()),
            Subject::Collection(collection) => sqlx::query_as(
                "SELECT session_id, original_id, result_id
                 FROM packable JOIN collection_document ON document_id = original_id
                     AND collection_document.collection_id = packable.collection_id
                 WHERE packable.collection_id = ? AND until > ?
                 ORDER BY collection_document.position, signed_at, session_id",
            )
            .bind(collection.to_string()),
        };
        let rows: Vec<(String, String, String)> = query.bind(nanos(now)).fetch_all(&mut *db).await?;

        let (mut sessions, mut documents) = (Vec::<StoredSession>::new(), Vec::<SignedPdf>::new());
        for (session, original, signature) in &rows {
            let (session, original): (SigningSessionId, DocumentId) = (id(session)?, id(original)?);
            if sessions.iter().all(|known| known.id != session)
                && let Some(session) = sessions::find(db, session, now).await?
            {
                sessions.push(session);
            }
            if documents.last().is_none_or(|last| last.original.id != original)
                && let Some(original) = documents::find(db, original, now).await?
            {
                documents.push(SignedPdf { original, signatures: Vec::new() });
            }
            if let (Some(document), Some(signature)) =
                (documents.last_mut(), documents::find(db, id(signature)?, now).await?)
            {
                document.signatures.push(signature);
            }
        }
        Ok((!rows.is_empty()).then_some(Self { sessions, documents }))
    }

    /// The ids of all that is in it.
    pub(crate) fn ids(&self) -> Vec<DocumentId> {
        let with_signatures = |document: &SignedPdf| {
            [&document.original].into_iter().chain(&document.signatures).map(|d| d.id).collect::<Vec<_>>()
        };
        self.documents.iter().flat_map(with_signatures).collect()
    }

    /// What to call it: as the first session is called, since collections have no title.
    pub(crate) fn title(&self) -> &str {
        self.sessions.first().map_or("", |session| &session.terms.title)
    }

    /// Until when it is kept: as long as the session that is kept longest.
    pub(crate) fn due(&self) -> OffsetDateTime {
        let due = self.sessions.iter().map(|session| session.standing.due).max();
        due.unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Bytes of the documents.
    pub(crate) fn size(&self) -> u64 {
        self.documents.iter().map(|document| document.original.size).sum()
    }
}
