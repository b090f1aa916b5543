//! Collections.

use app::model::{CollectionId, Moment, TeamId};
use async_trait::async_trait;
use contract::DocumentCollectionId;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::sessions::{digest, json};
use crate::{
    rights::Reach,
    sessions::Step,
    store::{
        StoreError,
        collections::{CollectionRecord, Collections, NewCollectionRow},
        sessions::{SessionRecord, documents::DocumentRecord},
    },
};

#[async_trait]
impl Collections for SqliteConnection {
    async fn insert_collection(&mut self, new: &NewCollectionRow<'_>, now: Moment) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO collections (id, owner, team, idempotency_key, request_hash, title, due, settings, step,
                 created_at, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.0)
        .bind(new.owner)
        .bind(new.team.0)
        .bind(new.idempotency_key)
        .bind(new.request_hash.bytes().as_slice())
        .bind(&new.wanted.title)
        .bind(new.wanted.due.0)
        .bind(json::write(&new.wanted.settings)?)
        .bind(Step::Planned.name())
        .bind(now.0)
        .bind(now.0)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn collection(&mut self, reach: Reach, id: CollectionId) -> Result<Option<CollectionRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM collections WHERE id = ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3)",
        )
        .bind(id.0)
        .bind(reach.team())
        .bind(reach.owner())
        .fetch_optional(self)
        .await?;
        row.as_ref().map(CollectionRecord::from_row).transpose()
    }

    async fn collection_by_key(&mut self, owner: Uuid, key: &str) -> Result<Option<CollectionRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM collections WHERE owner = ? AND idempotency_key = ?")
            .bind(owner)
            .bind(key)
            .fetch_optional(self)
            .await?;
        row.as_ref().map(CollectionRecord::from_row).transpose()
    }

    async fn collections_in_steps(&mut self, steps: [Step; 2]) -> Result<Vec<CollectionRecord>, StoreError> {
        let [one, other] = steps;
        let rows = sqlx::query("SELECT * FROM collections WHERE step IN (?, ?) ORDER BY created_at, id")
            .bind(one.name())
            .bind(other.name())
            .fetch_all(self)
            .await?;
        rows.iter().map(CollectionRecord::from_row).collect()
    }

    async fn sessions_in(&mut self, collection: CollectionId) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM sessions WHERE collection = ? AND renewed_as IS NULL ORDER BY position")
            .bind(collection.0)
            .fetch_all(self)
            .await?;
        rows.iter().map(SessionRecord::from_row).collect()
    }

    async fn documents_in(&mut self, collection: CollectionId) -> Result<Vec<DocumentRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM documents WHERE collection = ? ORDER BY position")
            .bind(collection.0)
            .fetch_all(self)
            .await?;
        rows.iter().map(DocumentRecord::from_row).collect()
    }

    async fn save_collection(&mut self, collection: &CollectionRecord, now: Moment) -> Result<(), StoreError> {
        sqlx::query("UPDATE collections SET step = ?, upstream = ?, updated_at = ? WHERE id = ?")
            .bind(collection.step.name())
            .bind(collection.upstream.map(DocumentCollectionId::uuid))
            .bind(now.0)
            .bind(collection.id.0)
            .execute(self)
            .await?;
        Ok(())
    }
}

impl CollectionRecord {
    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: CollectionId(row.try_get("id")?),
            owner: row.try_get("owner")?,
            team: TeamId(row.try_get("team")?),
            request_hash: digest(row.try_get("request_hash")?, "request hash")?,
            title: row.try_get("title")?,
            due: Moment(row.try_get("due")?),
            settings: json::read(row.try_get("settings")?, "settings")?,
            step: row.try_get::<String, _>("step")?.parse().map_err(|_| StoreError::Corrupt("step"))?,
            upstream: row.try_get::<Option<Uuid>, _>("upstream")?.map(DocumentCollectionId::new),
            created: Moment(row.try_get("created_at")?),
            updated: Moment(row.try_get("updated_at")?),
        })
    }
}
