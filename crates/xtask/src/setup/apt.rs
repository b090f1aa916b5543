//! Packages of Debian and its relatives.

use crate::{
    error::Error,
    proc::{self, Run},
    say,
};

/// Installs packages that are not there yet, as root or through `sudo` where that
/// asks no password. `remedy` is what to tell a person when neither is possible.
pub(crate) fn install(packages: &[&str], remedy: &str) -> Result<(), Error> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    let by_hand = || Error::Missing {
        what: names.clone(),
        remedy: format!("{remedy}; on Debian, as root: apt-get install --no-install-recommends {names}"),
    };
    if !is_possible() {
        return Err(by_hand());
    }
    // Stale lists often suffice, so a failed update is not yet the end.
    if as_root("apt-get").args(["update", "-qq"]).go().is_err() {
        say::line("    apt-get update failed; going on with the lists there are");
    }
    as_root("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends", "--no-remove"])
        // Another apt may be at work: wait for it.
        .args(["-o", "DPkg::Lock::Timeout=600"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .go()
        .map_err(|_| by_hand())
}

/// Whether packages can be installed here without asking anybody anything.
pub(crate) fn is_possible() -> bool {
    proc::find(&["apt-get"]).is_some() && (is_root() || Run::new("sudo").args(["-n", "true"]).output().is_ok())
}

/// A program run with root's rights: directly as root, else through `sudo`.
pub(crate) fn as_root(program: &str) -> Run {
    if is_root() { Run::new(program) } else { Run::new("sudo").args(["-n", program]) }
}

fn is_root() -> bool {
    Run::new("id").arg("-u").output().is_ok_and(|id| id == "0")
}

fn is_installed(package: &str) -> bool {
    Run::new("dpkg-query")
        .args(["-W", "-f=${Status}", package])
        .output()
        .is_ok_and(|status| status == "install ok installed")
}
