//! Heads are signed once a day, into a file that operators take elsewhere.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use super::{HeadsKey, Line, signed};
use crate::{state::Portal, store::StoreError};

/// The file in the data directory.
pub const FILE: &str = "audit-heads.jsonl";
/// How often it is looked whether a day has passed.
const LOOK: Duration = Duration::from_secs(600);
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Why no heads were signed.
#[derive(Debug, thiserror::Error)]
pub enum DailyError {
    /// The database failed; try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written; is there room?
    #[error("the file of signed heads cannot be written")]
    File(#[from] io::Error),
}

/// Signs heads once a day, until the portal stops.
pub(crate) async fn run(portal: Arc<Portal>, key: HeadsKey) {
    let mut ticks = tokio::time::interval(LOOK);
    while portal.shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        match sign_if_due(&portal, &key).await {
            Ok(0) => {}
            Ok(chains) => tracing::info!(chains, key = key.public(), "the heads of the audit trail are signed"),
            Err(error) => {
                tracing::error!(error = %crate::error::chain(&error), "the heads of the audit trail cannot be signed");
            }
        }
    }
}

/// Adds the heads of all chains to the file, unless some were added in the last day;
/// answers how many.
///
/// # Errors
/// As [`DailyError`] says.
pub async fn sign_if_due(portal: &Portal, key: &HeadsKey) -> Result<usize, DailyError> {
    let path = portal.config.data_dir.join(FILE);
    let now = portal.moment();
    let before = read(&path)?;
    // What cannot be read is no head: then there are more.
    let last = before.lines().rev().find_map(|line| serde_json::from_str::<Line>(line).ok()).map(|line| line.head.at);
    if last.is_some_and(|last| now.0.saturating_sub(last.0) < DAY) {
        return Ok(0);
    }
    let chains = portal.store.read().await?.audit_heads().await?;
    super::key::replace(&path, (before + &signed(&chains, key, now)).as_bytes())?;
    Ok(chains.len())
}

fn read(path: &Path) -> io::Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}
