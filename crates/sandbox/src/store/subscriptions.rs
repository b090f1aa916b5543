//! Rows of subscriptions to events.

use contract::SubscriptionId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{Duration, OffsetDateTime};

use super::{StoreError, id, moment, nanos};

/// A subscription, without its secret: that is read only to sign with it.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    /// Where events are posted.
    pub(crate) url: String,
    /// What it wants: `service:event`, or `service:*`.
    pub(crate) event_types: Vec<String>,
    /// The header that carries the signature.
    pub(crate) signature_header: String,
    /// For how long after an event its delivery is tried.
    pub(crate) lifetime: Duration,
    pub(crate) enabled: bool,
    pub(crate) created_at: OffsetDateTime,
}

/// Adds a subscription.
pub(crate) async fn insert(
    db: &mut SqliteConnection,
    subscription: &Subscription,
    secret: &SecretString,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO subscription
             (id, url, event_types, secret, signature_header, lifetime_seconds, enabled, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(subscription.id.to_string())
    .bind(&subscription.url)
    .bind(serde_json::to_string(&subscription.event_types)?)
    .bind(secret.expose_secret())
    .bind(&subscription.signature_header)
    .bind(subscription.lifetime.whole_seconds())
    .bind(subscription.enabled)
    .bind(nanos(subscription.created_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Stores a changed subscription, with another secret if there is one.
pub(crate) async fn update(
    db: &mut SqliteConnection,
    subscription: &Subscription,
    secret: Option<&SecretString>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE subscription SET url = ?, event_types = ?, secret = coalesce(?, secret), signature_header = ?,
             lifetime_seconds = ?, enabled = ? WHERE id = ?",
    )
    .bind(&subscription.url)
    .bind(serde_json::to_string(&subscription.event_types)?)
    .bind(secret.map(ExposeSecret::expose_secret))
    .bind(&subscription.signature_header)
    .bind(subscription.lifetime.whole_seconds())
    .bind(subscription.enabled)
    .bind(subscription.id.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// All subscriptions, oldest first.
pub(crate) async fn list(db: &mut SqliteConnection) -> Result<Vec<Subscription>, StoreError> {
    let rows = sqlx::query("SELECT * FROM subscription ORDER BY created_at, id").fetch_all(db).await?;
    rows.iter().map(read).collect()
}

/// One subscription.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    subscription: SubscriptionId,
) -> Result<Option<Subscription>, StoreError> {
    let row = sqlx::query("SELECT * FROM subscription WHERE id = ?")
        .bind(subscription.to_string())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

/// How many there are.
pub(crate) async fn count(db: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM subscription").fetch_one(db).await?)
}

/// Removes a subscription, with all that is on its way to it. Answers whether it was there.
pub(crate) async fn delete(db: &mut SqliteConnection, subscription: SubscriptionId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM subscription WHERE id = ?").bind(subscription.to_string()).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

fn read(row: &SqliteRow) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: id(row.try_get("id")?)?,
        url: row.try_get("url")?,
        event_types: serde_json::from_str(row.try_get("event_types")?)?,
        signature_header: row.try_get("signature_header")?,
        lifetime: Duration::seconds(row.try_get("lifetime_seconds")?),
        enabled: row.try_get("enabled")?,
        created_at: moment(row.try_get("created_at")?)?,
    })
}
