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
    /// Waits for another session that will never be signed.
    Stuck,
    /// The signer can act.
    Ready,
    /// The signing link died before the due date.
    LinkExpired,
    /// The due date passed without a signature.
    Overdue,
    /// Signed; the sealed package is being made.
    Packaging,
    /// Signed; the sealed package could not be made.
    PackageFailed,
    /// Signed, with all that belongs to it.
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
        Self::Stuck,
        Self::LinkExpired,
        Self::Overdue,
        Self::Packaging,
        Self::PackageFailed,
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
            Self::Stuck => "stuck",
            Self::Ready => "ready",
            Self::LinkExpired => "link-expired",
            Self::Overdue => "overdue",
            Self::Packaging => "packaging",
            Self::PackageFailed => "package-failed",
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
            Self::Stuck => "Can never proceed",
            Self::Ready => "Ready to sign",
            Self::LinkExpired => "Link expired",
            Self::Overdue => "Overdue",
            Self::Packaging => "Signed, being packaged",
            Self::PackageFailed => "Signed, no package",
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
            Self::Stuck => {
                "It waits for somebody who can no longer sign, so nobody will ever be able to sign it. Send it again without them."
            }
            Self::Ready => "The signer can open the signing link and sign.",
            Self::LinkExpired => {
                "The signing link no longer works, though the due date is still to come. A link cannot be renewed: send it again for a new one."
            }
            Self::Overdue => {
                "The due date passed without a signature. The link no longer works; send it again to go on."
            }
            Self::Packaging => {
                "The signer signed. The signing service is sealing documents and signatures into one file, which appears here by itself."
            }
            Self::PackageFailed => {
                "The signer signed, and the signatures stand. The signing service did not make the sealed package: download the signatures themselves."
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
            Self::Packaging | Self::Signed => Tone::Good,
            Self::BeingConfirmed | Self::LinkExpired | Self::Overdue | Self::PackageFailed | Self::Unknown => {
                Tone::Warning
            }
            Self::NotSent | Self::Rejected | Self::Stuck => Tone::Bad,
        }
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::NotSent | Self::Rejected | Self::Gone) || self.is_signed()
    }

    /// Whether the signer signed.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Packaging | Self::PackageFailed | Self::Signed)
    }

    /// Whether the signing link is of use.
    #[must_use]
    pub const fn has_link(self) -> bool {
        matches!(self, Self::Ready | Self::Blocked)
    }
}
