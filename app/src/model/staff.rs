//! The person at the desk.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Permission, Role, Scope, TeamId};

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Row id of the account.
    pub id: Uuid,
    /// Name to show.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The team that owns what they make.
    pub team: TeamId,
}

impl Staff {
    /// Whether they have the permission at all.
    #[must_use]
    pub const fn may(&self, permission: Permission) -> bool {
        self.role.scope(permission).is_some()
    }

    /// Whether the permission covers what this person of this team made.
    #[must_use]
    pub fn may_with(&self, permission: Permission, owner: Uuid, team: TeamId) -> bool {
        match self.role.scope(permission) {
            None => false,
            Some(Scope::Own) => self.team == team && self.id == owner,
            Some(Scope::Team) => self.team == team,
            Some(Scope::All) => true,
        }
    }
}
