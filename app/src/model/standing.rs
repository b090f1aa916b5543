//! How a session stands, in the words that staff see.

use serde::{Deserialize, Serialize};

/// How a session stands. Derived on the server from the API's lifecycle state,
/// the portal's own record and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Documents are on their way; nothing is sent yet.
    Sending,
    /// Sent, but the API's answer was lost; the portal is finding out.
    BeingConfirmed,
    /// Sending failed, and nothing is left of it at the API.
    NotSent,
    /// Waits for other sessions.
    Blocked,
    /// The signer can act.
    Ready,
    /// The due date passed without a signature.
    Overdue,
    /// Signed.
    Signed,
    /// Rejected by the signer.
    Rejected,
    /// The API no longer has it.
    Gone,
    /// In a state that this version does not know.
    Unknown,
}

/// The colour family of a standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do or to know.
    Quiet,
    /// Under way.
    Active,
    /// Done as hoped.
    Good,
    /// Wants a look.
    Warning,
    /// Went wrong.
    Bad,
}

impl Standing {
    /// All of them, in the order of a filter list.
    pub const ALL: &[Self] = &[
        Self::Ready,
        Self::Blocked,
        Self::Overdue,
        Self::Signed,
        Self::Rejected,
        Self::Sending,
        Self::BeingConfirmed,
        Self::NotSent,
        Self::Gone,
        Self::Unknown,
    ];

    /// The name in addresses, attributes and the database.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::BeingConfirmed => "being-confirmed",
            Self::NotSent => "not-sent",
            Self::Blocked => "blocked",
            Self::Ready => "ready",
            Self::Overdue => "overdue",
            Self::Signed => "signed",
            Self::Rejected => "rejected",
            Self::Gone => "gone",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|standing| standing.slug() == slug)
    }

    /// The word on the badge.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sending => "Sending",
            Self::BeingConfirmed => "Being confirmed",
            Self::NotSent => "Not sent",
            Self::Blocked => "Waiting for others",
            Self::Ready => "Ready to sign",
            Self::Overdue => "Overdue",
            Self::Signed => "Signed",
            Self::Rejected => "Rejected",
            Self::Gone => "No longer available",
            Self::Unknown => "Unknown",
        }
    }

    /// What it means and what happens next, in one sentence.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Sending => "The documents are being uploaded; the signer cannot see them yet.",
            Self::BeingConfirmed => {
                "The signing service did not answer in time. We are finding out whether it has the session; please do not send it again."
            }
            Self::NotSent => {
                "Sending did not succeed, and nothing of it is left at the signing service. You can send it again."
            }
            Self::Blocked => "Other signers come first; this one can sign when they have.",
            Self::Ready => "The signer can open the signing link and sign.",
            Self::Overdue => {
                "The due date passed without a signature. The link no longer works; send it again to go on."
            }
            Self::Signed => {
                "The signer signed. Download the results before the due date, when the signing service deletes them."
            }
            Self::Rejected => "The signer refused to sign. This is final.",
            Self::Gone => "The signing service no longer has this session.",
            Self::Unknown => "The signing service reports a state that this version does not know.",
        }
    }

    /// The colour family of the badge.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Sending | Self::Blocked | Self::Gone => Tone::Quiet,
            Self::Ready => Tone::Active,
            Self::Signed => Tone::Good,
            Self::BeingConfirmed | Self::Overdue | Self::Unknown => Tone::Warning,
            Self::NotSent | Self::Rejected => Tone::Bad,
        }
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::NotSent | Self::Signed | Self::Rejected | Self::Gone)
    }

    /// Whether the signing link is of use.
    #[must_use]
    pub const fn has_link(self) -> bool {
        matches!(self, Self::Ready | Self::Blocked)
    }
}
