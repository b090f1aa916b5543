//! What a plain form's POST found wrong. The server puts it into context and
//! renders the same page again, so that nothing typed is lost and nothing typed
//! goes into an address.

use crate::error::FieldError;

/// The set-up or sign-in form as it came in, passwords left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormOutcome {
    /// The name typed.
    pub name: String,
    /// The user name typed.
    pub username: String,
    /// One sentence above the form.
    pub message: Option<String>,
    /// Findings at fields: `name`, `username`, `password`, `token`.
    pub fields: Vec<FieldError>,
}

impl FormOutcome {
    /// The finding at `field`, if any.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|finding| finding.field == field).map(|finding| finding.message.as_str())
    }
}
