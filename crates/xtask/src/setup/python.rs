//! Python's judges, in an environment of their own below `target/xtask`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::apt;
use crate::{
    error::Error,
    fs,
    layout::Layout,
    proc::Run,
    say,
    stamp::{self, Inputs},
};

/// Some 40 MB of wheels, to be unpacked on a machine that may be busy.
const DOWNLOAD: Duration = Duration::from_secs(600);

/// The XML schemas of XAdES. They come with the source of a judge, and nowhere else that
/// a registry carries.
const SCHEMAS: [&str; 2] =
    ["signxml/schemas/xmldsig-core-schema.xsd", "signxml/xades/schemas/XAdES01903v132-201601.xsd"];

/// Where the environment is. Its programs are in `bin`; tests look for it here
/// (`crates/sandbox/src/judges.rs`).
pub(crate) fn environment(layout: &Layout) -> PathBuf {
    layout.work.join("python")
}

/// Makes the environment that `crates/xtask/python/requirements.txt` describes, unless it is there.
pub(crate) fn ensure(layout: &Layout) -> Result<(), Error> {
    let requirements = layout.root.join("crates/xtask/python/requirements.txt");
    let home = environment(layout);
    let schemas = home.join("schemas");
    // An environment only works with the Python that made it.
    let inputs = Inputs::default().text(&python()?).file(&requirements)?;
    let outputs = SCHEMAS.map(|schema| schemas.join(schema)).into_iter().chain([home.join("bin/python")]);
    stamp::unless_fresh(layout, "python", inputs, &outputs.collect::<Vec<_>>(), || {
        say::step("installing the judges from PyPI", || {
            Run::new("python3").args(["-m", "venv", "--clear"]).arg(&home).go()?;
            pip(&home, "install").args(["--no-deps", "--only-binary", ":all:", "--requirement"]).arg(&requirements).go()
        })?;
        say::step("fetching the schemas of XAdES", || fetch_schemas(&home, &requirements, &schemas))
    })
    .map(drop)
}

/// The version of a Python that can make environments.
fn python() -> Result<String, Error> {
    const PROBE: &str = "import ensurepip, sys, venv; print(sys.version)";
    let probe = || Run::new("python3").args(["-c", PROBE]).output();
    probe().or_else(|_| {
        say::step("installing Python", || {
            apt::install(&["python3-venv"], "install Python 3.10 or newer with its modules venv and ensurepip")
        })?;
        probe()
    })
}

fn pip(home: &Path, command: &str) -> Run {
    Run::new(home.join("bin/python"))
        .args(["-m", "pip", command, "--quiet", "--disable-pip-version-check"])
        .within(DOWNLOAD)
}

/// The source package has them, the installed one does not.
fn fetch_schemas(home: &Path, requirements: &Path, schemas: &Path) -> Result<(), Error> {
    let source = home.join("source");
    pip(home, "download")
        .args(["--no-deps", "--no-binary", "signxml", "signxml", "--constraint"])
        .arg(requirements)
        .arg("--dest")
        .arg(&source)
        .go()?;
    for archive in fs::files_below(&source)? {
        Run::new(home.join("bin/python")).args(["-m", "tarfile", "--extract"]).arg(&archive).arg(&source).go()?;
    }
    let unpacked = fs::files_below(&source)?;
    for schema in SCHEMAS {
        let file = unpacked.iter().find(|path| path.ends_with(schema)).ok_or_else(|| Error::Content {
            path: source.clone(),
            reason: format!("the source package holds no {schema}"),
        })?;
        fs::write(&schemas.join(schema), fs::read(file)?)?;
    }
    fs::remove_dir(&source)
}
