//! Rows: one SQLite file in WAL mode, one connection that writes, a few that read.
//!
//! Reading functions take `now` and see only what is neither deleted nor past its
//! time, so that no answer depends on when the sweep last ran.

pub(crate) mod archive;
pub(crate) mod collections;
pub(crate) mod deliveries;
pub(crate) mod documents;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod packages;
pub(crate) mod sessions;
mod snapshot;
pub(crate) mod subscriptions;
pub(crate) mod sweep;
pub(crate) mod visits;

use std::{io, path::Path, sync::Arc, time::Duration};

use contract::Sha256Digest;
use sqlx::{
    Connection as _, SqlSafeStr, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteOperation, SqlitePoolOptions, SqliteSynchronous},
};
use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::private_files;

/// How many connections read at once.
const READERS: u32 = 4;
/// How much of the file readers map, in bytes. They share these pages with the system instead of copying each one for each
/// statement, which is most of what a scan of an index costs otherwise. The system takes them back when it needs them.
const MAPPED_BYTES: &str = "268435456";
/// How long a connection waits for the file's lock; only another process could hold it.
const BUSY: Duration = Duration::from_secs(5);

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The database refused or failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A row holds something that this code never writes.
    #[error("a stored row has a bad {0}")]
    Corrupt(&'static str),
    /// A row's JSON cannot be read or written.
    #[error("a stored row's JSON is bad")]
    Json(#[from] serde_json::Error),
}

/// The database.
pub(crate) struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    news: Arc<Notify>,
}

impl Store {
    /// Opens the database file, makes it with mode 0600 if it is missing, and brings its tables up to date.
    pub(crate) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        match private_files::new_file().open(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(sqlx::Error::Io(error)),
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let news = Arc::new(Notify::new());
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .after_connect({
                let news = Arc::clone(&news);
                move |connection, _| {
                    let news = Arc::clone(&news);
                    Box::pin(async move {
                        connection.lock_handle().await?.set_update_hook(move |change| {
                            if change.operation != SqliteOperation::Delete
                                && matches!(change.table, "delivery" | "session" | "subscription")
                            {
                                news.notify_one();
                            }
                        });
                        Ok(())
                    })
                }
            })
            .after_release(|connection, _| Box::pin(is_free(connection)))
            .connect_with(options.clone())
            .await?;
        migrations().run(&writer).await?;
        let reading = options.read_only(true).pragma("mmap_size", MAPPED_BYTES);
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(reading).await?;
        Ok(Self { writer, readers, news })
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// The one transaction that may write at a time. Dropped without a commit, it is rolled back.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Waits until a delivery, a session or a subscription was written, since the last time that somebody waited; for one waiter.
    ///
    /// It may end before that is committed, and come to nothing. Whoever then asks for the
    /// transaction that may write gets it after the commit, and sees what there is to see.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Closes all connections; what was committed is on disk already.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Whether a connection is in no transaction; others are closed. When the disk is full or fails, SQLite rolls back by
/// itself and has no transaction any more, but sqlx 0.9 counts it on, and the connection would begin no other one ever.
async fn is_free(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction that was dropped may still be on its way back.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// The tables' history. Written out because `sqlx::migrate!` would compile SQLite a second time, for the macro.
fn migrations() -> Migrator {
    let versions = [
        (1, "initial", include_str!("../../migrations/0001_initial.sql")),
        (2, "packages", include_str!("../../migrations/0002_packages.sql")),
        (3, "events", include_str!("../../migrations/0003_events.sql")),
        (4, "reading", include_str!("../../migrations/0004_reading.sql")),
        (5, "session list", include_str!("../../migrations/0005_session_list.sql")),
    ];
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(versions.map(migration).into())
}

/// A moment as it is stored. Moments beyond what fits (year 2262) become the last one that does.
pub(crate) fn nanos(moment: OffsetDateTime) -> i64 {
    let nanos = moment.unix_timestamp_nanos();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// A stored moment.
fn moment(nanos: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp_nanos(nanos.into()).map_err(|_| StoreError::Corrupt("time"))
}

/// A stored id.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt("id"))
}

/// A stored SHA-256.
fn digest(hex: &str) -> Result<Sha256Digest, StoreError> {
    let bytes = hex::decode(hex).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(Sha256Digest::new).ok_or(StoreError::Corrupt("digest"))
}
