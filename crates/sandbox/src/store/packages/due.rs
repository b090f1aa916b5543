//! When a package is due.

use contract::SigningSessionId;
use sqlx::SqliteConnection;
use time::OffsetDateTime;

use crate::store::{StoreError, nanos};

/// Sessions on `collection` that can still be signed at `?1`: their own link and those of all whom they wait for
/// are alive. Only unsigned predecessors are waited for.
macro_rules! open_sessions {
    () => {
        "WITH RECURSIVE needs (session, needed) AS (
             SELECT session.id, session.id FROM session JOIN session_document ON session_id = session.id
             WHERE session_document.collection_id = collection.id
                 AND deleted_at IS NULL AND state IN ('READY', 'BLOCKED')
             UNION
             SELECT session, waits_for FROM needs JOIN session_wait ON session_id = needed
         )
         SELECT 1 FROM needs LEFT JOIN session ON session.id = needed
         GROUP BY needs.session
         HAVING min(coalesce(
             deleted_at IS NULL AND session.state IN ('READY', 'BLOCKED') AND link_expires_at > ?1, 0))"
    };
}

/// Collections that ask for a package and have none yet, no session open any more, and something to package.
macro_rules! due_collections {
    ($among:literal) => {
        concat!(
            " FROM collection
             WHERE package_to <> '[]' AND deleted_at IS NULL ",
            $among,
            " AND NOT EXISTS (SELECT 1 FROM package WHERE package.collection_id = collection.id)
              AND EXISTS (SELECT 1 FROM packable WHERE packable.collection_id = collection.id AND until > ?1)
              AND NOT EXISTS (",
            open_sessions!(),
            ")"
        )
    };
}

/// Makes due what waited for this session's end: its own package, and those of its collections. The end of one
/// session is also the end of those that wait for it in vain. Answers whether any package is due now.
pub(crate) async fn due_after(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let own = sqlx::query(
        "INSERT OR IGNORE INTO package (session_id, due_at)
         SELECT id, ?1 FROM session
         WHERE id = ?2 AND deleted_at IS NULL AND json_array_length(terms, '$.packageTo') > 0
             AND EXISTS (SELECT 1 FROM packable WHERE packable.session_id = session.id AND until > ?1)",
    )
    .bind(nanos(now))
    .bind(session.to_string())
    .execute(&mut *db)
    .await?;
    let collections = sqlx::query(concat!(
        "INSERT INTO package (collection_id, due_at) SELECT collection.id, ?1",
        due_collections!(
            "AND collection.id IN (
                 WITH RECURSIVE after (session) AS (
                     SELECT ?2 UNION SELECT session_id FROM session_wait JOIN after ON waits_for = after.session
                 )
                 SELECT collection_id FROM session_document JOIN after ON session_id = after.session)"
        )
    ))
    .bind(nanos(now))
    .bind(session.to_string())
    .execute(db)
    .await?;
    Ok(own.rows_affected() + collections.rows_affected() > 0)
}

/// Makes due what waited for links to expire.
pub(crate) async fn due_by_time(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<(), StoreError> {
    const INSERT: &str =
        concat!("INSERT INTO package (collection_id, due_at) SELECT collection.id, ?1", due_collections!(""));
    sqlx::query(INSERT).bind(nanos(now)).execute(db).await?;
    Ok(())
}

/// Whether [`due_by_time`] has anything to do. It looks at all collections, so ask on a connection that holds up nobody.
pub(crate) async fn any_due_by_time(db: &mut SqliteConnection, now: OffsetDateTime) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar(concat!("SELECT EXISTS (SELECT 1", due_collections!(""), ")"));
    Ok(query.bind(nanos(now)).fetch_one(db).await?)
}
