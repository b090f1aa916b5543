//! Rows of the archive: files that outlive their sessions.

use contract::{ArchiveDocumentId, MimeType, Sha256Digest};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use super::{StoreError, digest, documents::StoredDocument, nanos};

/// An archived file.
pub(crate) struct ArchivedFile {
    pub(crate) mime_type: MimeType,
    pub(crate) digest: Sha256Digest,
    /// In bytes.
    pub(crate) size: u64,
}

/// Archives a document's file until `until`.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    id: ArchiveDocumentId,
    document: &StoredDocument,
    until: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO archived (id, mime_type, sha256, size, expires_at) VALUES (?, ?, ?, ?, ?)")
        .bind(id.to_string())
        .bind(document.mime_type.as_str())
        .bind(document.digest.hex())
        .bind(i64::try_from(document.size).map_err(|_| StoreError::Corrupt("size"))?)
        .bind(nanos(until))
        .execute(db)
        .await?;
    Ok(())
}

/// The archived file, if it is there at `now`.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    id: ArchiveDocumentId,
    now: OffsetDateTime,
) -> Result<Option<ArchivedFile>, StoreError> {
    let row = sqlx::query("SELECT mime_type, sha256, size FROM archived WHERE id = ? AND expires_at > ?")
        .bind(id.to_string())
        .bind(nanos(now))
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ArchivedFile {
        mime_type: MimeType::from(row.try_get::<&str, _>("mime_type")?),
        digest: digest(row.try_get("sha256")?)?,
        size: row.try_get::<i64, _>("size")?.try_into().map_err(|_| StoreError::Corrupt("size"))?,
    }))
}
