//! Events of the signing service that came in.

use app::model::{Moment, SessionId};
use async_trait::async_trait;
use contract::{EventName, SigningSessionId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use crate::store::{
    StoreError,
    webhooks::{NewEvent, WaitingEvent, Webhooks},
};

#[async_trait]
impl Webhooks for SqliteConnection {
    async fn insert_webhook_event(&mut self, event: &NewEvent<'_>, now: Moment) -> Result<bool, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO webhook_events (id, name, upstream_session, occurred_at, received_at)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        )
        .bind(event.id)
        .bind(event.name.as_str())
        .bind(event.session.uuid())
        .bind(event.occurred.0)
        .bind(now.0)
        .execute(self)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn waiting_webhook_events(&mut self, most: u32) -> Result<Vec<WaitingEvent>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, upstream_session, received_at FROM webhook_events
             WHERE done_at IS NULL ORDER BY received_at LIMIT ?",
        )
        .bind(most)
        .fetch_all(self)
        .await?;
        rows.iter().map(waiting).collect()
    }

    async fn tick_off_webhook_event(
        &mut self,
        event: &WaitingEvent,
        session: Option<SessionId>,
        now: Moment,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE webhook_events SET done_at = ?, session = ? WHERE id = ?")
            .bind(now.0)
            .bind(session.map(|id| id.0))
            .bind(&event.id)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn last_webhook_event(&mut self) -> Result<Option<Moment>, StoreError> {
        let last: Option<i64> =
            sqlx::query_scalar("SELECT MAX(received_at) FROM webhook_events").fetch_one(self).await?;
        Ok(last.map(Moment))
    }

    async fn forget_strange_webhook_events(&mut self, before: Moment) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM webhook_events WHERE session IS NULL AND done_at IS NOT NULL AND received_at < ?")
            .bind(before.0)
            .execute(self)
            .await?;
        Ok(())
    }
}

fn waiting(row: &SqliteRow) -> Result<WaitingEvent, StoreError> {
    Ok(WaitingEvent {
        id: row.try_get("id")?,
        name: EventName::from(row.try_get::<String, _>("name")?),
        session: SigningSessionId::new(row.try_get("upstream_session")?),
        received: Moment(row.try_get("received_at")?),
    })
}
