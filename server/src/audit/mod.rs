//! The audit trail: who did what, when, to what, from where, and what came of it.
//!
//! An entry is written in the transaction of the change that it tells of: both are
//! there, or neither. Entries of a team form a chain without gaps, each carrying a
//! hash over the one before, so that an edit, a removal or another order shows
//! ([`check`]). Entries hold ids, never names, titles, links or passwords.

mod act;
mod by;
mod chain;
mod check;
mod export;
pub mod heads;
mod record;

use app::model::{Moment, TeamId};

use crate::{
    state::Portal,
    store::{StoreError, Write},
};

pub use act::{Act, Subject};
pub use by::{By, TraceId};
pub use chain::{Broken, Chain, Fault};
pub use check::{CheckError, check, check_file};
pub(crate) use export::routes;
pub use record::Record;

impl Portal {
    /// Records an act in a team's chain. Part of the change that the act makes.
    ///
    /// # Errors
    /// As [`StoreError`] says; then `change` must not be committed.
    pub(crate) async fn record(&self, change: &mut Write, team: TeamId, by: &By, act: Act) -> Result<(), StoreError> {
        record(change, self.moment(), Some(team), by, act).await
    }

    /// Records an act of nobody's team.
    ///
    /// # Errors
    /// As [`StoreError`] says; then `change` must not be committed.
    pub(crate) async fn record_at_large(&self, change: &mut Write, by: &By, act: Act) -> Result<(), StoreError> {
        record(change, self.moment(), None, by, act).await
    }
}

/// Records an act in the chain of a team, or of the portal as a whole.
///
/// # Errors
/// As [`StoreError`] says; then `change` must not be committed.
pub async fn record(
    change: &mut Write,
    now: Moment,
    team: Option<TeamId>,
    by: &By,
    act: Act,
) -> Result<(), StoreError> {
    let chain = team.map_or_else(uuid::Uuid::nil, |team| team.0);
    let (seq, before) = change.audit_head(chain).await?;
    let record = Record::new(chain, seq + 1, now, by, act);
    change.append_audit(&record, chain::link(&before, &record)).await
}
