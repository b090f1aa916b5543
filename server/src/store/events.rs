//! What the live stream tells, in order.

use app::model::{LiveEvent, Moment, SessionId, Standing};
use async_trait::async_trait;

use super::StoreError;
use crate::rights::Reach;

/// What the live stream tells.
#[async_trait]
pub trait Events: Send {
    /// Records that a session stands differently now.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn append_event(&mut self, session: SessionId, standing: Standing, at: Moment) -> Result<(), StoreError>;

    /// At most `limit` events of sessions within reach after the one numbered `since`, in order.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn events_after(&mut self, reach: Reach, since: u64, limit: u32) -> Result<Vec<LiveEvent>, StoreError>;

    /// Number of the last event; 0 before the first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn last_event(&mut self) -> Result<u64, StoreError>;
}
