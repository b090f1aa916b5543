//! How far the portal got with sending a session.

use std::str::FromStr;

use app::model::Sending;

/// The portal's own record of a session's sending. Only [`Step::Sent`] sessions
/// have a state at the signing API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The plan is stored; nothing has left the portal.
    Planned,
    /// Documents are going, or went, to the API.
    Uploading,
    /// The request that creates the session went out, or was about to.
    Sending,
    /// That request's answer was lost.
    Unknown,
    /// The API has the session.
    Sent,
    /// It was not sent, and what reached the API is deleted or about to be.
    Failed,
    /// Somebody changed their mind before sending.
    Abandoned,
}

/// The text names no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such step")]
pub struct UnknownStep;

impl Step {
    /// All of them.
    pub const ALL: &[Self] =
        &[Self::Planned, Self::Uploading, Self::Sending, Self::Unknown, Self::Sent, Self::Failed, Self::Abandoned];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Uploading => "uploading",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// What it comes to for those who wait for a signature.
    #[must_use]
    pub const fn sending(self) -> Sending {
        match self {
            Self::Planned | Self::Uploading | Self::Sending => Sending::Underway,
            Self::Unknown => Sending::Unconfirmed,
            Self::Failed | Self::Abandoned => Sending::Failed,
            Self::Sent => Sending::Sent,
        }
    }

    /// Whether documents can still be exchanged and the whole be called off.
    #[must_use]
    pub const fn is_unsent(self) -> bool {
        matches!(self, Self::Planned | Self::Uploading)
    }

    /// Whether it has to be found out if the API has the session.
    #[must_use]
    pub const fn is_open_question(self) -> bool {
        matches!(self, Self::Sending | Self::Unknown)
    }
}

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(name: &str) -> Result<Self, UnknownStep> {
        Self::ALL.iter().copied().find(|step| step.name() == name).ok_or(UnknownStep)
    }
}
