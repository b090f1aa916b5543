//! Keys by which programs ask.

use uuid::Uuid;

use super::{Moment, Role, Team, TeamId};

/// Longest life of a key, in days.
pub const KEY_DAYS_MAX: u16 = 365;

/// What programs can be. Other roles are for people.
pub const KEY_ROLES: [Role; 1] = [Role::Embedder];

/// A key, without what makes it one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Row id.
    pub id: Uuid,
    /// Its first characters.
    pub hint: String,
    /// What it is for.
    pub name: String,
    /// What a program may do with it.
    pub role: Role,
    /// Whose rows it reaches.
    pub team: TeamId,
    /// When it was made.
    pub created: Moment,
    /// When it stops working by itself.
    pub expires: Moment,
    /// When it was last used, within a minute.
    pub used: Option<Moment>,
    /// When somebody took it back.
    pub revoked: Option<Moment>,
}

/// How a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Good,
    /// Its time is over.
    Expired,
    /// Somebody took it back.
    Revoked,
}

impl ApiKey {
    /// How it stands at `now`.
    #[must_use]
    pub fn state(&self, now: Moment) -> KeyState {
        match self.revoked {
            Some(_) => KeyState::Revoked,
            None if self.expires <= now => KeyState::Expired,
            None => KeyState::Good,
        }
    }
}

/// All keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeys {
    /// The keys, newest first.
    pub keys: Vec<ApiKey>,
    /// The teams, by name.
    pub teams: Vec<Team>,
    /// The server's time.
    pub now: Moment,
}
