//! The key that signs heads: Ed25519, made at the first start.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::random::{Random, RandomError};

/// Its file in the data directory, for its owner alone: the seed, in hex.
const FILE: &str = "audit-heads.key";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum HeadsKeyError {
    /// Its file cannot be read or made.
    #[error("setting data_dir: {} cannot be read or made", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Its file holds something else.
    #[error("setting data_dir: {} holds no key; restore it, or move it away to get a new one", .0.display())]
    Damaged(PathBuf),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The key that signs heads.
pub struct HeadsKey(Ed25519KeyPair);

impl HeadsKey {
    /// Reads the key from the data directory, or makes one.
    ///
    /// # Errors
    /// As [`HeadsKeyError`] says.
    pub fn open(data_dir: &Path, random: &dyn Random) -> Result<Self, HeadsKeyError> {
        let path = data_dir.join(FILE);
        let fault = |source| HeadsKeyError::File { path: path.clone(), source };
        if !path.try_exists().map_err(fault)? {
            let seed: [u8; 32] = random.bytes()?;
            replace(&path, hex::encode(seed).as_bytes()).map_err(fault)?;
        }
        let text = fs::read_to_string(&path).map_err(fault)?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| HeadsKeyError::Damaged(path.clone()))?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map(Self).map_err(|_| HeadsKeyError::Damaged(path))
    }

    #[cfg(test)]
    pub(super) fn from_seed(seed: [u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap())
    }

    /// The public half, in hex: by it anybody can tell what this key signed.
    #[must_use]
    pub fn public(&self) -> String {
        hex::encode(self.0.public_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// Whether the key of this public half signed the message.
pub(super) fn verify(public: &str, message: &[u8], signature: &[u8]) -> bool {
    hex::decode(public).is_ok_and(|key| UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok())
}

/// Writes a file of mode 0600, whole or not at all, in place of the one that is there.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}
