//! What is at the API and must go.

use app::model::{Moment, SessionId};
use contract::{DocumentCollectionId, DocumentId, SigningSessionId};
use sqlx::Row;
use uuid::Uuid;

use super::StoreError;
use crate::store::Connection;

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

impl Leftover {
    const fn parts(self) -> (Uuid, &'static str) {
        match self {
            Self::Session(id) => (id.uuid(), "session"),
            Self::Collection(id) => (id.uuid(), "collection"),
            Self::Document(id) => (id.uuid(), "document"),
        }
    }
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

/// Records that a thing must go, in the transaction that lets go of it.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn add(
    connection: &mut Connection,
    session: SessionId,
    leftover: impl Into<Leftover>,
    now: Moment,
) -> Result<(), StoreError> {
    let (id, kind) = leftover.into().parts();
    sqlx::query("INSERT OR IGNORE INTO leftovers (id, kind, session, since) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(kind)
        .bind(session.0)
        .bind(now.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// At most 100 things that must go, of one session or of all: sessions first, then
/// collections, then documents, as they refer to each other.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn due(connection: &mut Connection, session: Option<SessionId>) -> Result<Vec<Leftover>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind FROM leftovers WHERE ?1 IS NULL OR session = ?1
         ORDER BY CASE kind WHEN 'session' THEN 0 WHEN 'collection' THEN 1 ELSE 2 END, since LIMIT 100",
    )
    .bind(session.map(|id| id.0))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let id = row.try_get("id")?;
            match row.try_get("kind")? {
                "session" => Ok(SigningSessionId::new(id).into()),
                "collection" => Ok(DocumentCollectionId::new(id).into()),
                "document" => Ok(DocumentId::new(id).into()),
                _ => Err(StoreError::Corrupt("kind of leftover")),
            }
        })
        .collect()
}

/// Forgets a thing that is gone; answers whose it was, unless that was done before.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn forget(connection: &mut Connection, leftover: Leftover) -> Result<Option<SessionId>, StoreError> {
    let session = sqlx::query_scalar("DELETE FROM leftovers WHERE id = ? RETURNING session")
        .bind(leftover.parts().0)
        .fetch_optional(connection)
        .await?;
    Ok(session.map(SessionId))
}
