//! Browsers that are signed in.

use app::model::Staff;
use sqlx::{Row, sqlite::SqliteRow};
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
    /// When the person last showed who they are, in milliseconds since 1970.
    pub proved_at: i64,
    /// Whether the person has a password here.
    pub has_password: bool,
    /// Whether the person has a second factor here.
    pub has_factor: bool,
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
    sqlx::query("INSERT INTO logins (token_hash, staff_id, created_at, active_at, proved_at) VALUES (?, ?, ?, ?, ?)")
        .bind(id.as_bytes())
        .bind(staff)
        .bind(millis(now))
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
        "SELECT staff.id, staff.name, staff.role, staff.team, logins.created_at, logins.active_at, logins.proved_at,
             staff.password_hash <> '' AS has_password,
             EXISTS (SELECT 1 FROM factors WHERE staff = staff.id AND confirmed_at IS NOT NULL) AS has_factor
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
            proved_at: row.try_get("proved_at")?,
            has_password: row.try_get("has_password")?,
            has_factor: row.try_get("has_factor")?,
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

/// Gives a sign-in another token, since its owner has just shown again who they are;
/// answers whether there was such a sign-in.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn renew(
    connection: &mut Connection,
    id: LoginId,
    new: LoginId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let renewed = sqlx::query("UPDATE logins SET token_hash = ?, proved_at = ?, active_at = ? WHERE token_hash = ?")
        .bind(new.as_bytes())
        .bind(millis(now))
        .bind(millis(now))
        .bind(id.as_bytes())
        .execute(connection)
        .await?;
    Ok(renewed.rows_affected() > 0)
}

/// Ends a sign-in, if there is one.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn delete(connection: &mut Connection, id: LoginId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM logins WHERE token_hash = ?").bind(id.as_bytes()).execute(connection).await?;
    Ok(())
}

/// Ends all sign-ins of a person; answers how many.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn delete_of(connection: &mut Connection, staff: Uuid) -> Result<u64, StoreError> {
    Ok(sqlx::query("DELETE FROM logins WHERE staff_id = ?").bind(staff).execute(connection).await?.rows_affected())
}

/// Forgets sign-ins that began before `created_before` or saw nobody since
/// `active_before`; answers which, and whose.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn delete_expired(
    connection: &mut Connection,
    created_before: OffsetDateTime,
    active_before: OffsetDateTime,
) -> Result<Vec<(LoginId, Staff)>, StoreError> {
    let rows = sqlx::query(
        "SELECT token_hash, staff.id, staff.name, staff.role, staff.team
         FROM logins JOIN staff ON staff.id = logins.staff_id WHERE logins.created_at <= ? OR active_at <= ?",
    )
    .bind(millis(created_before))
    .bind(millis(active_before))
    .fetch_all(&mut *connection)
    .await?;
    let ended = rows.iter().map(|row| Ok((id(row)?, staff::from_row(row)?))).collect::<Result<Vec<_>, StoreError>>()?;
    for (id, _) in &ended {
        delete(connection, *id).await?;
    }
    Ok(ended)
}

fn id(row: &SqliteRow) -> Result<LoginId, StoreError> {
    let bytes: Vec<u8> = row.try_get("token_hash")?;
    bytes.try_into().map(LoginId::from_bytes).map_err(|_| StoreError::Corrupt("sign-in"))
}
