//! npm packages, exactly those of a lock file.

use std::path::Path;

use crate::{
    error::Error,
    layout::Layout,
    proc::Run,
    say,
    stamp::{self, Inputs},
};

/// Installs the packages of `dir/package-lock.json` unless they are there. `what`
/// names them to the person who waits.
pub(crate) fn install(layout: &Layout, dir: &Path, what: &str) -> Result<(), Error> {
    let inputs = Inputs::default().text(&dir.to_string_lossy()).file(&dir.join("package-lock.json"))?;
    let stamp = format!("npm-{}", dir.file_name().unwrap_or_default().to_string_lossy());
    let installed = dir.join("node_modules/.package-lock.json");
    stamp::unless_fresh(layout, &stamp, inputs, &[installed], || {
        say::step(&format!("installing {what} from npm"), || {
            Run::new("npm")
                // No package's scripts run: none of ours needs them.
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .dir(dir)
                .go()
        })
    })
    .map(drop)
}
