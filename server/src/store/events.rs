//! What the live stream tells, in order.

use app::model::{LiveEvent, Moment, SessionId, Standing};
use sqlx::Row;

use super::{Connection, StoreError, sessions::standing_of};

/// Records that a session stands differently now.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn append(
    connection: &mut Connection,
    session: SessionId,
    standing: Standing,
    at: Moment,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO events (session, standing, at) VALUES (?, ?, ?)")
        .bind(session.0)
        .bind(standing.slug())
        .bind(at.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// At most `limit` events after the one numbered `since`, in order.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn after(connection: &mut Connection, since: u64, limit: u32) -> Result<Vec<LiveEvent>, StoreError> {
    let rows = sqlx::query("SELECT seq, session, standing, at FROM events WHERE seq > ? ORDER BY seq LIMIT ?")
        .bind(i64::try_from(since).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(LiveEvent {
                seq: number(row.try_get("seq")?)?,
                session: SessionId(row.try_get("session")?),
                standing: standing_of(row.try_get("standing")?)?,
                at: Moment(row.try_get("at")?),
            })
        })
        .collect()
}

/// Number of the last event; 0 before the first.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn last(connection: &mut Connection) -> Result<u64, StoreError> {
    number(sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(connection).await?)
}

fn number(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Corrupt("number of an event"))
}
