//! The list of sessions, narrowed and cut into pages.

use app::model::{ListFilter, Moment};
use async_trait::async_trait;

use super::{SessionRecord, StoreError};
use crate::rights::Reach;

/// What a list found.
#[derive(Debug)]
pub struct Found {
    /// The sessions of one page, newest first.
    pub sessions: Vec<SessionRecord>,
    /// Sessions on all pages.
    pub total: u64,
    /// The page, from 1: the one asked for, or the last one before it.
    pub page: u32,
}

/// The list.
#[async_trait]
pub trait Lists: Send {
    /// Lists sessions within reach, as they stand at `now`. Plans that somebody abandoned are not shown.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn list_sessions(&mut self, reach: Reach, filter: &ListFilter, now: Moment) -> Result<Found, StoreError>;
}
