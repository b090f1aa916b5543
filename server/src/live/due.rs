//! The one change that comes by the clock alone: the due date passes.

use crate::{state::Portal, store::StoreError};

/// Tells of sessions whose due date passed since their last event.
///
/// # Errors
/// As [`StoreError`] says.
pub(super) async fn tell(portal: &Portal) -> Result<(), StoreError> {
    let now = portal.moment();
    if portal.store.read().await?.newly_overdue(now).await?.is_empty() {
        return Ok(());
    }
    let mut change = portal.store.write().await?;
    for session in change.newly_overdue(now).await? {
        change.save_session(&session, now).await?;
    }
    portal.commit(change).await
}
