//! Rows of packages: what is to be made, what is made, what was given up.
//!
//! `due` says when a package is due, in the transaction of what makes it so. The rest is the way of a
//! job: [`next`], [`start`], `contents`, then [`finish`] or [`fail`]. A job is no more than its row, so
//! one that was under way when the process died is simply due again.

mod contents;
mod due;

use std::fmt;

use contract::{
    ArchiveDocumentId, DocumentCollectionId, DocumentId, Extra, Package, PackageId, PackageType, SigningSessionId,
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;

pub(crate) use self::{
    contents::{Contents, SignedPdf},
    due::{any_due_by_time, due_after, due_by_time},
};
use super::{StoreError, id, nanos};

/// What is packaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Session(SigningSessionId),
    Collection(DocumentCollectionId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session {id}"),
            Self::Collection(id) => write!(f, "collection {id}"),
        }
    }
}

/// A package that is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) subject: Subject,
    /// How often it was begun, this time included; more than failures when the process died over it.
    pub(crate) starts: u32,
    /// How often it failed.
    pub(crate) failures: u32,
}

/// The job that is due first at `now`, apart from those under way.
pub(crate) async fn next(
    db: &mut SqliteConnection,
    under_way: &[i64],
    now: OffsetDateTime,
) -> Result<Option<i64>, StoreError> {
    let job: Option<(i64,)> = sqlx::query_as(
        "SELECT id FROM package WHERE due_at <= ? AND id NOT IN (SELECT value FROM json_each(?))
         ORDER BY due_at, id LIMIT 1",
    )
    .bind(nanos(now))
    .bind(serde_json::to_string(under_way)?)
    .fetch_optional(db)
    .await?;
    Ok(job.map(|(job,)| job))
}

/// Whether any job waits, be it due or not.
pub(crate) async fn any_waits(db: &mut SqliteConnection) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM package WHERE due_at IS NOT NULL)");
    Ok(query.fetch_one(db).await?)
}

/// Begins a job, unless it is no longer wanted.
pub(crate) async fn start(db: &mut SqliteConnection, job: i64) -> Result<Option<Job>, StoreError> {
    let row = sqlx::query("UPDATE package SET starts = starts + 1 WHERE id = ? AND due_at IS NOT NULL RETURNING *")
        .bind(job)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Whether the job is still wanted.
pub(crate) async fn is_wanted(db: &mut SqliteConnection, job: i64) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM package WHERE id = ? AND due_at IS NOT NULL)");
    Ok(query.bind(job).fetch_one(db).await?)
}

/// Records what a job made.
pub(crate) async fn finish(db: &mut SqliteConnection, job: i64, package: &Package) -> Result<(), StoreError> {
    sqlx::query("UPDATE package SET due_at = NULL, package_id = ?, result_id = ?, archive_id = ? WHERE id = ?")
        .bind(package.package_id.to_string())
        .bind(package.result_document_id.to_string())
        .bind(package.result_archive_id.map(|id| id.to_string()))
        .bind(job)
        .execute(db)
        .await?;
    Ok(())
}

/// Records that a job failed, and when to try again; `None` gives it up.
pub(crate) async fn fail(db: &mut SqliteConnection, job: i64, again: Option<OffsetDateTime>) -> Result<(), StoreError> {
    sqlx::query("UPDATE package SET failures = failures + 1, due_at = ? WHERE id = ?")
        .bind(again.map(nanos))
        .bind(job)
        .execute(db)
        .await?;
    Ok(())
}

/// The signed sessions of a subject, with their external references.
pub(crate) async fn signed_sessions(
    db: &mut SqliteConnection,
    subject: Subject,
) -> Result<Vec<(SigningSessionId, Option<String>)>, StoreError> {
    let (session, collection) = columns(subject);
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT DISTINCT session.id, terms ->> '$.externalReference'
         FROM session JOIN signature ON signature.session_id = session.id
         WHERE deleted_at IS NULL AND (session.id = ? OR collection_id = ?) ORDER BY session.id",
    )
    .bind(session)
    .bind(collection)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|(session, reference)| Ok((id(&session)?, reference))).collect()
}

