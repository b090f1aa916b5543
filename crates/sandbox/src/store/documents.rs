//! Rows of documents.

use contract::{Document, DocumentId, DocumentPatch, Extra, MimeType, Sha256Digest};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{StoreError, digest, id, moment, nanos};

/// A document's row.
#[derive(Debug, Clone)]
pub(crate) struct StoredDocument {
    pub(crate) id: DocumentId,
    pub(crate) mime_type: MimeType,
    pub(crate) digest: Sha256Digest,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) created_at: OffsetDateTime,
    /// From then on it reads as deleted.
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) filename: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) title: Option<String>,
    /// The name by which its signatures call it, once it has any.
    pub(crate) signed_as: Option<String>,
}

impl StoredDocument {
    /// The document as the API answers it.
    pub(crate) fn wire(self) -> Document {
        Document {
            document_id: self.id,
            mime_type: self.mime_type,
            created_at: self.created_at,
            document_hash: self.digest.into(),
            filename: self.filename,
            description: self.description,
            title: self.title,
            extra: Extra::new(),
        }
    }

    /// The name to save it under: its file name, else its id with an ending that fits its type.
    pub(crate) fn save_as(&self) -> String {
        let ending = match self.mime_type {
            MimeType::Pdf => "pdf",
            MimeType::Markdown => "md",
            MimeType::Xml => "xml",
            _ => "txt",
        };
        self.filename.clone().unwrap_or_else(|| format!("{}.{ending}", self.id))
    }

    /// The name by which a signature calls it: that of the first signature, so that all call it the same.
    pub(crate) fn signing_name(&self) -> String {
        self.signed_as.clone().unwrap_or_else(|| self.save_as())
    }

    fn read(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: id(row.try_get("id")?)?,
            mime_type: MimeType::from(row.try_get::<&str, _>("mime_type")?),
            digest: digest(row.try_get("sha256")?)?,
            size: row.try_get::<i64, _>("size")?.try_into().map_err(|_| StoreError::Corrupt("size"))?,
            created_at: moment(row.try_get("created_at")?)?,
            expires_at: moment(row.try_get("expires_at")?)?,
            filename: row.try_get("filename")?,
            description: row.try_get("description")?,
            title: row.try_get("title")?,
            signed_as: row.try_get("signed_as")?,
        })
    }
}

/// Adds a document. Its file must be in place.
pub(crate) async fn insert(db: &mut SqliteConnection, document: &StoredDocument) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document (id, mime_type, sha256, size, created_at, expires_at, filename, description, title)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(document.id.to_string())
    .bind(document.mime_type.as_str())
    .bind(document.digest.hex())
    .bind(i64::try_from(document.size).map_err(|_| StoreError::Corrupt("size"))?)
    .bind(nanos(document.created_at))
    .bind(nanos(document.expires_at))
    .bind(&document.filename)
    .bind(&document.description)
    .bind(&document.title)
    .execute(db)
    .await?;
    Ok(())
}

/// The document, if it is there at `now`.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    id: DocumentId,
    now: OffsetDateTime,
) -> Result<Option<StoredDocument>, StoreError> {
    let row = sqlx::query("SELECT * FROM document WHERE id = ? AND expires_at > ?")
        .bind(id.to_string())
        .bind(nanos(now))
        .fetch_optional(db)
        .await?;
    row.as_ref().map(StoredDocument::read).transpose()
}

/// Changes metadata; what the patch leaves out stays.
pub(crate) async fn patch(db: &mut SqliteConnection, id: DocumentId, patch: &DocumentPatch) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE document SET filename = coalesce(?, filename), description = coalesce(?, description),
                             title = coalesce(?, title)
         WHERE id = ?",
    )
    .bind(&patch.filename)
    .bind(&patch.description)
    .bind(&patch.title)
    .bind(id.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// Settles the name by which its signatures call the document. Answers false if another one was settled before.
pub(crate) async fn settle_name(db: &mut SqliteConnection, id: DocumentId, name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE document SET signed_as = ?1 WHERE id = ?2 AND coalesce(signed_as, ?1) = ?1")
        .bind(name)
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes the document at `now`. Answers whether it was there.
pub(crate) async fn delete(db: &mut SqliteConnection, id: DocumentId, now: OffsetDateTime) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE document SET expires_at = ?1 WHERE id = ?2 AND expires_at > ?1")
        .bind(nanos(now))
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps a live document until `due` at least: a session refers to it. The first session ends its
/// orphan's deadline, which may lie later than `due`.
pub(crate) async fn keep_until(
    db: &mut SqliteConnection,
    id: DocumentId,
    due: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE document SET expires_at = max(?1, coalesce(
             (SELECT max(session.due_at) FROM session JOIN session_document ON session_id = session.id
              WHERE document_id = ?2 AND deleted_at IS NULL), 0))
         WHERE id = ?2 AND expires_at > ?3",
    )
    .bind(nanos(due))
    .bind(id.to_string())
    .bind(nanos(now))
    .execute(db)
    .await?;
    Ok(())
}
