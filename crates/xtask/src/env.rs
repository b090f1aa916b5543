//! The one place where this tool reads its environment.
#![expect(
    clippy::disallowed_methods,
    reason = "these are a developer tool's own variables, not settings of the product"
)]

use std::{ffi::OsString, path::PathBuf};

/// The words after the program's name.
pub(crate) fn words() -> Vec<String> {
    std::env::args().skip(1).collect()
}

/// The directories that hold programs, in the order in which they are searched.
pub(crate) fn search_path() -> Vec<PathBuf> {
    let path: OsString = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect()
}

/// Where this user's programs keep what can be fetched again, after the XDG base
/// directory specification.
pub(crate) fn user_cache() -> Option<PathBuf> {
    directory("XDG_CACHE_HOME").or_else(|| Some(directory("HOME")?.join(".cache")))
}

fn directory(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
