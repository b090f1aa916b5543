//! What is still to be done, and how large all is.

use app::model::Moment;
use async_trait::async_trait;

use super::StoreError;

/// What is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Sessions of which it is not known whether the signing API has them.
    pub unconfirmed: u64,
    /// Things that must go from the API.
    pub leftovers: u64,
    /// Since when the oldest of them must.
    pub leftover_since: Option<Moment>,
}

/// Numbers for those who run the portal.
#[async_trait]
pub trait Backlogs: Send {
    /// What is still to be done.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn backlog(&mut self) -> Result<Backlog, StoreError>;

    /// Size of the database, in bytes.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn database_bytes(&mut self) -> Result<u64, StoreError>;
}
