//! Links by which people choose their password.

use app::model::Staff;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Connection, StoreError, staff};
use crate::{auth::LoginId, clock::millis};

/// Stores a link's digest; the person's earlier link is of no use any more.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn put(
    connection: &mut Connection,
    token: LoginId,
    staff: Uuid,
    expires_at: OffsetDateTime,
) -> Result<(), StoreError> {
    forget(connection, staff).await?;
    sqlx::query("INSERT INTO invitations (token_hash, staff, expires_at) VALUES (?, ?, ?)")
        .bind(token.as_bytes())
        .bind(staff)
        .bind(millis(expires_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Whose link it is, if it is good at `now` and the account is not disabled; with
/// their user name.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find(
    connection: &mut Connection,
    token: LoginId,
    now: OffsetDateTime,
) -> Result<Option<(Staff, String)>, StoreError> {
    let row = sqlx::query(
        "SELECT staff.id, name, role, team, username FROM invitations JOIN staff ON staff.id = invitations.staff
         WHERE token_hash = ? AND expires_at > ? AND disabled = 0",
    )
    .bind(token.as_bytes())
    .bind(millis(now))
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((staff::from_row(&row)?, sqlx::Row::try_get(&row, "username")?))).transpose()
}

/// Makes a person's link useless, if there is one.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn forget(connection: &mut Connection, staff: Uuid) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM invitations WHERE staff = ?").bind(staff).execute(connection).await?;
    Ok(())
}
