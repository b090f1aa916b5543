//! A Chromium for the browser tests.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::apt;
use crate::{
    error::Error,
    proc::{self, Run},
    say,
};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Playwright's download is some 150 MB.
const DOWNLOAD: Duration = Duration::from_secs(600);

/// Finds a browser or installs one: the system's first, because it comes with the
/// libraries it needs, then Playwright's own. `None` means Playwright's own.
pub(crate) fn ensure(end2end: &Path) -> Result<Option<PathBuf>, Error> {
    if let Some(chromium) = proc::find(&NAMES) {
        return Ok(Some(chromium));
    }
    if playwright_has_one(end2end) {
        return Ok(None);
    }
    if apt::is_possible() {
        let installed = say::step("installing Chromium", || apt::install(&["chromium"], "install Chromium or Chrome"));
        // Where the package is a mere pointer to another store, nothing lies on PATH.
        if let (Ok(()), Some(chromium)) = (installed, proc::find(&NAMES)) {
            return Ok(Some(chromium));
        }
    }
    say::step("downloading Playwright's Chromium", || {
        Run::new("npx").args(["playwright", "install", "chromium"]).dir(end2end).within(DOWNLOAD).go().map_err(|_| {
            Error::Missing {
                what: "a browser for the tests".to_owned(),
                remedy: "install Chromium or Chrome so that it is on PATH".to_owned(),
            }
        })
    })?;
    Ok(None)
}

fn playwright_has_one(end2end: &Path) -> bool {
    Run::new("node")
        .args(["--print", "require('@playwright/test').chromium.executablePath()"])
        .dir(end2end)
        .output()
        .is_ok_and(|path| Path::new(&path).is_file())
}
