//! `server audit verify`: whether the chains hold.

use std::path::Path;

use uuid::Uuid;

use super::{
    chain::{Broken, Chain},
    heads::{Cut, Heads},
};
use crate::store::{Connection, OpenError, Store, StoreError};

/// Entries read at once.
const PIECE: u32 = 1_000;

/// Why the trail is not known to hold.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The trail was tampered with; find out by whom, and since when.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The end of a chain was cut off; find out by whom, and since when.
    #[error(transparent)]
    Cut(#[from] Cut),
    /// The database cannot be opened.
    #[error("setting data_dir: its database cannot be read")]
    Open(#[from] OpenError),
    /// The database cannot be read.
    #[error("the audit trail cannot be read")]
    Store(#[from] StoreError),
}

/// Looks at every chain of a database file, which a portal may be using, and whether
/// it goes as far as these heads say.
///
/// # Errors
/// As [`CheckError`] says.
pub async fn check_file(path: &Path, heads: &Heads) -> Result<Vec<Chain>, CheckError> {
    check(&mut *Store::look_into(path).await?, heads).await
}

/// Looks at every chain, and whether it goes as far as these heads say; answers the
/// chains with their last hashes.
///
/// # Errors
/// As [`CheckError`] says.
pub async fn check(connection: &mut Connection, heads: &Heads) -> Result<Vec<Chain>, CheckError> {
    let mut chains: Vec<Chain> = Vec::new();
    loop {
        let after = chains.last().map_or((Uuid::nil(), 0), |chain| (chain.id, chain.entries));
        let entries = connection.audit_in_chains(after, PIECE).await?;
        if entries.is_empty() {
            heads.reached(&chains)?;
            return Ok(chains);
        }
        for (record, hash) in &entries {
            Chain::of(&mut chains, record).follow(record, *hash)?;
            heads.compare(record, hash)?;
        }
    }
}
