//! Rows of signing sessions.

use std::collections::{BTreeSet, HashMap};

use contract::{
    DocumentId, Extra, Lifecycle, LifecycleState, NewSigningSession, Package, SessionOutput, Signature, SignatureType,
    SigningSession, SigningSessionId, limits,
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    StoreError, documents, id, list, moment, nanos,
    packages::{self, Subject},
};
use crate::step::SessionState;

/// A session's row with what hangs on it.
#[derive(Clone)]
pub(crate) struct StoredSession {
    pub(crate) id: SigningSessionId,
    /// The secret in the signer's link.
    pub(crate) link: Uuid,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) terms: NewSigningSession,
    pub(crate) standing: SessionState,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) packages: Vec<Package>,
}

impl StoredSession {
    /// The session as the API answers it at `now`.
    pub(crate) fn wire(self, signature_url: String, now: OffsetDateTime) -> SigningSession {
        let output = (!self.signatures.is_empty()).then(|| SessionOutput {
            signatures: self.signatures,
            packages: self.packages,
            extra: Extra::new(),
        });
        SigningSession {
            id: self.id,
            signature_url: Some(signature_url),
            signature_url_expires_at: Some(self.standing.link_expires),
            lifecycle: Lifecycle {
                state_is_final: self.standing.is_final(now),
                state: self.standing.state,
                reject_reason: self.standing.reject_reason,
                extra: Extra::new(),
            },
            output,
            terms: self.terms,
        }
    }
}

/// The last due date whose session can still be read at `now`: it stays readable through the days of grace.
pub(super) fn oldest_readable_due(now: OffsetDateTime) -> i64 {
    nanos(now.checked_sub(Duration::days(limits::GRACE_DAYS)).unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

/// Adds a session.
pub(crate) async fn insert(db: &mut SqliteConnection, session: &StoredSession) -> Result<(), StoreError> {
    let flow = session.terms.signing_setup.first().map_or("", |setup| setup.signing_flow.as_str());
    sqlx::query(
        "INSERT INTO session (id, link, state, terms, title_folded, flow, created_at, due_at, link_expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(session.id.to_string())
    .bind(session.link.to_string())
    .bind(session.standing.state.as_str())
    .bind(serde_json::to_string(&session.terms)?)
    .bind(list::fold(&session.terms.title))
    .bind(flow)
    .bind(nanos(session.created_at))
    .bind(nanos(session.standing.due))
    .bind(nanos(session.standing.link_expires))
    .execute(&mut *db)
    .await?;
    for document in &session.terms.documents {
        documents::keep_until(&mut *db, document.document_id, session.standing.due, session.created_at).await?;
        sqlx::query("INSERT INTO session_document (session_id, document_id, collection_id) VALUES (?, ?, ?)")
            .bind(session.id.to_string())
            .bind(document.document_id.to_string())
            .bind(document.document_collection_id.to_string())
            .execute(&mut *db)
            .await?;
    }
    for predecessor in &session.standing.waits_for {
        sqlx::query("INSERT INTO session_wait (session_id, waits_for) VALUES (?, ?)")
            .bind(session.id.to_string())
            .bind(predecessor.to_string())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// The session, if it can be read at `now`.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    id: SigningSessionId,
    now: OffsetDateTime,
) -> Result<Option<StoredSession>, StoreError> {
    let rows = sqlx::query("SELECT * FROM session WHERE id = ? AND deleted_at IS NULL AND due_at > ?")
        .bind(id.to_string())
        .bind(oldest_readable_due(now))
        .fetch_all(&mut *db)
        .await?;
    Ok(complete(db, &rows).await?.pop())
}

/// The session with this link, if it can be read at `now`.
pub(crate) async fn find_by_link(
    db: &mut SqliteConnection,
    link: Uuid,
    now: OffsetDateTime,
) -> Result<Option<StoredSession>, StoreError> {
    let rows = sqlx::query("SELECT * FROM session WHERE link = ? AND deleted_at IS NULL AND due_at > ?")
        .bind(link.to_string())
        .bind(oldest_readable_due(now))
        .fetch_all(&mut *db)
        .await?;
    Ok(complete(db, &rows).await?.pop())
}

/// Whether there was a session with this link, until its sender deleted it.
pub(crate) async fn is_deleted(db: &mut SqliteConnection, link: Uuid) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM session WHERE link = ? AND deleted_at IS NOT NULL)")
        .bind(link.to_string())
        .fetch_one(db)
        .await?)
}

/// Stores where a session stands after a step.
pub(crate) async fn update(
    db: &mut SqliteConnection,
    id: SigningSessionId,
    standing: &SessionState,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE session SET state = ?, reject_reason = ? WHERE id = ?")
        .bind(standing.state.as_str())
        .bind(&standing.reject_reason)
        .bind(id.to_string())
        .execute(&mut *db)
        .await?;
    let waits: Vec<String> = standing.waits_for.iter().map(ToString::to_string).collect();
    sqlx::query("DELETE FROM session_wait WHERE session_id = ? AND waits_for NOT IN (SELECT value FROM json_each(?))")
        .bind(id.to_string())
        .bind(serde_json::to_string(&waits)?)
        .execute(db)
        .await?;
    Ok(())
}

/// Adds a signature of a session's.
pub(crate) async fn insert_signature(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    position: i64,
    signature: &Signature,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO signature (session_id, original_id, result_id, collection_id, position, archive_id)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(session.to_string())
    .bind(signature.original_document_id.to_string())
    .bind(signature.result_document_id.to_string())
    .bind(signature.document_collection_id.to_string())
    .bind(position)
    .bind(signature.result_archive_id.map(|id| id.to_string()))
    .execute(db)
    .await?;
    Ok(())
}

/// The sessions that wait for this one.
pub(crate) async fn successors(
    db: &mut SqliteConnection,
    predecessor: SigningSessionId,
) -> Result<Vec<SigningSessionId>, StoreError> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT session_id FROM session_wait WHERE waits_for = ?")
        .bind(predecessor.to_string())
        .fetch_all(db)
        .await?;
    rows.iter().map(|(session,)| id(session)).collect()
}

