//! Copying the database while it is used.

use std::{
    io,
    path::{Path, PathBuf},
};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{BUSY, create_private};

/// File beside the database that is written when it was copied; its time tells when.
pub(crate) const LAST_BACKUP: &str = "last-backup";

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("setting data_dir: there is no database {}", .0.display())]
    Missing(PathBuf),
    /// There is something already where the copy should go.
    #[error("{} exists already; a copy never replaces anything", .0.display())]
    Exists(PathBuf),
    /// The copy's file cannot be made.
    #[error("{} cannot be made", .path.display())]
    Target {
        /// Where the copy should go.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// The database cannot be read, or the copy not be written.
    #[error("the database cannot be copied")]
    Database(#[from] sqlx::Error),
}

/// Copies the file `database` to the file `target`, which must not exist. The
/// copy is of one moment, whole and compact, for its owner alone; the portal may run
/// meanwhile and is not held up.
///
/// # Errors
/// As [`BackupError`] says.
pub async fn backup(database: &Path, target: &Path) -> Result<(), BackupError> {
    if !database.is_file() {
        return Err(BackupError::Missing(database.to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    create_private(target).map_err(|source| BackupError::Target { path: target.to_owned(), source })?;
    let options = SqliteConnectOptions::new().filename(database).busy_timeout(BUSY).create_if_missing(false);
    let mut connection = options.connect().await?;
    sqlx::query("VACUUM INTO ?").bind(target.to_string_lossy()).execute(&mut connection).await?;
    connection.close().await?;
    let note = database.with_file_name(LAST_BACKUP);
    std::fs::write(&note, "").map_err(|source| BackupError::Target { path: note, source })
}
