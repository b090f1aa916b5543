//! The rows in SQLite: one file in WAL mode, one connection that writes, a few that
//! read. Each kind's SQL is in the file of its name.

mod audit;
mod backlog;
mod backup;
mod collections;
mod events;
mod factors;
mod invitations;
mod keys;
mod logins;
mod migrations;
mod providers;
mod sessions;
mod staff;
mod teams;
mod webhooks;
mod widgets;

use std::{io, path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Connection, Database, OpenError, Read, Rows, StoreError, Transaction, Write};

pub(crate) use backup::LAST_BACKUP;
pub use backup::{BackupError, backup};

/// How many connections read at once.
const READERS: u32 = 4;
/// How long a connection waits for the file's lock; only another process could hold it.
const BUSY: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is refused.
const ACQUIRE: Duration = Duration::from_secs(5);

/// A database file.
#[derive(Debug)]
pub(super) struct File {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl File {
    /// Opens the file, makes it with mode 0600 if it is missing, and brings its tables
    /// up to date.
    pub(super) async fn open(path: &Path) -> Result<Self, OpenError> {
        create_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        // A table that others refer to can be made anew only while nobody checks references.
        let mut changing = options.clone().foreign_keys(false).connect().await?;
        migrations::migrations().run(&mut changing).await?;
        changing.close().await?;
        let writer = pool(1).connect_with(options.clone()).await?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
    }

    /// Reads a file, made by whomever, and changes nothing.
    pub(super) async fn look_into(path: &Path) -> Result<Read, OpenError> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
        Ok(Read(Box::new(pool(1).connect_with(options).await?.begin().await?)))
    }
}

fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .acquire_timeout(ACQUIRE)
        .max_connections(size)
        .after_release(|connection, _| Box::pin(is_free(connection)))
}

/// Whether a connection is in no transaction; others are closed. When the disk is full or
/// fails, SQLite rolls back by itself and has no transaction any more, but sqlx 0.9 counts
/// it on, and the connection would begin no other one ever.
async fn is_free(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction that was dropped may still be on its way back.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

#[async_trait]
impl Database for File {
    async fn read(&self) -> Result<Read, StoreError> {
        Ok(Read(Box::new(self.readers.begin().await?)))
    }

    async fn write(&self) -> Result<Write, StoreError> {
        Ok(Write(Box::new(self.writer.begin_with("BEGIN IMMEDIATE").await?)))
    }

    async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[async_trait]
impl Transaction for sqlx::Transaction<'static, Sqlite> {
    fn rows(&self) -> &Connection {
        &**self
    }

    fn rows_mut(&mut self) -> &mut Connection {
        &mut **self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok((*self).commit().await?)
    }
}

impl Rows for SqliteConnection {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => Self::Duplicate,
            _ => Self::Unavailable(error.into()),
        }
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<sqlx::migrate::MigrateError> for OpenError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(error.into())
    }
}

/// Makes an empty file with mode 0600, unless there is one. SQLite gives its
/// companion files the same mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;

    #[tokio::test]
    async fn ops_06_the_database_keeps_what_it_promised() {
        let dir = tempfile::tempdir().unwrap();
        let file = File::open(&dir.path().join("portal.db")).await.unwrap();
        for (pragma, value) in
            [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000")]
        {
            let sql = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
            let row = sqlx::query(sql).fetch_one(&file.writer).await.unwrap();
            let found: String = row.try_get(0).unwrap_or_else(|_| row.get::<i64, _>(0).to_string());
            assert_eq!(found, value, "{pragma}");
        }
    }
}
