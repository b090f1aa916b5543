//! What is at the API and must go.

use app::model::{CollectionId, Moment};
use async_trait::async_trait;
use contract::{DocumentCollectionId, DocumentId, SigningSessionId};
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::store::{
    StoreError,
    sessions::leftovers::{Leftover, Leftovers},
};

#[async_trait]
impl Leftovers for SqliteConnection {
    async fn add_leftover(&mut self, of: CollectionId, leftover: Leftover, now: Moment) -> Result<(), StoreError> {
        let (id, kind) = parts(leftover);
        sqlx::query("INSERT INTO leftovers (id, kind, collection, since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(kind)
            .bind(of.0)
            .bind(now.0)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn leftovers(&mut self, of: Option<CollectionId>) -> Result<Vec<Leftover>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, kind FROM leftovers WHERE ?1 IS NULL OR collection = ?1
             ORDER BY CASE kind WHEN 'session' THEN 0 WHEN 'collection' THEN 1 ELSE 2 END, since LIMIT 100",
        )
        .bind(of.map(|id| id.0))
        .fetch_all(self)
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

    async fn forget_leftover(&mut self, leftover: Leftover) -> Result<Option<CollectionId>, StoreError> {
        let of = sqlx::query_scalar("DELETE FROM leftovers WHERE id = ? RETURNING collection")
            .bind(parts(leftover).0)
            .fetch_optional(self)
            .await?;
        Ok(of.map(CollectionId))
    }
}

const fn parts(leftover: Leftover) -> (Uuid, &'static str) {
    match leftover {
        Leftover::Session(id) => (id.uuid(), "session"),
        Leftover::Collection(id) => (id.uuid(), "collection"),
        Leftover::Document(id) => (id.uuid(), "document"),
    }
}
