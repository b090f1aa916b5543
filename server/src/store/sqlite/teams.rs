//! Teams.

use app::model::{Team, TeamId};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use crate::{
    clock::millis,
    store::{StoreError, teams::Teams},
};

#[async_trait]
impl Teams for SqliteConnection {
    async fn insert_team(&mut self, id: TeamId, name: &str, now: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO teams (id, name, created_at) VALUES (?, ?, ?)")
            .bind(id.0)
            .bind(name)
            .bind(millis(now))
            .execute(self)
            .await?;
        Ok(())
    }

    async fn team_exists(&mut self, id: TeamId) -> Result<bool, StoreError> {
        Ok(sqlx::query("SELECT 1 FROM teams WHERE id = ?").bind(id.0).fetch_optional(self).await?.is_some())
    }

    async fn team_named(&mut self, name: &str) -> Result<Option<TeamId>, StoreError> {
        let id = sqlx::query_scalar("SELECT id FROM teams WHERE name = ?").bind(name).fetch_optional(self).await?;
        Ok(id.map(TeamId))
    }

    async fn teams(&mut self) -> Result<Vec<Team>, StoreError> {
        let rows = sqlx::query("SELECT id, name FROM teams ORDER BY name").fetch_all(self).await?;
        rows.iter().map(|row| Ok(Team { id: TeamId(row.try_get("id")?), name: row.try_get("name")? })).collect()
    }
}
