//! Fetches what a fresh machine lacks. Everything here looks first and does nothing,
//! in milliseconds, where there is nothing to do.

mod apt;
mod browser;
mod debian_wasm;
mod npm;
mod python;
mod wasm;

use std::{path::PathBuf, time::Duration};

pub(crate) use python::environment as python;
pub(crate) use wasm::{TARGET, Toolchain};

use crate::{
    error::Error,
    layout::Layout,
    proc::{self, Run},
    say,
};

/// Playwright's oldest supported Node line.
const OLDEST_NODE: u32 = 20;

/// A download that hangs is given up after this long.
const DOWNLOAD: Duration = Duration::from_secs(60);

/// What the tests need beyond what the site needs.
pub(crate) struct ForTests {
    pub toolchain: Toolchain,
    /// Without one, Playwright finds its own.
    chromium: Option<PathBuf>,
}

impl ForTests {
    /// Tells a program which browser to drive.
    pub(crate) fn with_browser(&self, run: Run) -> Run {
        match &self.chromium {
            Some(chromium) => run.env("E2E_CHROMIUM", chromium),
            None => run,
        }
    }
}

/// All that building the browser's files takes.
pub(crate) fn for_site(layout: &Layout) -> Result<Toolchain, Error> {
    require_node()?;
    let toolchain = wasm::ensure(layout)?;
    npm::install(layout, &layout.root.join("crates/xtask/npm"), "the site's tools")?;
    Ok(toolchain)
}

/// Programs that share no code with ours and judge signatures and packages, each with
/// its Debian package.
const JUDGES: [(&str, &str); 9] = [
    ("certutil", "libnss3-tools"),
    ("javac", "default-jdk-headless"),
    ("openssl", "openssl"),
    ("pdfdetach", "poppler-utils"),
    ("pdfsig", "poppler-utils"),
    ("pdftoppm", "poppler-utils"),
    ("qpdf", "qpdf"),
    ("xmllint", "libxml2-utils"),
    ("xmlsec1", "xmlsec1"),
];

/// All that running every test takes.
pub(crate) fn for_tests(layout: &Layout) -> Result<ForTests, Error> {
    for component in ["rustfmt", "clippy"] {
        require_component(component)?;
    }
    let toolchain = for_site(layout)?;
    wasm::ensure_clippy(toolchain)?;
    let end2end = layout.root.join("end2end");
    npm::install(layout, &end2end, "the browser tests' tools")?;
    let chromium = browser::ensure(&end2end)?;
    for (program, package) in JUDGES {
        if proc::find(&[program]).is_none() {
            say::step(&format!("installing {program}"), || {
                apt::install(&[package], &format!("install {program}, which judges what the sandbox makes"))
            })?;
        }
    }
    python::ensure(layout)?;
    Ok(ForTests { toolchain, chromium })
}

fn require_node() -> Result<(), Error> {
    let missing = |what: String| Error::Missing {
        what,
        remedy: format!("install Node.js {OLDEST_NODE} or newer, with npm (https://nodejs.org)"),
    };
    let Ok(version) = Run::new("node").arg("--version").output() else {
        return Err(missing("Node.js".to_owned()));
    };
    let major = version.trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        _ => Err(missing(format!("a recent Node.js (this one is {version})"))),
    }
}

fn require_component(component: &str) -> Result<(), Error> {
    let probe = match component {
        "rustfmt" => "fmt",
        other => other,
    };
    if Run::new("cargo").args([probe, "--version"]).output().is_ok() {
        return Ok(());
    }
    say::step(&format!("installing {component}"), || {
        Run::new("rustup").args(["component", "add", component]).within(DOWNLOAD).go()
    })
}

/// The program that plays slow clients.
pub(crate) fn slow_clients() -> Result<(), Error> {
    match proc::find(&["slowhttptest"]) {
        Some(_) => Ok(()),
        None => apt::install(&["slowhttptest"], "install slowhttptest so that it is on PATH"),
    }
}
