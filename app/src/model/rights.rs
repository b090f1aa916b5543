//! Who may do what. One table for pages, which show what may be done, and for the
//! server, which refuses the rest.

use serde::{Deserialize, Serialize};

/// What somebody is at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks on.
    Viewer,
    /// Sends documents, and looks after those it sent.
    Sender,
    /// Looks after all that its team sends.
    Manager,
    /// Does everything in all teams, and says who may do what.
    Admin,
    /// Reads in all teams what was done, and by whom; opens no document.
    Auditor,
    /// A program that shows its own sessions in pages of others.
    Embedder,
}

/// Something that may be allowed or not. Every address names one (see the server's `rights`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See sessions: titles, signers, states.
    SeeSessions,
    /// Download documents and results.
    OpenFiles,
    /// Plan sessions, upload their documents, send them, call them off.
    Send,
    /// See a signer's link, by which one can act as the signer.
    SeeLinks,
    /// Read and export the audit trail.
    ReadAudit,
    /// Invite people, give them roles and teams, disable them.
    ManagePeople,
    /// Make API keys and take them back.
    ManageKeys,
    /// See how the system does.
    SeeStatus,
    /// Make widgets and take them back.
    ManageWidgets,
    /// Let pages of others show how sessions stand.
    Embed,
}

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What one made oneself.
    Own,
    /// What one's team made.
    Team,
    /// What all teams made.
    All,
}

impl Role {
    /// All of them, from few rights to many.
    pub const ALL: &[Self] = &[Self::Viewer, Self::Sender, Self::Manager, Self::Admin, Self::Auditor, Self::Embedder];

    /// How far the role's permission goes; none when it has not got it. Written so
    /// that a new role or permission does not compile until it has its place here.
    #[must_use]
    pub const fn scope(self, permission: Permission) -> Option<Scope> {
        match permission {
            Permission::SeeSessions => match self {
                Self::Embedder => Some(Scope::Own),
                Self::Viewer | Self::Sender | Self::Manager => Some(Scope::Team),
                Self::Admin | Self::Auditor => Some(Scope::All),
            },
            Permission::OpenFiles => match self {
                Self::Viewer | Self::Sender | Self::Manager => Some(Scope::Team),
                Self::Admin => Some(Scope::All),
                Self::Auditor | Self::Embedder => None,
            },
            Permission::Send | Permission::SeeLinks => match self {
                Self::Sender => Some(Scope::Own),
                Self::Manager => Some(Scope::Team),
                Self::Admin => Some(Scope::All),
                Self::Viewer | Self::Auditor | Self::Embedder => None,
            },
            Permission::ReadAudit => match self {
                Self::Admin | Self::Auditor => Some(Scope::All),
                Self::Viewer | Self::Sender | Self::Manager | Self::Embedder => None,
            },
            Permission::ManagePeople | Permission::ManageKeys | Permission::SeeStatus => match self {
                Self::Admin => Some(Scope::All),
                Self::Viewer | Self::Sender | Self::Manager | Self::Auditor | Self::Embedder => None,
            },
            Permission::ManageWidgets => match self {
                Self::Manager => Some(Scope::Team),
                Self::Admin => Some(Scope::All),
                Self::Viewer | Self::Sender | Self::Auditor | Self::Embedder => None,
            },
            Permission::Embed => match self {
                Self::Embedder => Some(Scope::Team),
                Self::Admin => Some(Scope::All),
                Self::Viewer | Self::Sender | Self::Manager | Self::Auditor => None,
            },
        }
    }

    /// Its name in forms and in the database.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Sender => "sender",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::Embedder => "embedder",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.slug() == slug)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Sender => "Sender",
            Self::Manager => "Manager",
            Self::Admin => "Admin",
            Self::Auditor => "Auditor",
            Self::Embedder => "Embedder",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERMISSIONS: [Permission; 10] = [
        Permission::SeeSessions,
        Permission::OpenFiles,
        Permission::Send,
        Permission::SeeLinks,
        Permission::ReadAudit,
        Permission::ManagePeople,
        Permission::ManageKeys,
        Permission::SeeStatus,
        Permission::ManageWidgets,
        Permission::Embed,
    ];

    #[test]
    fn an_admin_may_do_everything_everywhere() {
        for permission in PERMISSIONS {
            assert_eq!(Role::Admin.scope(permission), Some(Scope::All), "{permission:?}");
        }
    }

    #[test]
    fn nobody_but_senders_managers_and_admins_changes_anything() {
        for role in [Role::Viewer, Role::Auditor, Role::Embedder] {
            for permission in [Permission::Send, Permission::SeeLinks, Permission::ManagePeople, Permission::ManageKeys]
            {
                assert_eq!(role.scope(permission), None, "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Role::from_slug(role.slug()), Some(*role));
        }
        assert_eq!(Role::from_slug("root"), None);
    }
}
