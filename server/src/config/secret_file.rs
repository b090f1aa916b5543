//! Secrets in files.

use std::path::PathBuf;

use secrecy::SecretString;

use super::load::{ConfigError, wrong};

/// A file that holds a secret and nothing else.
#[derive(Debug, Clone)]
pub struct SecretFile {
    /// The setting that names it.
    pub setting: String,
    /// Where it is.
    pub path: PathBuf,
}

impl SecretFile {
    /// Reads the secret, without the line break that editors add.
    ///
    /// # Errors
    /// Every user of the machine can read it, or the portal cannot, or it is empty.
    pub fn read(&self) -> Result<SecretString, ConfigError> {
        let Self { setting, path } = self;
        // A secret that everybody can read is none.
        #[cfg(unix)]
        if let Ok(metadata) = std::fs::metadata(path)
            && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o007 != 0
        {
            let finding = format!("{} can be read by every user of this machine; run chmod 600 on it", path.display());
            return Err(wrong(setting, finding));
        }
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            setting: setting.clone(),
            path: path.clone(),
            source,
        })?;
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.trim().is_empty() {
            return Err(wrong(setting, format!("{} is empty", path.display())));
        }
        Ok(SecretString::from(secret))
    }
}
