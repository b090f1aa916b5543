//! The keys that tokens are signed with. They are their own: a token of widgets is
//! good for nothing else, and nothing else makes one.

use std::{io, path::Path};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::random::{Random, RandomError};

/// The file of the keys in the data directory.
const FILE: &str = "embed.keys";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read or made.
    #[error("embed.keys in the data directory cannot be read or made")]
    File(#[from] io::Error),
    /// The file holds something else.
    #[error("embed.keys in the data directory has a line that is no key: 64 hexadecimal digits make one")]
    Line,
    /// There is no randomness to make one.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The keys of one portal, the newest first: it signs, all verify.
pub struct SigningKeys(Vec<Key>);

struct Key {
    id: String,
    secret: [u8; 32],
}

impl SigningKeys {
    /// Reads the keys below the data directory, or makes the first, its owner's alone.
    /// Another is put in use by a new first line; it takes a restart.
    ///
    /// # Errors
    /// As [`KeysError`] says.
    pub fn open(data_dir: &Path, random: &dyn Random) -> Result<Self, KeysError> {
        let path = data_dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{}\n", hex::encode(random.bytes::<32>()?));
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                io::Write::write_all(&mut options.open(&path)?, text.as_bytes())?;
                text
            }
            Err(error) => return Err(error.into()),
        };
        let keys = text.split_whitespace().map(|line| {
            let mut secret = [0; 32];
            hex::decode_to_slice(line, &mut secret).map_err(|_| KeysError::Line)?;
            Ok(Key::new(secret))
        });
        let keys = keys.collect::<Result<Vec<_>, KeysError>>()?;
        if keys.is_empty() { Err(KeysError::Line) } else { Ok(Self(keys)) }
    }

    /// The name of the key that signs.
    pub(super) fn current(&self) -> &str {
        self.0.first().map_or("", |key| &key.id)
    }

    /// Signs by the newest key.
    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        self.0.first().and_then(|key| key.mac(text)).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
    }

    /// Whether the key of this name signed the text. Takes as long whatever is wrong.
    pub(super) fn verify(&self, key: &str, text: &str, signature: &[u8]) -> bool {
        let key = self.0.iter().find(|known| known.id == key);
        key.and_then(|key| key.mac(text)).is_some_and(|mac| mac.verify_slice(signature).is_ok())
    }
}

impl Key {
    fn new(secret: [u8; 32]) -> Self {
        let mut id = hex::encode(Sha256::digest(secret));
        id.truncate(16);
        Self { id, secret }
    }

    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        // Keys of any length are taken.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn the_first_key_is_made_and_an_older_one_still_verifies() {
        let dir = tempfile::tempdir().unwrap();
        let first = SigningKeys::open(dir.path(), &SystemRandom).unwrap();
        let signature = first.sign("text");
        let again = SigningKeys::open(dir.path(), &SystemRandom).unwrap();
        assert!(again.verify(first.current(), "text", &signature));

        let path = dir.path().join(FILE);
        let old = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{}\n{old}", "ab".repeat(32))).unwrap();
        let rotated = SigningKeys::open(dir.path(), &SystemRandom).unwrap();
        assert_ne!(rotated.current(), first.current());
        assert!(rotated.verify(first.current(), "text", &signature));
        assert!(!rotated.verify(rotated.current(), "text", &signature));
        assert!(!rotated.verify(first.current(), "other", &signature));
        assert!(!rotated.verify("", "text", &signature) && !rotated.verify(first.current(), "text", &[]));
        for bad in ["", "x", &"ab".repeat(31)] {
            std::fs::write(&path, bad).unwrap();
            assert!(SigningKeys::open(dir.path(), &SystemRandom).is_err(), "{bad}");
        }
        #[cfg(unix)]
        {
            let other = tempfile::tempdir().unwrap();
            SigningKeys::open(other.path(), &SystemRandom).unwrap();
            let mode = std::fs::metadata(other.path().join(FILE)).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
        }
    }
}
