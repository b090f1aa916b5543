//! What the live stream tells, in order.

use app::model::{LiveEvent, Moment, SessionId, Standing};
use sqlx::Row;

use super::{Connection, StoreError, sessions::standing_of};
use crate::rights::Reach;

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

/// At most `limit` events of sessions within reach after the one numbered `since`, in order.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn after(
    connection: &mut Connection,
    reach: Reach,
    since: u64,
    limit: u32,
) -> Result<Vec<LiveEvent>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, session, events.standing, at FROM events JOIN sessions ON sessions.id = events.session
         WHERE seq > ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3) ORDER BY seq LIMIT ?4",
    )
    .bind(i64::try_from(since).unwrap_or(i64::MAX))
    .bind(reach.team())
    .bind(reach.owner())
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
