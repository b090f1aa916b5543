//! The secret in the browser's cookie, and what the database knows of it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::random::{Random, RandomError};

/// The secret that a signed-in browser holds: 256 bits (ASVS 7.2.3).
/// Whoever has it is signed in.
#[derive(Clone)]
pub struct LoginToken(String);

impl LoginToken {
    /// A new one.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn new(random: &dyn Random) -> Result<Self, RandomError> {
        random.token256().map(Self)
    }

    /// Reads a cookie's value; `None` if it is none of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (URL_SAFE_NO_PAD.decode(text).ok()?.len() == 32).then(|| Self(text.to_owned()))
    }

    /// The cookie's value.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn id(&self) -> LoginId {
        LoginId(Sha256::digest(&self.0).into())
    }
}

impl std::fmt::Debug for LoginToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginToken([REDACTED])")
    }
}

/// A sign-in as the database knows it: SHA-256 of the token. In a request's
/// extensions, it says which sign-in the request came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoginId([u8; 32]);

impl LoginId {
    /// The sign-in of this digest.
    #[must_use]
    pub(crate) const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Begin of the digest, in hex: tells sign-ins apart, is of no use to anybody.
    #[must_use]
    pub fn handle(&self) -> String {
        self.0.first_chunk::<8>().map(hex::encode).unwrap_or_default()
    }

    /// The digest.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
