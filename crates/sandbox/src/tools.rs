//! Other people's programs, which judge in tests what this crate makes.
//!
//! `cargo xtask setup` installs them all. Whoever tests without it is told what is missing:
//! a judge that does not come is never taken for one that agrees.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Output},
};

/// Runs a program in a directory. A program that is missing fails the test with the name of its Debian package.
pub(crate) fn run(
    dir: &Path,
    program: &str,
    package: &str,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Output {
    let command = Command::new(program).args(arguments).current_dir(dir).output();
    command.unwrap_or_else(|error| {
        panic!(
            "the judge {program} does not run ({error}); `cargo xtask setup` installs it, or on Debian: \
             apt-get install {package}"
        )
    })
}
