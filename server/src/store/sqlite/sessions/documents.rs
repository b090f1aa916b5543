//! Documents of collections, from plan to upload.

use app::model::{CollectionId, DraftDocument, UploadId, draft::Part};
use async_trait::async_trait;
use contract::{DocumentId, MimeType, Sha256Digest};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::{digest, optional_digest};
use crate::{
    rights::Reach,
    store::{
        StoreError,
        collections::Collections,
        sessions::{
            SessionRecord,
            documents::{DocumentRecord, Documents},
        },
    },
};

#[async_trait]
impl Documents for SqliteConnection {
    async fn insert_document(
        &mut self,
        collection: CollectionId,
        position: u32,
        upload: UploadId,
        draft: &DraftDocument,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO documents (upload, collection, position, filename, mime_type, size, browser_hash)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(upload.0)
        .bind(collection.0)
        .bind(position)
        .bind(&draft.filename)
        .bind(&draft.mime_type)
        .bind(i64::try_from(draft.size).unwrap_or(i64::MAX))
        .bind(draft.sha256.bytes().as_slice())
        .execute(self)
        .await?;
        Ok(())
    }

    async fn documents_of(&mut self, session: &SessionRecord) -> Result<Vec<DocumentRecord>, StoreError> {
        let mut documents = self.documents_in(session.collection).await?;
        documents.retain(|document| session.part(document) != Part::None);
        Ok(documents)
    }

    async fn document(&mut self, reach: Reach, upload: UploadId) -> Result<Option<DocumentRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT documents.* FROM documents JOIN collections ON collections.id = documents.collection
             WHERE upload = ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3)",
        )
        .bind(upload.0)
        .bind(reach.team())
        .bind(reach.owner())
        .fetch_optional(self)
        .await?;
        row.as_ref().map(DocumentRecord::from_row).transpose()
    }

    async fn save_document(&mut self, document: &DocumentRecord) -> Result<(), StoreError> {
        let bytes = |digest: &Option<Sha256Digest>| digest.map(|digest| digest.bytes().to_vec());
        sqlx::query("UPDATE documents SET server_hash = ?, api_hash = ?, document = ? WHERE upload = ?")
            .bind(bytes(&document.server_hash))
            .bind(bytes(&document.api_hash))
            .bind(document.document.map(DocumentId::uuid))
            .bind(document.upload.0)
            .execute(self)
            .await?;
        Ok(())
    }
}

impl DocumentRecord {
    pub(in crate::store::sqlite) fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            upload: UploadId(row.try_get("upload")?),
            collection: CollectionId(row.try_get("collection")?),
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
