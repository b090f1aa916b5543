//! Keys, in SQLite.

use app::model::{ApiKey, Moment, Role, TeamId};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    keys::KeyHash,
    store::{
        StoreError,
        keys::{Keys, NewKey},
    },
};

#[async_trait]
impl Keys for SqliteConnection {
    async fn add_key(&mut self, key: &NewKey<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO api_keys (id, hash, hint, name, role, team, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(key.id)
        .bind(key.hash.as_bytes())
        .bind(key.hint)
        .bind(key.name)
        .bind(key.role.slug())
        .bind(key.team.0)
        .bind(key.created.0)
        .bind(key.expires.0)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn key_by_hash(&mut self, hash: KeyHash) -> Result<Option<ApiKey>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM api_keys WHERE hash = ?").bind(hash.as_bytes()).fetch_optional(self).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn key(&mut self, id: Uuid) -> Result<Option<ApiKey>, StoreError> {
        let row = sqlx::query("SELECT * FROM api_keys WHERE id = ?").bind(id).fetch_optional(self).await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn all_keys(&mut self) -> Result<Vec<ApiKey>, StoreError> {
        let rows = sqlx::query("SELECT * FROM api_keys ORDER BY created_at DESC, id DESC").fetch_all(self).await?;
        rows.iter().map(from_row).collect()
    }

    async fn revoke_key(&mut self, id: Uuid, now: Moment) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(now.0)
            .bind(id)
            .execute(self)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn touch_key(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError> {
        sqlx::query("UPDATE api_keys SET used_at = ? WHERE id = ?").bind(now.0).bind(id).execute(self).await?;
        Ok(())
    }
}

fn from_row(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    let role = row.try_get::<String, _>("role")?;
    Ok(ApiKey {
        id: row.try_get("id")?,
        hint: row.try_get("hint")?,
        name: row.try_get("name")?,
        role: Role::from_slug(&role).ok_or(StoreError::Corrupt("role"))?,
        team: TeamId(row.try_get("team")?),
        created: Moment(row.try_get("created_at")?),
        expires: Moment(row.try_get("expires_at")?),
        used: row.try_get::<Option<i64>, _>("used_at")?.map(Moment),
        revoked: row.try_get::<Option<i64>, _>("revoked_at")?.map(Moment),
    })
}
