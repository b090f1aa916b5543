//! Judges that are libraries of other languages, called by the scripts of `tests/judges`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::tools;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges");

/// Runs a script of `tests/judges` by Python; gives what it prints.
pub(crate) fn python(dir: &Path, script: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let mut command = Command::new(python_environment().join("bin/python"));
    // Its own words are read as UTF-8, whatever the machine's language.
    command.env("PYTHONUTF8", "1").arg(Path::new(SCRIPTS).join(script)).args(arguments).current_dir(dir);
    said(command.output().unwrap())
}

/// Runs a Java program of `tests/judges`; gives what it prints.
pub(crate) fn java(dir: &Path, program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let program = Path::new(SCRIPTS).join(program).into_os_string();
    let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
    said(tools::run(dir, "java", "default-jdk-headless", std::iter::once(program).chain(arguments)))
}

/// Where `cargo xtask setup` has put Python's judges (crates/xtask/src/setup/python.rs): in the target directory
/// in which this test lies too, however that was set.
pub(crate) fn python_environment() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let environments = test.ancestors().map(|above| above.join("xtask/python"));
    environments.into_iter().find(|path| path.join("bin/python").is_file()).unwrap_or_else(|| {
        panic!("Python's judges (pyHanko, signxml) are not installed; `cargo xtask setup` installs them")
    })
}

fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
