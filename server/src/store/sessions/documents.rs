//! Documents of sessions, from plan to upload.

use app::model::{DraftDocument, SessionId, UploadId};
use contract::{DocumentId, MimeType, Sha256Digest};
use sqlx::{Row, sqlite::SqliteRow};
use uuid::Uuid;

use super::{SessionRecord, StoreError, digest, optional_digest};
use crate::{rights::Reach, store::Connection};

/// A document's row.
#[derive(Debug, Clone)]
pub struct DocumentRecord {
    /// The portal's id of it.
    pub upload: UploadId,
    /// Its session.
    pub session: SessionId,
    /// Its place in the session, from 0.
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

impl DocumentRecord {
    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            upload: UploadId(row.try_get("upload")?),
            session: SessionId(row.try_get("session")?),
            position: row.try_get("position")?,
            filename: row.try_get("filename")?,
            mime_type: MimeType::from(row.try_get::<String, _>("mime_type")?),
            size: u64::try_from(row.try_get::<i64, _>("size")?).map_err(|_| StoreError::Corrupt("size"))?,
            browser_hash: digest(row.try_get("browser_hash")?, "browser hash")?,
            server_hash: optional_digest(row.try_get("server_hash")?, "server hash")?,
            api_hash: optional_digest(row.try_get("api_hash")?, "API hash")?,
            document: row.try_get::<Option<Uuid>, _>("document")?.map(DocumentId::new),
        })
    }
}

/// Stores a document of a plan.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn insert(
    connection: &mut Connection,
    session: SessionId,
    position: u32,
    upload: UploadId,
    draft: &DraftDocument,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO documents (upload, session, position, filename, mime_type, size, browser_hash)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(upload.0)
    .bind(session.0)
    .bind(position)
    .bind(&draft.filename)
    .bind(&draft.mime_type)
    .bind(i64::try_from(draft.size).unwrap_or(i64::MAX))
    .bind(draft.sha256.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// A session's documents, in order.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn of(connection: &mut Connection, session: &SessionRecord) -> Result<Vec<DocumentRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM documents WHERE session = ? ORDER BY position")
        .bind(session.id.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(DocumentRecord::from_row).collect()
}

/// Finds a document by the portal's id, if its session is within reach.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find(
    connection: &mut Connection,
    reach: Reach,
    upload: UploadId,
) -> Result<Option<DocumentRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT documents.* FROM documents JOIN sessions ON sessions.id = documents.session
         WHERE upload = ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3)",
    )
    .bind(upload.0)
    .bind(reach.team())
    .bind(reach.owner())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(DocumentRecord::from_row).transpose()
}

/// Writes what an upload found out.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn save(connection: &mut Connection, document: &DocumentRecord) -> Result<(), StoreError> {
    let bytes = |digest: &Option<Sha256Digest>| digest.map(|digest| digest.bytes().to_vec());
    sqlx::query("UPDATE documents SET server_hash = ?, api_hash = ?, document = ? WHERE upload = ?")
        .bind(bytes(&document.server_hash))
        .bind(bytes(&document.api_hash))
        .bind(document.document.map(DocumentId::uuid))
        .bind(document.upload.0)
        .execute(connection)
        .await?;
    Ok(())
}
