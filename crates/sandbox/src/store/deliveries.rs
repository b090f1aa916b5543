//! Rows of deliveries: an event on its way to a subscription, until it has arrived or is a dead letter.

use std::collections::BTreeSet;

use contract::{EventName, SigningSessionId, SubscriptionId};
use secrecy::SecretString;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{Duration, OffsetDateTime};

use super::{StoreError, id, moment, nanos};

/// For how long a dead letter is kept.
const DEAD_LETTER_LIFE: Duration = Duration::days(30);
/// The due date of a delivery that is held back until another one has arrived.
const HELD: i64 = i64::MAX;

/// What is sent.
pub(crate) struct StoredEvent {
    pub(crate) id: String,
    pub(crate) name: EventName,
    pub(crate) session: SigningSessionId,
    pub(crate) external_reference: Option<String>,
    pub(crate) mock: bool,
    pub(crate) occurred_at: OffsetDateTime,
}

/// An event that is due at a subscription, with all that the attempt needs.
pub(crate) struct Delivery {
    pub(crate) event: StoredEvent,
    pub(crate) subscription: SubscriptionId,
    pub(crate) url: String,
    pub(crate) signature_header: String,
    pub(crate) secret: SecretString,
    /// Failed attempts so far.
    pub(crate) attempts: u32,
    pub(crate) expires_at: OffsetDateTime,
}

/// An event that has not arrived yet, or that never did.
pub(crate) struct Undelivered {
    pub(crate) event: StoredEvent,
    pub(crate) attempts: u32,
    pub(crate) last_failure: Option<String>,
    pub(crate) expires_at: OffsetDateTime,
}

/// The first due delivery of each enabled subscription that is not `busy`.
pub(crate) async fn due(
    db: &mut SqliteConnection,
    busy: &BTreeSet<SubscriptionId>,
    now: OffsetDateTime,
) -> Result<Vec<Delivery>, StoreError> {
    let rows = sqlx::query(
        "SELECT subscription_id, attempts, expires_at, url, signature_header, secret,
             event_id, name, outbox.session_id, external_reference, mock, occurred_at
         FROM delivery
             JOIN subscription ON subscription.id = subscription_id
             JOIN outbox ON outbox.id = outbox_id
         WHERE delivery.id IN (
             SELECT (SELECT id FROM delivery
                     WHERE subscription_id = subscription.id AND dead_at IS NULL AND due_at <= ?
                     ORDER BY due_at, id LIMIT 1)
             FROM subscription WHERE enabled AND id NOT IN (SELECT value FROM json_each(?)))
         ORDER BY delivery.id",
    )
    .bind(nanos(now))
    .bind(serde_json::to_string(busy)?)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Delivery {
                event: read_event(row)?,
                subscription: id(row.try_get("subscription_id")?)?,
                url: row.try_get("url")?,
                signature_header: row.try_get("signature_header")?,
                secret: row.try_get::<String, _>("secret")?.into(),
                attempts: row.try_get("attempts")?,
                expires_at: moment(row.try_get("expires_at")?)?,
            })
        })
        .collect()
}

/// When the next delivery falls due at an enabled subscription that is not `busy`, or any is to be given up.
pub(crate) async fn next_due(
    db: &mut SqliteConnection,
    busy: &BTreeSet<SubscriptionId>,
) -> Result<Option<OffsetDateTime>, StoreError> {
    let next: Option<i64> = sqlx::query_scalar(
        "SELECT min(moment) FROM (
             SELECT (SELECT min(due_at) FROM delivery
                     WHERE subscription_id = subscription.id AND dead_at IS NULL) AS moment
             FROM subscription WHERE enabled AND id NOT IN (SELECT value FROM json_each(?))
             UNION ALL
             SELECT min(expires_at) FROM delivery WHERE dead_at IS NULL)",
    )
    .bind(serde_json::to_string(busy)?)
    .fetch_one(db)
    .await?;
    next.map(moment).transpose()
}

