//! Secrets that the portal must read again, sealed with a key that is not in the
//! database: who has a copy of the database alone cannot read them.
//!
//! The key is a file in the data folder. AES-256-GCM with random nonces; what a
//! secret is for, and whose it is, is bound to it.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::random::{Random, RandomError};

/// Length of the key, in bytes.
const KEY_BYTES: usize = 32;

/// Seals secrets, and opens them again.
pub struct Vault {
    key: LessSafeKey,
}

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("{} cannot be read or made", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Others can read it: make it private.
    #[error("{} can be read by other users of this machine; run chmod 600 on it", .0.display())]
    Public(PathBuf),
    /// It holds something else: put the right one in its place.
    #[error("{} is no key of this portal: it must have 32 bytes; put the right one in its place", .0.display())]
    Wrong(PathBuf),
    /// It is gone, and rows were sealed with it: put it back, or give them up.
    #[error(
        "{} is missing, and people have second factors that were sealed with it; put it back, \
         or remove these factors with `server factors forget`", .0.display()
    )]
    Lost(PathBuf),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl Vault {
    /// Opens the key at `path`, or makes one if there is none and nothing was sealed yet.
    ///
    /// # Errors
    /// As [`KeyError`] says.
    pub fn open(path: PathBuf, is_needed: bool, random: &dyn Random) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.clone(), source };
        let key = match std::fs::read(&path) {
            Ok(key) => key,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Err(_) if is_needed => return Err(KeyError::Lost(path)),
            Err(_) => {
                let key: [u8; KEY_BYTES] = random.bytes()?;
                write_private(&path, &key).map_err(failed)?;
                key.to_vec()
            }
        };
        #[cfg(unix)]
        {
            let metadata = std::fs::metadata(&path).map_err(failed)?;
            if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
                return Err(KeyError::Public(path));
            }
        }
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| KeyError::Wrong(path))?;
        Ok(Self { key: LessSafeKey::new(key) })
    }

    /// Seals a secret: nonce, ciphertext and tag. `whose` must be said again to open it.
    ///
    /// # Errors
    /// There is no randomness.
    pub(super) fn seal(&self, random: &dyn Random, whose: &[u8], secret: &[u8]) -> Result<Vec<u8>, RandomError> {
        let nonce: [u8; NONCE_LEN] = random.bytes()?;
        let mut sealed = secret.to_vec();
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        match self.key.seal_in_place_append_tag(nonce_used, Aad::from(whose), &mut sealed) {
            Ok(()) => Ok([&nonce, sealed.as_slice()].concat()),
            // For secrets of gigabytes alone, which there are none of; nothing opens to nothing.
            Err(ring::error::Unspecified) => Ok(Vec::new()),
        }
    }

    /// Opens what was sealed with this key for the same purpose; `None` if it was not.
    pub(super) fn unseal(&self, whose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut opened = sealed.to_vec();
        let length =
            self.key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(whose), &mut opened).ok()?.len();
        opened.truncate(length);
        Some(opened)
    }
}

fn write_private(path: &Path, key: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn vault(path: &Path, is_needed: bool) -> Result<Vault, KeyError> {
        Vault::open(path.to_owned(), is_needed, &SystemRandom)
    }

    #[test]
    fn sl_18_what_is_sealed_opens_for_the_same_purpose_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let sealed = vault(&path, false).unwrap().seal(&SystemRandom, b"anna", b"a secret").unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"a secret"));
        let vault = vault(&path, true).unwrap();
        assert_eq!(vault.unseal(b"anna", &sealed).as_deref(), Some(b"a secret".as_slice()));
        assert_eq!(vault.unseal(b"berit", &sealed), None);
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert_eq!(vault.unseal(b"anna", &changed), None, "{i}");
            assert_eq!(vault.unseal(b"anna", &sealed[..i]), None, "{i}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn sl_18_the_key_is_its_owners_alone_and_is_not_made_anew_in_silence() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        assert!(matches!(vault(&path, true), Err(KeyError::Lost(_))));
        vault(&path, false).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(matches!(vault(&path, true), Err(KeyError::Public(_))));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&path, "too short").unwrap();
        assert!(matches!(vault(&path, true), Err(KeyError::Wrong(_))));
    }
}
