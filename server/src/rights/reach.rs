//! Whose rows a request may touch.

use app::{
    error::{ErrorKind, PortalError},
    model::{Permission, Scope, Staff, TeamId},
};
use uuid::Uuid;

use crate::keys::Program;

/// Whose rows may be touched. Made of somebody's permission, or by the portal for
/// its own work; the store finds nothing outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    team: Option<TeamId>,
    owner: Option<Uuid>,
}

impl Reach {
    /// The portal's own work, for which nobody asked: it keeps all sessions.
    pub const PORTAL: Self = Self { team: None, owner: None };

    /// What this person may touch by this permission.
    ///
    /// # Errors
    /// `Forbidden`: nothing at all.
    pub fn of(staff: &Staff, permission: Permission) -> Result<Self, PortalError> {
        match staff.role.scope(permission) {
            Some(Scope::Own) => Ok(Self { team: Some(staff.team), owner: Some(staff.id) }),
            Some(Scope::Team) => Ok(Self { team: Some(staff.team), owner: None }),
            Some(Scope::All) => Ok(Self { team: None, owner: None }),
            None => {
                Err(PortalError::new(ErrorKind::Forbidden, "Your role does not allow this. An admin can change it."))
            }
        }
    }

    /// What a program may touch by this permission: what its key's team made.
    ///
    /// # Errors
    /// `Forbidden`: nothing at all.
    pub fn of_program(program: &Program, permission: Permission) -> Result<Self, PortalError> {
        match program.role.scope(permission) {
            Some(_) => Ok(Self { team: Some(program.team), owner: None }),
            None => Err(PortalError::new(ErrorKind::Forbidden, "The role of this API key does not allow this.")),
        }
    }

    /// What a token of this team's widget may touch.
    pub(crate) const fn of_team(team: TeamId) -> Self {
        Self { team: Some(team), owner: None }
    }

    /// Whether all that this team made is within it.
    pub(crate) fn covers(self, team: TeamId) -> bool {
        self.owner.is_none() && self.team.is_none_or(|only| only == team)
    }

    /// The one team, unless it is all of them.
    pub(crate) const fn only_team(self) -> Option<TeamId> {
        self.team
    }

    /// The one team, unless it is all of them. For SQL, where nothing narrows nothing.
    pub(crate) fn team(self) -> Option<Uuid> {
        self.team.map(|team| team.0)
    }

    /// The one owner, unless it is everybody.
    pub(crate) const fn owner(self) -> Option<Uuid> {
        self.owner
    }
}

#[cfg(test)]
mod tests {
    use app::model::Role;

    use super::*;

    #[test]
    fn az_01_reaches_as_far_as_the_table_says() {
        let staff = |role| Staff { id: Uuid::from_u128(1), name: "A".into(), role, team: TeamId(Uuid::from_u128(2)) };
        let of = |role| Reach::of(&staff(role), Permission::Send).map(|reach| (reach.team(), reach.owner())).ok();
        let (id, team) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        assert_eq!(of(Role::Sender), Some((team, id)));
        assert_eq!(of(Role::Manager), Some((team, None)));
        assert_eq!(of(Role::Admin), Some((None, None)));
        assert_eq!(of(Role::Viewer), None);
    }
}