/// Makes dead letters of what has expired. Answers how many.
pub(crate) async fn give_up(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE delivery SET dead_at = ?1 WHERE dead_at IS NULL AND expires_at <= ?1")
        .bind(nanos(now))
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

/// Forgets a delivery that has arrived, and lets go of one that was held back for it.
pub(crate) async fn arrived(
    db: &mut SqliteConnection,
    delivery: &Delivery,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if let Some(row) = row_of(db, delivery).await? {
        sqlx::query("DELETE FROM delivery WHERE id = ?").bind(row).execute(&mut *db).await?;
    }
    sqlx::query("UPDATE delivery SET due_at = ? WHERE subscription_id = ? AND due_at = ?")
        .bind(nanos(now))
        .bind(delivery.subscription.to_string())
        .bind(HELD)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes a failed attempt. The next one is at `next`; without one the delivery is dead.
pub(crate) async fn failed(
    db: &mut SqliteConnection,
    delivery: &Delivery,
    failure: &str,
    next: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let Some(row) = row_of(db, delivery).await? else { return Ok(()) };
    sqlx::query(
        "UPDATE delivery SET attempts = attempts + 1, last_failure = ?, due_at = ?,
             dead_at = coalesce(dead_at, ?) WHERE id = ?",
    )
    .bind(failure)
    .bind(nanos(next.unwrap_or(now)))
    .bind(next.is_none().then(|| nanos(now)))
    .bind(row)
    .execute(db)
    .await?;
    Ok(())
}

/// Puts a delivery off, until `next` or else until another one of its subscription has arrived.
pub(crate) async fn put_off(
    db: &mut SqliteConnection,
    delivery: &Delivery,
    next: Option<OffsetDateTime>,
) -> Result<(), StoreError> {
    let Some(row) = row_of(db, delivery).await? else { return Ok(()) };
    sqlx::query("UPDATE delivery SET due_at = ? WHERE id = ?")
        .bind(next.map_or(HELD, nanos))
        .bind(row)
        .execute(db)
        .await?;
    Ok(())
}

/// The row of a delivery that was under way. The event's id finds it, not the row's: that may be another one's
/// after all rows were forgotten or replaced meanwhile.
async fn row_of(db: &mut SqliteConnection, delivery: &Delivery) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query_scalar(
        "SELECT delivery.id FROM delivery JOIN outbox ON outbox.id = outbox_id
         WHERE subscription_id = ? AND event_id = ?",
    )
    .bind(delivery.subscription.to_string())
    .bind(&delivery.event.id)
    .fetch_optional(db)
    .await?;
    Ok(row)
}

/// How many events wait for a subscription, or lie dead, and the oldest `limit` of them.
pub(crate) async fn undelivered(
    db: &mut SqliteConnection,
    subscription: SubscriptionId,
    dead: bool,
    limit: u32,
) -> Result<(u64, Vec<Undelivered>), StoreError> {
    let total =
        sqlx::query_scalar("SELECT count(*) FROM delivery WHERE subscription_id = ? AND (dead_at IS NOT NULL) = ?")
            .bind(subscription.to_string())
            .bind(dead)
            .fetch_one(&mut *db)
            .await?;
    let rows = sqlx::query(
        "SELECT attempts, last_failure, expires_at,
             event_id, name, session_id, external_reference, mock, occurred_at
         FROM delivery JOIN outbox ON outbox.id = outbox_id
         WHERE subscription_id = ? AND (dead_at IS NOT NULL) = ? ORDER BY delivery.id LIMIT ?",
    )
    .bind(subscription.to_string())
    .bind(dead)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let letters = rows.iter().map(|row| {
        Ok(Undelivered {
            event: read_event(row)?,
            attempts: row.try_get("attempts")?,
            last_failure: row.try_get("last_failure")?,
            expires_at: moment(row.try_get("expires_at")?)?,
        })
    });
    Ok((total, letters.collect::<Result<_, StoreError>>()?))
}

/// Sends dead letters of a subscription on their way again, all or the one of `event`. Answers how many.
pub(crate) async fn revive(
    db: &mut SqliteConnection,
    subscription: SubscriptionId,
    event: Option<&str>,
    expires_at: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE delivery SET dead_at = NULL, attempts = 0, due_at = ?, expires_at = ?
         WHERE subscription_id = ? AND dead_at IS NOT NULL
             AND (?4 IS NULL OR outbox_id IN (SELECT id FROM outbox WHERE event_id = ?4))",
    )
    .bind(nanos(now))
    .bind(nanos(expires_at))
    .bind(subscription.to_string())
    .bind(event)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Removes dead letters that nobody sent again, and events that nobody waits for any longer.
pub(super) async fn sweep(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM delivery WHERE dead_at <= ?")
        .bind(nanos(now.saturating_sub(DEAD_LETTER_LIFE)))
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM outbox WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE outbox_id = outbox.id)")
        .execute(db)
        .await?;
    Ok(())
}

fn read_event(row: &SqliteRow) -> Result<StoredEvent, StoreError> {
    Ok(StoredEvent {
        id: row.try_get("event_id")?,
        name: EventName::from(row.try_get::<&str, _>("name")?),
        session: id(row.try_get("session_id")?)?,
        external_reference: row.try_get("external_reference")?,
        mock: row.try_get("mock")?,
        occurred_at: moment(row.try_get("occurred_at")?)?,
    })
}
