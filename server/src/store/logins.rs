//! Browsers that are signed in.

use app::model::Staff;
use sqlx::Row;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Connection, StoreError, staff};
use crate::{auth::LoginId, clock::millis};

/// A signed-in browser.
#[derive(Debug)]
pub struct Login {
    /// Who signed in.
    pub staff: Staff,
    /// When, in milliseconds since 1970.
    pub created_at: i64,
    /// When a person last did something, in milliseconds since 1970.
    pub active_at: i64,
}

/// Records a sign-in.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn insert(
    connection: &mut Connection,
    id: LoginId,
    staff: Uuid,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO logins (token_hash, staff_id, created_at, active_at) VALUES (?, ?, ?, ?)")
        .bind(id.as_bytes())
        .bind(staff)
        .bind(millis(now))
        .bind(millis(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Finds a sign-in, whether it has expired or not, with what its owner may do now.
/// The sign-ins of a disabled account are not found.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find(connection: &mut Connection, id: LoginId) -> Result<Option<Login>, StoreError> {
    let row = sqlx::query(
        "SELECT staff.id, staff.name, staff.role, staff.team, logins.created_at, logins.active_at
         FROM logins JOIN staff ON staff.id = logins.staff_id WHERE logins.token_hash = ? AND staff.disabled = 0",
    )
    .bind(id.as_bytes())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Login {
            staff: staff::from_row(&row)?,
            created_at: row.try_get("created_at")?,
            active_at: row.try_get("active_at")?,
        })
    })
    .transpose()
}

/// Records that a person did something.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn touch(connection: &mut Connection, id: LoginId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query("UPDATE logins SET active_at = ? WHERE token_hash = ?")
        .bind(millis(now))
        .bind(id.as_bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends a sign-in, if there is one.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn delete(connection: &mut Connection, id: LoginId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM logins WHERE token_hash = ?").bind(id.as_bytes()).execute(connection).await?;
    Ok(())
}

/// Forgets sign-ins that began before `created_before` or saw nobody since `active_before`.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn delete_expired(
    connection: &mut Connection,
    created_before: OffsetDateTime,
    active_before: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM logins WHERE created_at <= ? OR active_at <= ?")
        .bind(millis(created_before))
        .bind(millis(active_before))
        .execute(connection)
        .await?;
    Ok(())
}
