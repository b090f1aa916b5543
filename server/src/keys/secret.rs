//! The key itself, and what the database knows of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::random::{Random, RandomError};

/// What keys begin with, so that people and scanners for secrets know one.
const PREFIX: &str = "csk_";
/// Characters of the secret: 256 bits as base64url.
const SECRET: usize = 43;
/// Characters after it: a mistyped or cut key is told from a wrong one.
const CHECKSUM: usize = 6;
/// Characters that may be shown for ever.
const HINT: usize = 8;

/// A key as a program holds it: `csk_`, 43 characters of secret, 6 of checksum.
#[derive(Clone)]
pub struct ApiSecret(String);

impl ApiSecret {
    /// A new one.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn new(random: &dyn Random) -> Result<Self, RandomError> {
        let secret = random.token256()?;
        let checksum = checksum(&secret);
        Ok(Self(format!("{PREFIX}{secret}{checksum}")))
    }

    /// Reads what a program sent; `None` if it is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (secret, sum) = text.strip_prefix(PREFIX)?.split_at_checked(SECRET)?;
        let is_ours = URL_SAFE_NO_PAD.decode(secret).ok()?.len() == 32 && sum == checksum(secret);
        is_ours.then(|| Self(text.to_owned()))
    }

    /// The key.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its first characters, to tell keys apart.
    #[must_use]
    pub fn hint(&self) -> &str {
        self.0.get(..HINT).unwrap_or_default()
    }

    /// What is stored of it. It is looked for by this, so that no time that is
    /// measured tells how much of a guess was right.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(&self.0).into())
    }
}

impl std::fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiSecret([REDACTED])")
    }
}

fn checksum(secret: &str) -> String {
    let mut sum = URL_SAFE_NO_PAD.encode(Sha256::digest(secret));
    sum.truncate(CHECKSUM);
    sum
}

/// A key as the database knows it: SHA-256 of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_key_is_read_as_it_is_shown_and_nothing_else_is() {
        let key = ApiSecret::new(&SystemRandom).unwrap();
        let text = key.expose().to_owned();
        assert_eq!(text.len(), PREFIX.len() + SECRET + CHECKSUM);
        assert_eq!(ApiSecret::parse(&text).unwrap().hash(), key.hash());
        assert!(text.starts_with(key.hint()) && !format!("{key:?}").contains(&text[HINT..]));
        for at in 0..text.len() {
            let mut other: Vec<char> = text.chars().collect();
            other[at] = if other[at] == 'A' { 'B' } else { 'A' };
            assert!(ApiSecret::parse(&String::from_iter(other)).is_none(), "{at}");
        }
        for bad in ["", "csk_", &text[1..], &text[..text.len() - 1], &format!("{text}A"), &format!("{text} "), "csk_é"]
        {
            assert!(ApiSecret::parse(bad).is_none(), "{bad}");
        }
    }
}
