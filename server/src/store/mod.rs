//! Rows: what is kept, behind traits, so that more than one database can keep it.
//!
//! Each kind of row has a file here, with the rows' types and a trait that says what
//! can be asked and changed, and a file of the same name in `sqlite` with the SQL that
//! does it. A new kind is such a pair, and its trait a line in [`Rows`].
//!
//! The methods of all traits meet on one [`Connection`], so their names say what they
//! are about: `team_exists`, `insert_team`; who has a connection needs no import to
//! call them. They take and give our own types, nothing of sqlx or of one database:
//! moments not numbers, [`StoreError`] not anything else.
//!
//! Functions that read take a connection from [`Store::read`]; functions that write
//! take one from [`Store::write`], so that callers decide what is one transaction. Handed
//! on to a function about rows, it is `&mut *read` or `&mut *write`.

pub mod audit;
pub mod backlog;
pub mod collections;
pub mod events;
pub mod factors;
pub mod invitations;
pub mod keys;
pub mod logins;
pub mod providers;
pub mod sessions;
mod sqlite;
pub mod staff;
pub mod teams;
pub mod webhooks;
pub mod widgets;

use std::{
    error::Error,
    fmt, io,
    ops::{Deref, DerefMut},
    path::Path,
    sync::Arc,
};

use async_trait::async_trait;

pub(crate) use sqlite::LAST_BACKUP;
pub use sqlite::{BackupError, backup};

/// All kinds of rows.
pub trait Rows:
    audit::AuditTrail
    + collections::Collections
    + backlog::Backlogs
    + events::Events
    + factors::Factors
    + invitations::Invitations
    + keys::Keys
    + logins::Logins
    + providers::Providers
    + sessions::Lists
    + sessions::Sessions
    + sessions::documents::Documents
    + sessions::health::Health
    + sessions::leftovers::Leftovers
    + sessions::results::Results
    + staff::Accounts
    + teams::Teams
    + webhooks::Webhooks
    + widgets::Widgets
    + Send
    + Sync
{
}

/// What functions about rows run on.
pub type Connection = dyn Rows;

/// What went wrong in the database.
pub type Cause = Box<dyn Error + Send + Sync>;

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
    Unavailable(#[source] Cause),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made or opened.
    #[error("the database file cannot be made or opened")]
    File(#[from] io::Error),
    /// It is no database of ours, or damaged.
    #[error("the database cannot be opened")]
    Database(#[source] Cause),
    /// Its tables cannot be brought up to date; perhaps a newer version made them.
    #[error("the database's tables cannot be brought up to date")]
    Migrate(#[source] Cause),
}

/// What can keep rows.
#[async_trait]
pub trait Database: fmt::Debug + Send + Sync {
    /// As [`Store::read`].
    ///
    /// # Errors
    /// As [`Store::read`].
    async fn read(&self) -> Result<Read, StoreError>;

    /// As [`Store::write`].
    ///
    /// # Errors
    /// As [`Store::write`].
    async fn write(&self) -> Result<Write, StoreError>;

    /// As [`Store::check`].
    ///
    /// # Errors
    /// As [`Store::check`].
    async fn check(&self) -> Result<(), StoreError>;

    /// As [`Store::close`].
    async fn close(&self);
}

/// A transaction, which rolls back when it is dropped.
#[async_trait]
pub trait Transaction: Send {
    /// The rows as it sees them.
    fn rows(&self) -> &Connection;

    /// The rows as it sees them, to read and change.
    fn rows_mut(&mut self) -> &mut Connection;

    /// Makes its changes last.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing happened.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Rows to read, all as of one moment.
pub struct Read(Box<dyn Transaction>);

/// The transaction that may write. Dropped without a commit, it is rolled back.
pub struct Write(Box<dyn Transaction>);

impl Write {
    /// Makes its changes last.
    ///
    /// # Errors
    /// As [`StoreError`] says; then nothing happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await
    }
}

impl Deref for Read {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.rows()
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.rows_mut()
    }
}

impl Deref for Write {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.rows()
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.rows_mut()
    }
}

/// The database.
#[derive(Debug, Clone)]
pub struct Store(Arc<dyn Database>);

impl Store {
    /// Opens the database file, makes it with mode 0600 if it is missing, and
    /// brings its tables up to date.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self(Arc::new(sqlite::File::open(path).await?)))
    }

    /// Reads a database file, made by whomever, and changes nothing.
    ///
    /// # Errors
    /// As [`OpenError`] says.
    pub async fn look_into(path: &Path) -> Result<Read, OpenError> {
        sqlite::File::look_into(path).await
    }

    /// Rows to read, all as of one moment. What is committed later is not in them.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn read(&self) -> Result<Read, StoreError> {
        self.0.read().await
    }

    /// Begins the one transaction that may write at a time; others wait. Commit it,
    /// or nothing happened. Never hold it across a call to another service.
    ///
    /// # Errors
    /// The database is out of reach, or too many wait.
    pub async fn write(&self) -> Result<Write, StoreError> {
        self.0.write().await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.0.check().await
    }

    /// Closes all connections; what was committed is on disk already.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
