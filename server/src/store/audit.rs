//! The audit trail's rows. They are only ever added; triggers refuse all else.

use app::model::AuditFilter;
use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;
use crate::{
    audit::{Chain, Record},
    rights::Reach,
};

/// An entry's row.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its place in the order of all entries.
    pub id: i64,
    /// The entry.
    pub record: Record,
    /// Its hash.
    pub hash: [u8; 32],
    /// The name that the account has now, if an account did it.
    pub name: Option<String>,
}

/// The audit trail.
#[async_trait]
pub trait AuditTrail: Send {
    /// Number and hash of a chain's last entry; 0 and zeros before the first. Within the
    /// one transaction that may write, so that no two entries follow the same one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn audit_head(&mut self, chain: Uuid) -> Result<(u64, [u8; 32]), StoreError>;

    /// All chains, each with its number of entries and its last entry's hash.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn audit_heads(&mut self) -> Result<Vec<Chain>, StoreError>;

    /// Adds an entry.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn append_audit(&mut self, record: &Record, hash: [u8; 32]) -> Result<(), StoreError>;

    /// The entries of one page within reach, newest first, and how many there are on all.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn audit_page(&mut self, reach: Reach, filter: &AuditFilter) -> Result<(Vec<Stored>, u64, u32), StoreError>;

    /// At most `limit` entries within reach after the one at `after`, oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn audit_after(
        &mut self,
        reach: Reach,
        filter: &AuditFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError>;

    /// At most `limit` entries of all chains, in the order of chain and number, after
    /// the one named.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn audit_in_chains(&mut self, after: (Uuid, u64), limit: u32) -> Result<Vec<(Record, [u8; 32])>, StoreError>;
}
