//! What a plain form's POST found wrong. The server puts it into context and
//! renders the same page again, so that nothing typed is lost and nothing typed
//! goes into an address.

use crate::error::FieldError;

/// A form as it came in, passwords left out, or what it led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormOutcome {
    /// The name typed.
    pub name: String,
    /// The user name typed.
    pub username: String,
    /// One sentence above the form.
    pub message: Option<String>,
    /// Findings at fields: `name`, `username`, `password`, `token`, `team-name`,
    /// and those of [`Confirmation`].
    pub fields: Vec<FieldError>,
    /// A link or a key to show, once.
    pub link: Option<SecretLink>,
    /// A second factor to set up.
    pub offer: Option<FactorOffer>,
    /// Recovery codes to show, once.
    pub codes: Option<RecoveryCodes>,
}

/// A page that leads on by itself, to an address of ours or a provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    /// The address.
    pub to: String,
    /// What the link says, for browsers that do not go by themselves.
    pub label: String,
}

impl Onward {
    /// Leads to this address.
    #[must_use]
    pub fn to(to: &str, label: String) -> Self {
        Self { to: to.to_owned(), label }
    }
}

/// An invitation's link, or an API key: whoever has it can use it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretLink(pub String);

impl std::fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretLink([REDACTED])")
    }
}

/// A second factor that counts once a code of it was right.
#[derive(Clone, PartialEq, Eq)]
pub struct FactorOffer {
    /// The secret, to type: base32 in groups of four.
    pub secret: String,
    /// Side of the QR code, in squares.
    pub qr_size: usize,
    /// Its dark squares, as the path of an SVG.
    pub qr_path: String,
}

impl std::fmt::Debug for FactorOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorOffer([REDACTED])")
    }
}

/// Codes for when the second factor is lost; each works once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes([REDACTED])")
    }
}

/// An act that is done only for somebody who has just shown who they are, and what
/// that takes. The server puts it into context of the page that asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Where the form goes: to the act itself, if that is a form, which is done then.
    pub action: String,
    /// What was typed into the act's own form, passwords left out.
    pub carried: Vec<(String, String)>,
    /// Where to go instead.
    pub back: String,
    /// Whether the password is asked for.
    pub password: bool,
    /// Whether a code of the second factor is asked for.
    pub code: bool,
}

impl Confirmation {
    /// The field of the password.
    pub const PASSWORD: &str = "confirm-password";
    /// The field of the code.
    pub const CODE: &str = "confirm-code";
}

impl FormOutcome {
    /// The finding at `field`, if any.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|finding| finding.field == field).map(|finding| finding.message.as_str())
    }
}
