//! Rows of events that are to be told. Written in the transaction of the change, so that no kill comes between.

use contract::{EventName, SigningSessionId, SubscriptionId};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};

use super::{StoreError, id, moment, nanos, subscriptions::Subscription};

/// The service's name in event types (`signature-api:package.completed`) and as the events' sender.
pub(crate) const SERVICE: &str = "signature-api";
/// The event type that stands for all of the service's.
pub(crate) const ALL: &str = "signature-api:*";
/// How many passed due dates one transaction records.
const EXPIRIES_AT_ONCE: i64 = 200;

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
    let wanting: Vec<(String, i64)> = sqlx::query_as(
        "SELECT id, lifetime_seconds FROM subscription
         WHERE enabled AND EXISTS (SELECT 1 FROM json_each(event_types) WHERE value IN (?, ?))
         ORDER BY created_at, id",
    )
    .bind(format!("{SERVICE}:{name}"))
    .bind(ALL)
    .fetch_all(&mut *db)
    .await?;
    if wanting.is_empty() {
        return Ok(());
    }
    let (event, _) = insert(db, &name, session, external_reference, false, now).await?;
    for (subscription, lifetime) in &wanting {
        deliver(db, event, id(subscription)?, Duration::seconds(*lifetime), now).await?;
    }
    Ok(())
}

/// Puts an event for a trial into the outbox, for one subscription whatever it wants. Answers the event's id.
pub(crate) async fn record_trial(
    db: &mut SqliteConnection,
    name: &EventName,
    session: SigningSessionId,
    subscription: &Subscription,
    now: OffsetDateTime,
) -> Result<String, StoreError> {
    let (row, event) = insert(db, name, session, None, true, now).await?;
    deliver(db, row, subscription.id, subscription.lifetime, now).await?;
    Ok(event)
}

/// Records the sessions whose due date passed while they were open, each once for good. Answers how many.
///
/// Takes a few at a time, so that nobody waits long for the transaction.
pub(crate) async fn record_expired(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<usize, StoreError> {
    let overdue: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT id, terms ->> '$.externalReference' FROM session
         WHERE expiry_told = 0 AND state IN ('BLOCKED', 'READY') AND deleted_at IS NULL AND due_at <= ?
         ORDER BY due_at LIMIT ?",
    )
    .bind(nanos(now))
    .bind(EXPIRIES_AT_ONCE)
    .fetch_all(&mut *db)
    .await?;
    for (session, reference) in &overdue {
        sqlx::query("UPDATE session SET expiry_told = 1 WHERE id = ?").bind(session).execute(&mut *db).await?;
        record(db, EventName::SessionExpired, id(session)?, reference.as_deref(), now).await?;
    }
    Ok(overdue.len())
}

/// The due date that passes next while its session is open.
pub(crate) async fn next_expiry(db: &mut SqliteConnection) -> Result<Option<OffsetDateTime>, StoreError> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT min(due_at) FROM session
         WHERE expiry_told = 0 AND state IN ('BLOCKED', 'READY') AND deleted_at IS NULL",
    )
    .fetch_one(db)
    .await?;
    due.map(moment).transpose()
}

/// Adds an event. Answers its row and its id.
async fn insert(
    db: &mut SqliteConnection,
    name: &EventName,
    session: SigningSessionId,
    external_reference: Option<&str>,
    mock: bool,
    now: OffsetDateTime,
) -> Result<(i64, String), StoreError> {
    // The id is no secret, it only has to be unlike any other; SQLite's generator is good for that.
    let row = sqlx::query_as(
        "INSERT INTO outbox (event_id, name, session_id, external_reference, mock, occurred_at)
         VALUES (lower(hex(randomblob(16))), ?, ?, ?, ?, ?) RETURNING id, event_id",
    )
    .bind(name.as_str())
    .bind(session.to_string())
    .bind(external_reference)
    .bind(mock)
    .bind(nanos(now))
    .fetch_one(db)
    .await?;
    Ok(row)
}

/// Sends an event on its way to a subscription.
async fn deliver(
    db: &mut SqliteConnection,
    event: i64,
    subscription: SubscriptionId,
    lifetime: Duration,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO delivery (subscription_id, outbox_id, due_at, expires_at) VALUES (?, ?, ?, ?)")
        .bind(subscription.to_string())
        .bind(event)
        .bind(nanos(now))
        .bind(nanos(now.saturating_add(lifetime)))
        .execute(db)
        .await?;
    Ok(())
}
