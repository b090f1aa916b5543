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

/// The variables by which cargo tells this program about the package xtask. A cargo that is
/// started from here must not see them: build scripts that watch them (ring's does) would
/// take a build by `cargo xtask` for another one than a build by `cargo` alone.
pub(crate) fn of_this_package() -> impl Iterator<Item = OsString> {
    let names = std::env::vars_os().map(|(name, _)| name);
    names.filter(|name| {
        let name = name.to_string_lossy();
        name == "CARGO" || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|start| name.starts_with(start))
    })
}

/// Whether there is such a variable, for another program to read.
pub(crate) fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

/// Where this user's programs keep what can be fetched again, after the XDG base
/// directory specification.
pub(crate) fn user_cache() -> Option<PathBuf> {
    directory("XDG_CACHE_HOME").or_else(|| Some(directory("HOME")?.join(".cache")))
}

fn directory(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
