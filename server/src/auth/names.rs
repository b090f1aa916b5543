//! Names of people and accounts, as they are stored and compared.

use unicode_normalization::UnicodeNormalization;

/// Most characters of a name.
const NAME_MAX: usize = 100;
/// Fewest characters of a user name.
const USER_MIN: usize = 3;
/// Most characters of a user name.
const USER_MAX: usize = 64;

/// Why a name is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// A name to show is missing, too long, or has invisible characters.
    #[error("Write a name of 1 to {NAME_MAX} characters.")]
    Name,
    /// A user name is too short, too long, or has other characters.
    #[error("Use {USER_MIN} to {USER_MAX} letters, digits, or . _ - @ signs.")]
    User,
}

/// A name to show: trimmed, NFC.
///
/// # Errors
/// [`BadName::Name`].
pub fn display(text: &str) -> Result<String, BadName> {
    let name: String = text.trim().nfc().collect();
    let is_good = (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(is_invisible);
    if is_good { Ok(name) } else { Err(BadName::Name) }
}

/// A user name as it is compared: trimmed, NFKC, lower case.
///
/// # Errors
/// [`BadName::User`].
pub fn user(text: &str) -> Result<String, BadName> {
    let name: String = text.trim().to_lowercase().nfkc().collect();
    let is_good = (USER_MIN..=USER_MAX).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'));
    if is_good { Ok(name) } else { Err(BadName::User) }
}

/// Control characters, and those that turn the direction of the text around them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_one_form() {
        for (text, stored) in [
            (" Anna ", Ok("anna")),
            ("ÅSE", Ok("åse")),
            ("A\u{30a}se", Ok("åse")),
            ("ａｎｎａ", Ok("anna")),
            ("a@b.no", Ok("a@b.no")),
        ] {
            assert_eq!(user(text), stored.map(str::to_owned), "{text:?}");
        }
        for text in ["", "ab", "anna smith", "anna<b>", "an\0na", &"a".repeat(65)] {
            assert_eq!(user(text), Err(BadName::User), "{text:?}");
        }
    }

    #[test]
    fn names_to_show_hide_nothing() {
        assert_eq!(display("  Åse Ødegård "), Ok("Åse Ødegård".to_owned()));
        for text in ["", "   ", "a\nb", "a\u{202e}b", &"a".repeat(101)] {
            assert_eq!(display(text), Err(BadName::Name), "{text:?}");
        }
    }
}
