//! Where things are.

use std::path::{Path, PathBuf};

use crate::{env, error::Error, fs};

/// The directories that the commands work on; all paths are absolute.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The workspace.
    pub root: PathBuf,
    /// Cargo's directory for the host's release builds, where this program lies too.
    pub release: PathBuf,
    /// Cargo's target directory for what runs in browsers. It is separate because
    /// another compiler may build it.
    pub wasm: PathBuf,
    /// What browsers load, ready to be served.
    pub site: PathBuf,
    /// Intermediate files and stamps of these commands.
    pub work: PathBuf,
    /// What this user's clones share and can always be made again.
    pub cache: PathBuf,
}

impl Layout {
    pub(crate) fn find() -> Result<Self, Error> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default();
        // Where cargo put this program tells the target directory, however it was set.
        let program = std::env::current_exe().map_err(fs::cannot("find", Path::new("xtask")))?;
        let release = program.parent().map(Path::to_path_buf).unwrap_or_default();
        let target = release.parent().map(Path::to_path_buf).unwrap_or_default();
        let cache = env::user_cache().map_or_else(|| target.join("cache"), |dir| dir.join("countersign"));
        Ok(Self {
            wasm: target.join("wasm"),
            site: target.join("site"),
            work: target.join("xtask"),
            root,
            release,
            cache,
        })
    }
}
