//! Steps that are skipped while their inputs and outputs stay as they were.
//!
//! A stamp holds the SHA-256 of everything that went into a step. Contents count,
//! not times: a fresh clone or a switched branch changes times alone.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{error::Error, fs, layout::Layout};

/// The inputs of a step, so far.
#[derive(Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    /// Something other than a file: flags, versions.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text);
        self
    }

    /// A file's name and content.
    pub(crate) fn file(self, path: &Path) -> Result<Self, Error> {
        let digest = Sha256::digest(fs::read(path)?);
        let name = path.file_name().unwrap_or_default();
        Ok(self.text(&name.to_string_lossy()).text(&hex::encode(digest)))
    }

    /// Every file below a directory.
    pub(crate) fn files_below(mut self, dir: &Path) -> Result<Self, Error> {
        for path in fs::files_below(dir)? {
            let place = path.strip_prefix(dir).unwrap_or(&path);
            self = self.text(&place.to_string_lossy()).file(&path)?;
        }
        Ok(self)
    }

    /// The digest of all inputs, lower-case hex.
    pub(crate) fn digest(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// Does `work` unless the step `name` was last done from the same `inputs` and all
/// its `outputs` are still there. Says whether there was anything to do.
pub(crate) fn unless_fresh(
    layout: &Layout,
    name: &str,
    inputs: Inputs,
    outputs: &[PathBuf],
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<bool, Error> {
    let stamp = layout.work.join("stamps").join(name);
    let digest = inputs.digest();
    let known = std::fs::read_to_string(&stamp).unwrap_or_default();
    if known == digest && outputs.iter().all(|path| path.exists()) {
        return Ok(false);
    }
    work()?;
    fs::write(&stamp, digest)?;
    Ok(true)
}
