//! What the built site weighs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    error::Error,
    fs,
    layout::Layout,
    site::{self, BROTLI_SUFFIX, PACKAGE},
};

/// A file's size in bytes.
#[derive(Debug)]
pub(super) struct Measured {
    pub raw: u64,
    /// As it travels; the raw size where there is no brotli form.
    pub brotli: u64,
}

/// Every file of the site, by its path in it without the directory that is named for
/// the content: `pkg/countersign.js`, `favicon.svg`.
pub(super) fn site(layout: &Layout) -> Result<BTreeMap<String, Measured>, Error> {
    let package = site::current(layout)?;
    let mut measured = BTreeMap::new();
    for path in fs::files_below(&layout.site)? {
        let name = match (path.strip_prefix(&package), path.strip_prefix(&layout.site)) {
            (Ok(name), _) => Path::new(PACKAGE).join(name),
            (_, Ok(name)) if name.starts_with(PACKAGE) => continue,
            (_, Ok(name)) => name.to_path_buf(),
            (_, Err(_)) => continue,
        };
        let name = name.to_string_lossy().into_owned();
        if name.ends_with(BROTLI_SUFFIX) {
            continue;
        }
        let raw = size(&path)?;
        let mut compressed = path.into_os_string();
        compressed.push(BROTLI_SUFFIX);
        let compressed = PathBuf::from(compressed);
        let brotli = if compressed.exists() { size(&compressed)? } else { raw };
        measured.insert(name, Measured { raw, brotli });
    }
    Ok(measured)
}

fn size(path: &Path) -> Result<u64, Error> {
    let metadata = path.metadata().map_err(fs::cannot("measure", path))?;
    Ok(metadata.len())
}
