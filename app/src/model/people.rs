//! The people at the desk, as an admin sees them.

use uuid::Uuid;

use super::{Moment, Role, TeamId};

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Its owner has not chosen a password yet.
    Invited,
    /// Its owner can sign in.
    Active,
    /// Its owner is kept out.
    Disabled,
}

impl AccountState {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invited => "Invited",
            Self::Active => "Active",
            Self::Disabled => "Disabled",
        }
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Row id.
    pub id: Uuid,
    /// Name to show.
    pub name: String,
    /// Name for signing in.
    pub username: String,
    /// The provider that says who they are, unless they have a password here.
    pub issuer: Option<String>,
    /// What they are.
    pub role: Role,
    /// Their team.
    pub team: TeamId,
    /// How the account stands.
    pub state: AccountState,
    /// Browsers that are signed in.
    pub sign_ins: u32,
    /// When they last did something in one of these.
    pub active_at: Option<Moment>,
    /// Whether they have a second factor here.
    pub has_factor: bool,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Row id.
    pub id: TeamId,
    /// Its name.
    pub name: String,
}

/// Everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The accounts, by name.
    pub people: Vec<Person>,
    /// The teams, by name.
    pub teams: Vec<Team>,
}
