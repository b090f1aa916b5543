//! What is long gone leaves the database.

use std::collections::HashSet;

use sqlx::SqliteConnection;
use time::OffsetDateTime;

use super::{StoreError, deliveries, nanos, sessions::oldest_readable_due, visits::VISIT_LIFE};

/// Rows removed by one sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) documents: u64,
    pub(crate) collections: u64,
    pub(crate) sessions: u64,
}

/// Removes rows that nobody could read for the days of grace.
pub(crate) async fn rows(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<Swept, StoreError> {
    // Sessions past their due date are readable during the grace, and deleted ones are kept as long.
    let oldest = oldest_readable_due(now);
    let mut sessions = 0_u64;
    for sql in
        ["DELETE FROM session WHERE due_at <= ? AND deleted_at IS NULL", "DELETE FROM session WHERE deleted_at <= ?"]
    {
        let done = sqlx::query(sql).bind(oldest).execute(&mut *db).await?;
        sessions = sessions.saturating_add(done.rows_affected());
    }
    let documents = sqlx::query("DELETE FROM document WHERE expires_at <= ?").bind(oldest).execute(&mut *db).await?;
    let collections = sqlx::query(
        "DELETE FROM collection WHERE deleted_at <= ?
         OR NOT EXISTS (SELECT 1 FROM collection_document WHERE collection_id = collection.id)",
    )
    .bind(oldest)
    .execute(&mut *db)
    .await?;
    sqlx::query("DELETE FROM archived WHERE expires_at <= ?").bind(nanos(now)).execute(&mut *db).await?;
    // The events of a visit stay with the session.
    sqlx::query("DELETE FROM visit WHERE started_at <= ?")
        .bind(nanos(now.saturating_sub(VISIT_LIFE)))
        .execute(&mut *db)
        .await?;
    deliveries::sweep(db, now).await?;
    Ok(Swept { documents: documents.rows_affected(), collections: collections.rows_affected(), sessions })
}

/// The digests (in hexadecimal) of all files that some row names.
pub(crate) async fn used_files(db: &mut SqliteConnection) -> Result<HashSet<String>, StoreError> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT sha256 FROM document UNION SELECT sha256 FROM archived").fetch_all(db).await?;
    Ok(rows.into_iter().map(|(digest,)| digest).collect())
}

/// Removes every row but the subscriptions.
pub(crate) async fn everything(db: &mut SqliteConnection) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM session",
        "DELETE FROM collection",
        "DELETE FROM document",
        "DELETE FROM archived",
        "DELETE FROM outbox",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    Ok(())
}
