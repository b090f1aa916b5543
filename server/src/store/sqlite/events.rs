//! What the live stream tells.

use app::model::{LiveEvent, Moment, SessionId, Standing};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use super::sessions::standing_of;
use crate::{
    rights::Reach,
    store::{StoreError, events::Events},
};

#[async_trait]
impl Events for SqliteConnection {
    async fn append_event(&mut self, session: SessionId, standing: Standing, at: Moment) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO events (session, standing, at) VALUES (?, ?, ?)")
            .bind(session.0)
            .bind(standing.slug())
            .bind(at.0)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn events_after(&mut self, reach: Reach, since: u64, limit: u32) -> Result<Vec<LiveEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT seq, session, events.standing, at FROM events JOIN sessions ON sessions.id = events.session
             WHERE seq > ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3) ORDER BY seq LIMIT ?4",
        )
        .bind(i64::try_from(since).unwrap_or(i64::MAX))
        .bind(reach.team())
        .bind(reach.owner())
        .bind(limit)
        .fetch_all(self)
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

    async fn last_event(&mut self) -> Result<u64, StoreError> {
        number(sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM events").fetch_one(self).await?)
    }
}

fn number(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Corrupt("number of an event"))
}
