//! The one change that comes by the clock alone: the due date passes.

use crate::{
    state::Portal,
    store::{StoreError, sessions},
};

/// Tells of sessions whose due date passed since their last event.
///
/// # Errors
/// As [`StoreError`] says.
pub(super) async fn tell(portal: &Portal) -> Result<(), StoreError> {
    let now = portal.moment();
    if sessions::newly_overdue(&mut *portal.store.read().await?, now).await?.is_empty() {
        return Ok(());
    }
    let mut change = portal.store.write().await?;
    for session in sessions::newly_overdue(&mut change, now).await? {
        sessions::save(&mut change, &session, now).await?;
    }
    portal.commit(change).await
}
