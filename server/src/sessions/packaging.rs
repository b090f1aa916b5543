//! How the sealed package of a session stands.

use std::str::FromStr;

/// How the sealed package of a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Packaging {
    /// None was asked for.
    #[default]
    None,
    /// It is still to come.
    Awaited,
    /// It is among the results.
    Made,
    /// It did not come in time, or the service said that it cannot be made.
    Failed,
}

/// The text names none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such standing of a package")]
pub struct UnknownPackaging;

impl Packaging {
    /// All of them.
    pub const ALL: &[Self] = &[Self::None, Self::Awaited, Self::Made, Self::Failed];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Awaited => "awaited",
            Self::Made => "made",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for Packaging {
    type Err = UnknownPackaging;

    fn from_str(name: &str) -> Result<Self, UnknownPackaging> {
        Self::ALL.iter().copied().find(|packaging| packaging.name() == name).ok_or(UnknownPackaging)
    }
}
