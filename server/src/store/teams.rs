//! Teams: the owners of what people make.

use app::model::{Team, TeamId};
use sqlx::Row;
use time::OffsetDateTime;

use super::{Connection, StoreError};
use crate::clock::millis;

/// Makes a team.
///
/// # Errors
/// [`StoreError::Duplicate`] when the name is taken; otherwise as [`StoreError`] says.
pub async fn insert(
    connection: &mut Connection,
    id: TeamId,
    name: &str,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO teams (id, name, created_at) VALUES (?, ?, ?)")
        .bind(id.0)
        .bind(name)
        .bind(millis(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether there is such a team.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn exists(connection: &mut Connection, id: TeamId) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT 1 FROM teams WHERE id = ?").bind(id.0).fetch_optional(connection).await?.is_some())
}

/// All teams, by name.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn all(connection: &mut Connection) -> Result<Vec<Team>, StoreError> {
    let rows = sqlx::query("SELECT id, name FROM teams ORDER BY name").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(Team { id: TeamId(row.try_get("id")?), name: row.try_get("name")? })).collect()
}
