//! Rows: one SQLite file in WAL mode, one connection that writes, a few that read.
//!
//! Each kind of row has a file here, with the rows' types and a trait that says what
//! can be asked and changed, and a file of the same name in `sqlite` with the SQL that
//! does it. The methods of all traits meet on one connection, so their names say what
//! they are about: `team_exists`, `insert_team`. They take and give our own types,
//! nothing of sqlx or of one database: moments not numbers, [`StoreError`] not
//! anything else.
//!
//! Functions that read take a connection from [`Store::read`]; functions that write
//! take one from [`Store::write`], so that callers decide what is one transaction.

pub mod audit;
pub mod backlog;
mod backup;
pub mod events;
pub mod invitations;
pub mod keys;
pub mod logins;
pub mod sessions;
mod sqlite;
pub mod staff;
pub mod teams;
pub mod webhooks;

use std::{io, path::Path, time::Duration};

use sqlx::{
    ConnectOptions, SqlSafeStr, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use backup::LAST_BACKUP;
pub use backup::{BackupError, backup};

/// How many connections read at once.
const READERS: u32 = 4;
/// How long a connection waits for the file's lock; only another process could hold it.
const BUSY: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it is refused.
const ACQUIRE: Duration = Duration::from_secs(5);

/// What functions of this folder run on.
pub type Connection = SqliteConnection;
/// A connection for reading.
pub type Read = PoolConnection<Sqlite>;
/// The transaction that may write. Dropped without a commit, it is rolled back.
pub type Write = Transaction<'static, Sqlite>;

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is such a row already; tell the person, or read it.
    #[error("there is such a row already")]
    Duplicate,
    /// A row holds something that this code never writes.
    #[error("a stored row has a bad {0}")]
    Corrupt(&'static str),
    /// The database is out of reach or failed; try again later.
    #[error("the database failed")]
    Unavailable(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => Self::Duplicate,
            _ => Self::Unavailable(error),
        }
    }
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made or opened.
    #[error("the database file cannot be made or opened")]
    File(#[from] io::Error),
    /// The file is no database of ours, or damaged.
    #[error("the database cannot be opened")]
    Database(#[from] sqlx::Error),
    /// Its tables cannot be brought up to date; perhaps a newer version made them.
    #[error("the database's tables cannot be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Store {
    /// Opens the database file, makes it with mode 0600 if it is missing, and
    /// brings its tables up to date.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        create_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let pool = || SqlitePoolOptions::new().acquire_timeout(ACQUIRE);
        let writer = pool().max_connections(1).connect_with(options.clone()).await?;
        migrations().run(&writer).await?;
        let readers = pool().max_connections(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, readers })
    }

    /// A connection that reads a database file, made by whomever, and changes nothing.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub async fn look_into(path: &Path) -> Result<Connection, OpenError> {
        Ok(SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY).connect().await?)
    }

    /// A connection for reading.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn read(&self) -> Result<Read, StoreError> {
        self.readers.acquire().await.map_err(StoreError::Unavailable)
    }

    /// Begins the one transaction that may write at a time; others wait. Commit it,
    /// or nothing happened. Never hold it across a call to another service.
    ///
    /// # Errors
    /// The database is out of reach, or too many wait.
    pub async fn write(&self) -> Result<Write, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(StoreError::Unavailable)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&mut *self.read().await?).await?;
        Ok(())
    }

    /// Closes all connections; what was committed is on disk already.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// The tables' history, oldest first. Written out because `sqlx::migrate!` would
/// compile SQLite a second time, for the macro.
fn migrations() -> Migrator {
    let history = [
        (1, "staff and logins", include_str!("../../migrations/0001_staff_and_logins.sql")),
        (2, "sessions", include_str!("../../migrations/0002_sessions.sql")),
        (3, "rights", include_str!("../../migrations/0003_rights.sql")),
        (4, "audit", include_str!("../../migrations/0004_audit.sql")),
        (5, "invitations", include_str!("../../migrations/0005_invitations.sql")),
        (10, "webhooks", include_str!("../../migrations/0010_webhooks.sql")),
        (7, "factors", include_str!("../../migrations/0007_factors.sql")),
        (8, "API keys", include_str!("../../migrations/0008_api_keys.sql")),
    ];
    let history = history.into_iter().map(|(version, name, sql)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(history.collect())
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
