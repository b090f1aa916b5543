//! Languages by their own names.

use contract::Language;

/// What speakers call the language; an unknown one by its code.
#[must_use]
pub fn language_name(language: &Language) -> &str {
    match language {
        Language::Da => "Dansk",
        Language::De => "Deutsch",
        Language::En => "English",
        Language::Fi => "Suomi",
        Language::Nb => "Norsk bokmål",
        Language::Nn => "Norsk nynorsk",
        Language::Sv => "Svenska",
        Language::Other(code) => code,
    }
}
