//! Widgets, and tokens that were taken back.

use app::model::{Moment, SessionId, TeamId, Widget};
use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;

/// Rows of widgets, and what these show.
#[async_trait]
pub trait Widgets: Send {
    /// Stores a widget.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn add_widget(&mut self, widget: &Widget) -> Result<(), StoreError>;

    /// The widget of this public id, unless it was taken back.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn live_widget(&mut self, public_id: &str) -> Result<Option<Widget>, StoreError>;

    /// The widgets of a team, or of all; newest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn all_widgets(&mut self, team: Option<TeamId>) -> Result<Vec<Widget>, StoreError>;

    /// Takes a widget back.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn revoke_widget(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError>;

    /// Notes that a widget shows something.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn touch_widget(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError>;

    /// Takes a token back, and forgets those whose time is over anyway.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn revoke_token(&mut self, id: Uuid, expires: Moment, now: Moment) -> Result<(), StoreError>;

    /// Whether a token was taken back.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn is_token_revoked(&mut self, id: Uuid) -> Result<bool, StoreError>;

    /// The sent sessions of a team that can still be signed, the next due date first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn next_due(&mut self, team: TeamId, now: Moment, limit: u32) -> Result<Vec<SessionId>, StoreError>;

    /// The sessions of a team on the same documents as this one, itself included; oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn sessions_beside(&mut self, team: TeamId, session: SessionId) -> Result<Vec<SessionId>, StoreError>;

    /// Number of the last event of a team's session; 0 before the first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn last_event_of(&mut self, team: TeamId, session: SessionId) -> Result<u64, StoreError>;

    /// Number of the last event of a team; 0 before the first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn last_event_in(&mut self, team: TeamId) -> Result<u64, StoreError>;
}
