//! Files that signing made.

use app::model::{ResultKind, SessionId};
use contract::{DocumentId, MimeType, Sha256Digest};
use sqlx::{Row, sqlite::SqliteRow};
use uuid::Uuid;

use super::{SessionRecord, StoreError, optional_digest};
use crate::store::Connection;

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

impl ResultRecord {
    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            document: DocumentId::new(row.try_get("document")?),
            kind: kind_of(&row.try_get::<String, _>("kind")?)?,
            original: row.try_get::<Option<Uuid>, _>("original")?.map(DocumentId::new),
            mime_type: row.try_get::<Option<String>, _>("mime_type")?.map(MimeType::from),
            api_hash: optional_digest(row.try_get("api_hash")?, "API hash")?,
        })
    }
}

const KINDS: [(ResultKind, &str); 4] = [
    (ResultKind::Xades, "xades"),
    (ResultKind::Pades, "pades"),
    (ResultKind::Package, "package"),
    (ResultKind::Other, "other"),
];

fn kind_of(name: &str) -> Result<ResultKind, StoreError> {
    KINDS.iter().find(|(_, text)| *text == name).map(|(kind, _)| *kind).ok_or(StoreError::Corrupt("kind of result"))
}

fn name_of(kind: ResultKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("other", |(_, text)| text)
}

/// Stores a result, or what was found out about one since. A result of another
/// session stays as it is.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn put(connection: &mut Connection, session: SessionId, result: &ResultRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO results (document, session, kind, original, mime_type, api_hash) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (document) DO UPDATE SET
             mime_type = COALESCE(excluded.mime_type, mime_type), api_hash = COALESCE(excluded.api_hash, api_hash)
         WHERE session = excluded.session",
    )
    .bind(result.document.uuid())
    .bind(session.0)
    .bind(name_of(result.kind))
    .bind(result.original.map(DocumentId::uuid))
    .bind(result.mime_type.as_ref().map(MimeType::as_str))
    .bind(result.api_hash.map(|digest| digest.bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

/// A session's results, in the order in which they were made.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn of(connection: &mut Connection, session: &SessionRecord) -> Result<Vec<ResultRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM results WHERE session = ? ORDER BY rowid")
        .bind(session.id.0)
        .fetch_all(connection)
        .await?;
    rows.iter().map(ResultRecord::from_row).collect()
}

/// At most 20 results that the API was not asked about yet, with their sessions.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn unasked(connection: &mut Connection) -> Result<Vec<(SessionId, ResultRecord)>, StoreError> {
    let rows = sqlx::query("SELECT * FROM results WHERE mime_type IS NULL ORDER BY rowid LIMIT 20")
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((SessionId(row.try_get("session")?), ResultRecord::from_row(row)?))).collect()
}
