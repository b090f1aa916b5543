//! Changes that come by the clock alone: the due date passes, or the link dies before.

use crate::{state::Portal, store::StoreError};

/// Tells of sessions whose due date passed, or whose link died, since their last event.
///
/// # Errors
/// As [`StoreError`] says.
pub(super) async fn tell(portal: &Portal) -> Result<(), StoreError> {
    let now = portal.moment();
    if portal.store.read().await?.overtaken_by_the_clock(now).await?.is_empty() {
        return Ok(());
    }
    let mut change = portal.store.write().await?;
    for session in change.overtaken_by_the_clock(now).await? {
        change.save_session(&session, now).await?;
    }
    portal.commit(change).await
}
