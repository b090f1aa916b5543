//! Teams: the owners of what people make.

use app::model::{Team, TeamId};
use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;

/// Teams.
#[async_trait]
pub trait Teams: Send {
    /// Makes a team.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the name is taken; otherwise as [`StoreError`] says.
    async fn insert_team(&mut self, id: TeamId, name: &str, now: OffsetDateTime) -> Result<(), StoreError>;

    /// Whether there is such a team.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn team_exists(&mut self, id: TeamId) -> Result<bool, StoreError>;

    /// The team of this name.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn team_named(&mut self, name: &str) -> Result<Option<TeamId>, StoreError>;

    /// All teams, by name.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn teams(&mut self) -> Result<Vec<Team>, StoreError>;
}
