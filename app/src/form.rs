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
    /// Findings at fields: `name`, `username`, `password`, `token`, `team-name`.
    pub fields: Vec<FieldError>,
    /// A link to show, once.
    pub link: Option<SecretLink>,
}

/// An invitation's link: whoever has it can take the account.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretLink(pub String);

impl std::fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretLink([REDACTED])")
    }
}

impl FormOutcome {
    /// The finding at `field`, if any.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|finding| finding.field == field).map(|finding| finding.message.as_str())
    }
}
