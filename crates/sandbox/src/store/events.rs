//! Rows of events that are to be told. Written in the transaction of the change, so that no kill comes between.

use contract::{EventName, SigningSessionId};
use sqlx::SqliteConnection;
use time::OffsetDateTime;

use super::{StoreError, nanos};

/// The service's name in event types (`signature-api:package.completed`) and as the events' sender.
pub(crate) const SERVICE: &str = "signature-api";

/// Puts an event into the outbox, once for each subscription that wants it. Without any, nothing is kept.
///
/// Call it in the transaction of the change; the sender wakes up when that is committed.
pub(crate) async fn record(
    db: &mut SqliteConnection,
    name: EventName,
    session: SigningSessionId,
    external_reference: Option<&str>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let subscriptions: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, lifetime_seconds FROM subscription
         WHERE enabled AND EXISTS (SELECT 1 FROM json_each(event_types) WHERE value IN (?, ?))
         ORDER BY created_at, id",
    )
    .bind(format!("{SERVICE}:{name}"))
    .bind(format!("{SERVICE}:*"))
    .fetch_all(&mut *db)
    .await?;
    if subscriptions.is_empty() {
        return Ok(());
    }
    // The id is no secret, it only has to be unlike any other; SQLite's generator is good for that.
    let event: i64 = sqlx::query_scalar(
        "INSERT INTO outbox (event_id, name, session_id, external_reference, occurred_at)
         VALUES (lower(hex(randomblob(16))), ?, ?, ?, ?) RETURNING id",
    )
    .bind(name.as_str())
    .bind(session.to_string())
    .bind(external_reference)
    .bind(nanos(now))
    .fetch_one(&mut *db)
    .await?;
    for (subscription, lifetime) in &subscriptions {
        sqlx::query("INSERT INTO delivery (subscription_id, outbox_id, due_at, expires_at) VALUES (?, ?, ?, ?)")
            .bind(subscription)
            .bind(event)
            .bind(nanos(now))
            .bind(nanos(now.saturating_add(time::Duration::seconds(*lifetime))))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
