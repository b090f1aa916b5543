//! Which passwords are taken (ASVS 6.2): long ones, whatever they are made of,
//! but none that an attacker tries first.

/// Fewest characters.
pub const LENGTH_MIN: usize = 12;
/// Most characters.
pub const LENGTH_MAX: usize = 256;

/// Words, names, and walks over the keyboard that common passwords are made of.
const COMMON_WORDS: &str = include_str!("common_words.txt");

/// What this product is called.
const PRODUCT: &str = "countersign";

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("Use at least {LENGTH_MIN} characters; a sentence is easy to remember.")]
    TooShort,
    /// Too long.
    #[error("Use at most {LENGTH_MAX} characters.")]
    TooLong,
    /// Contains the user name or the product's name.
    #[error("Do not use your user name or the name of this product in it.")]
    Telling,
    /// Made of what everybody uses.
    #[error("This is one of the first passwords that an attacker tries. Use words that do not belong together.")]
    Common,
}

/// Judges a new password of the person whose user name is `username`, which is in
/// lower case. The password is taken as it is: not trimmed, not normalised.
///
/// # Errors
/// Why it is not taken.
pub fn check(password: &str, username: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Err(WeakPassword::TooShort);
    }
    if length > LENGTH_MAX {
        return Err(WeakPassword::TooLong);
    }
    let lower = password.to_lowercase();
    if [PRODUCT, username].iter().any(|word| !word.is_empty() && lower.contains(word)) {
        return Err(WeakPassword::Telling);
    }
    if is_common(&lower) { Err(WeakPassword::Common) } else { Ok(()) }
}

/// Whether nothing is left of a password once digits, punctuation and common words
/// are taken away: `Password-2026!`, `qwerty123456`, `P@ssw0rdP@ssw0rd`.
fn is_common(lower: &str) -> bool {
    let is_telling = |c: &char| !c.is_ascii() || c.is_ascii_alphabetic();
    let letters: String = lower.chars().filter(is_telling).collect();
    let read_as_letters: String = lower.chars().map(as_letter).filter(is_telling).collect();
    is_repetitive(lower) || is_made_of_words(&letters) || is_made_of_words(&read_as_letters)
}

/// A digit or sign that people write for a letter, as that letter.
fn as_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

fn is_repetitive(text: &str) -> bool {
    let mut distinct: Vec<char> = text.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < 4
}

/// Whether `text` is a sequence of common words; the empty sequence is one.
fn is_made_of_words(text: &str) -> bool {
    // ends[i]: the first i bytes are such a sequence.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for start in 0..text.len() {
        if ends[start] && text.is_char_boundary(start) {
            for word in COMMON_WORDS.lines() {
                if text[start..].starts_with(word) {
                    ends[start + word.len()] = true;
                }
            }
        }
    }
    ends[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sl_14_takes_long_passwords_of_any_kind() {
        let long = "e".repeat(10) + &"correct horse ".repeat(17);
        for password in [
            "correct horse battery staple",
            "kløver under åtte elver",
            "  spaces at both ends  ",
            "null\0byte in the middle",
            "🐴🔋📎🧷🌊🌋🌌🌍🌎🌏🌐🌑",
            // Longer than the 72 bytes where other algorithms stop.
            "a sentence that goes on for quite a while, so that it is longer than 72 bytes in all",
            "tr0ub4dor&3xtra",
            &long[..200],
        ] {
            assert_eq!(check(password, "anna"), Ok(()), "{password:?}");
        }
    }

    #[test]
    fn sl_14_refuses_short_telling_and_common_ones() {
        for (password, weakness) in [
            ("elevenchars", WeakPassword::TooShort),
            // 12 bytes, but 6 characters.
            ("øøøøøø", WeakPassword::TooShort),
            (&"x1y2z3".repeat(43), WeakPassword::TooLong),
            ("my name is ANNA smith", WeakPassword::Telling),
            ("the-Countersign-desk", WeakPassword::Telling),
            ("Password2026!", WeakPassword::Common),
            ("P@ssw0rdP@ssw0rd", WeakPassword::Common),
            ("qwertyuiop123", WeakPassword::Common),
            ("letmein-welcome", WeakPassword::Common),
            ("SummerSunshine99", WeakPassword::Common),
            ("123456789012", WeakPassword::Common),
            ("2026-11-24 !!", WeakPassword::Common),
            ("eeeeeeeeeeeee", WeakPassword::Common),
            ("iloveyou iloveyou", WeakPassword::Common),
        ] {
            assert_eq!(check(password, "anna"), Err(weakness), "{password:?}");
        }
    }

    #[test]
    fn common_words_are_lower_case_letters() {
        assert!(COMMON_WORDS.lines().all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())));
    }
}
