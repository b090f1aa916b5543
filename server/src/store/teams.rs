//! Teams: the owners of what people make.

use app::model::TeamId;
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