/// Forgets the job of what is deleted. What is made already stays.
pub(super) async fn forget(db: &mut SqliteConnection, subject: Subject) -> Result<(), StoreError> {
    let (session, collection) = columns(subject);
    sqlx::query("DELETE FROM package WHERE result_id IS NULL AND (session_id = ? OR collection_id = ?)")
        .bind(session)
        .bind(collection)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether no more sessions can be made on the collection, since its package is due or made or was given up.
pub(crate) async fn is_closed(db: &mut SqliteConnection, collection: DocumentCollectionId) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM package WHERE collection_id = ?)");
    Ok(query.bind(collection.to_string()).fetch_one(db).await?)
}

/// The packages of these sessions (as a JSON array of ids).
pub(super) async fn of_sessions(
    db: &mut SqliteConnection,
    sessions: &str,
) -> Result<Vec<(SigningSessionId, Package)>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM package WHERE result_id IS NOT NULL AND session_id IN (SELECT value FROM json_each(?))",
    )
    .bind(sessions)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok((id(row.try_get("session_id")?)?, made(row)?))).collect()
}

/// The packages of a collection.
pub(super) async fn of_collection(
    db: &mut SqliteConnection,
    collection: DocumentCollectionId,
) -> Result<Vec<Package>, StoreError> {
    let rows = sqlx::query("SELECT * FROM package WHERE result_id IS NOT NULL AND collection_id = ?")
        .bind(collection.to_string())
        .fetch_all(db)
        .await?;
    rows.iter().map(made).collect()
}

/// Where a package stands, for the control plane.
pub(crate) struct Standing {
    pub(crate) job: Job,
    /// When it is tried next.
    pub(crate) due_at: Option<OffsetDateTime>,
    pub(crate) package: Option<PackageId>,
}

/// All packages, oldest first.
pub(crate) async fn all(db: &mut SqliteConnection) -> Result<Vec<Standing>, StoreError> {
    let rows = sqlx::query("SELECT * FROM package ORDER BY id").fetch_all(db).await?;
    let standing = |row: &SqliteRow| {
        let due_at = row.try_get::<Option<i64>, _>("due_at")?.map(super::moment).transpose()?;
        let package = row.try_get::<Option<&str>, _>("package_id")?.map(id).transpose()?;
        Ok(Standing { job: read(row)?, due_at, package })
    };
    rows.iter().map(standing).collect()
}

/// A subject as the two columns, session and collection, hold it.
fn columns(subject: Subject) -> (Option<String>, Option<String>) {
    match subject {
        Subject::Session(id) => (Some(id.to_string()), None),
        Subject::Collection(id) => (None, Some(id.to_string())),
    }
}

fn read(row: &SqliteRow) -> Result<Job, StoreError> {
    let subject = match row.try_get::<Option<&str>, _>("session_id")? {
        Some(session) => Subject::Session(id(session)?),
        None => Subject::Collection(id(row.try_get("collection_id")?)?),
    };
    let count = |column| {
        let count: i64 = row.try_get(column)?;
        u32::try_from(count).map_err(|_| StoreError::Corrupt("count"))
    };
    Ok(Job { id: row.try_get("id")?, subject, starts: count("starts")?, failures: count("failures")? })
}

fn made(row: &SqliteRow) -> Result<Package, StoreError> {
    let archive = row.try_get::<Option<&str>, _>("archive_id")?;
    Ok(Package {
        package_id: id(row.try_get("package_id")?)?,
        result_document_id: id::<DocumentId>(row.try_get("result_id")?)?,
        result_archive_id: archive.map(id::<ArchiveDocumentId>).transpose()?,
        package_type: PackageType::PadesContainer,
        extra: Extra::new(),
    })
}