/// Deletes the session at `now`, and with it the documents that no other live session needs: originals, signatures
/// and packages. Makes the packages due that waited for it. Answers whether it was there.
pub(crate) async fn delete(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE session SET deleted_at = ?1 WHERE id = ?2 AND deleted_at IS NULL AND due_at > ?3")
        .bind(nanos(now))
        .bind(session.to_string())
        .bind(oldest_readable_due(now))
        .execute(&mut *db)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE document SET expires_at = max(?1, coalesce(
             (SELECT max(due_at) FROM session WHERE deleted_at IS NULL AND id IN (
                  SELECT session_id FROM session_document WHERE document_id = document.id
                  UNION
                  SELECT signature.session_id FROM signature JOIN package USING (collection_id)
                  WHERE package.result_id = document.id)), 0))
         WHERE expires_at > ?1 AND (
             id IN (SELECT document_id FROM session_document WHERE session_id = ?2)
             OR id IN (SELECT result_id FROM signature WHERE session_id = ?2)
             OR id IN (SELECT result_id FROM package WHERE session_id = ?2)
             OR id IN (SELECT package.result_id FROM package JOIN signature USING (collection_id)
                       WHERE signature.session_id = ?2))",
    )
    .bind(nanos(now))
    .bind(session.to_string())
    .execute(&mut *db)
    .await?;
    packages::forget(db, Subject::Session(session)).await?;
    packages::due_after(db, session, now).await?;
    Ok(true)
}

/// Reads rows of sessions and fetches what hangs on them.
pub(super) async fn complete(db: &mut SqliteConnection, rows: &[SqliteRow]) -> Result<Vec<StoredSession>, StoreError> {
    let mut sessions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<String> = sessions.iter().map(|session| session.id.to_string()).collect();
    let ids = serde_json::to_string(&ids)?;

    let waits: Vec<(String, String)> = sqlx::query_as(
        "SELECT session_id, waits_for FROM session_wait WHERE session_id IN (SELECT value FROM json_each(?))",
    )
    .bind(&ids)
    .fetch_all(&mut *db)
    .await?;
    let mut waits_for: HashMap<SigningSessionId, BTreeSet<SigningSessionId>> = HashMap::new();
    for (session, predecessor) in &waits {
        waits_for.entry(id(session)?).or_default().insert(id(predecessor)?);
    }

    let rows: Vec<(String, String, String, String, Option<String>)> = sqlx::query_as(
        "SELECT session_id, original_id, result_id, collection_id, archive_id FROM signature
         WHERE session_id IN (SELECT value FROM json_each(?)) ORDER BY session_id, position",
    )
    .bind(&ids)
    .fetch_all(&mut *db)
    .await?;
    let mut signatures: HashMap<SigningSessionId, Vec<Signature>> = HashMap::new();
    for (session, original, result, collection, archive) in &rows {
        signatures.entry(id(session)?).or_default().push(Signature {
            document_collection_id: id(collection)?,
            result_document_id: id::<DocumentId>(result)?,
            original_document_id: id::<DocumentId>(original)?,
            result_archive_id: archive.as_deref().map(id).transpose()?,
            signature_type: SignatureType::Xades,
            extra: Extra::new(),
        });
    }

    let mut packaged: HashMap<SigningSessionId, Vec<Package>> = HashMap::new();
    for (session, package) in packages::of_sessions(db, &ids).await? {
        packaged.entry(session).or_default().push(package);
    }

    for session in &mut sessions {
        session.standing.waits_for = waits_for.remove(&session.id).unwrap_or_default();
        session.signatures = signatures.remove(&session.id).unwrap_or_default();
        session.packages = packaged.remove(&session.id).unwrap_or_default();
    }
    Ok(sessions)
}

fn read(row: &SqliteRow) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        id: id(row.try_get("id")?)?,
        link: id(row.try_get("link")?)?,
        created_at: moment(row.try_get("created_at")?)?,
        terms: serde_json::from_str(row.try_get("terms")?)?,
        standing: SessionState {
            state: LifecycleState::from(row.try_get::<&str, _>("state")?),
            waits_for: BTreeSet::new(),
            due: moment(row.try_get("due_at")?)?,
            link_expires: moment(row.try_get("link_expires_at")?)?,
            reject_reason: row.try_get("reject_reason")?,
        },
        signatures: Vec::new(),
        packages: Vec::new(),
    })
}
