//! One round by hand, with what it found.

use app::model::{SessionId, Standing};

use super::{Round, round};
use crate::{
    rights::Reach,
    sessions::Step,
    state::Portal,
    store::{StoreError, sessions::SessionRecord},
};

/// A session that stands otherwise than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The session.
    pub session: SessionId,
    /// How it stood.
    pub before: Standing,
    /// How it stands.
    pub after: Standing,
}

/// Asks the API about every session that can still change or that is an open question.
/// None if it does not answer.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn reconcile(portal: &Portal) -> Result<Option<Vec<Change>>, StoreError> {
    let mut read = portal.store.read().await?;
    let mut open: Vec<SessionRecord> = read.open_sessions().await?;
    open.extend(read.sessions_in_steps([Step::Sending, Step::Unknown]).await?);
    drop(read);
    let began = portal.moment();
    if round(portal).await? == Round::Silent {
        return Ok(None);
    }
    let mut read = portal.store.read().await?;
    let mut changes = Vec::new();
    for before in open {
        let Some(after) = read.session(Reach::PORTAL, before.id).await? else { continue };
        let change =
            Change { session: before.id, before: before.standing(began), after: after.standing(portal.moment()) };
        if change.before != change.after {
            changes.push(change);
        }
    }
    Ok(Some(changes))
}
