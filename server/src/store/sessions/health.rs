//! Whether the signing API answers.

use app::model::Moment;

use super::StoreError;
use crate::store::Connection;

/// Since when the API has not answered, if it does not.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn stale_since(connection: &mut Connection) -> Result<Option<Moment>, StoreError> {
    let since: Option<i64> =
        sqlx::query_scalar("SELECT stale_since FROM upstream_health").fetch_one(connection).await?;
    Ok(since.map(Moment))
}

/// Records that the API does not answer, since `now` unless it was silent before.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn silent(connection: &mut Connection, now: Moment) -> Result<(), StoreError> {
    sqlx::query("UPDATE upstream_health SET stale_since = COALESCE(stale_since, ?)")
        .bind(now.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Records that the API answers.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn answering(connection: &mut Connection) -> Result<(), StoreError> {
    sqlx::query("UPDATE upstream_health SET stale_since = NULL").execute(connection).await?;
    Ok(())
}
