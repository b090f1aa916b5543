//! Files that signing made.

use app::model::{ResultKind, SessionId};
use async_trait::async_trait;
use contract::{DocumentId, MimeType};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::optional_digest;
use crate::store::{
    StoreError,
    sessions::{
        SessionRecord,
        results::{ResultRecord, Results},
    },
};

#[async_trait]
impl Results for SqliteConnection {
    async fn put_result(&mut self, session: SessionId, result: &ResultRecord) -> Result<(), StoreError> {
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
        .execute(self)
        .await?;
        Ok(())
    }

    async fn results_of(&mut self, session: &SessionRecord) -> Result<Vec<ResultRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM results WHERE session = ? ORDER BY rowid")
            .bind(session.id.0)
            .fetch_all(self)
            .await?;
        rows.iter().map(ResultRecord::from_row).collect()
    }

    async fn unasked_results(&mut self) -> Result<Vec<(SessionId, ResultRecord)>, StoreError> {
        let rows = sqlx::query("SELECT * FROM results WHERE mime_type IS NULL ORDER BY rowid LIMIT 20")
            .fetch_all(self)
            .await?;
        rows.iter().map(|row| Ok((SessionId(row.try_get("session")?), ResultRecord::from_row(row)?))).collect()
    }
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
