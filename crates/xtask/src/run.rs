//! `cargo xtask run`: from whatever state the machine is in to a running portal.

use crate::{error::Error, layout::Layout, proc::Run, say, setup, site};

/// The package and program that serve the portal.
pub(crate) const SERVER: &str = "server";

/// The package and program of the signing service by itself.
pub(crate) const SANDBOX: &str = "sandbox";

pub(crate) fn run(layout: &Layout, settings: &[String]) -> Result<(), Error> {
    let toolchain = setup::for_site(layout)?;
    site::build(layout, toolchain)?;
    compile(layout, SERVER)?;
    say::line("==> starting the portal; Ctrl-C stops it");
    // It inherits this terminal, says where it listens, and takes over this process.
    server(layout).env("COUNTERSIGN_SITE_ROOT", &layout.site).args(settings).become_it()
}

pub(crate) fn compile(layout: &Layout, program: &str) -> Result<(), Error> {
    say::step(&format!("compiling the {program}"), || {
        // Both packages are named whichever program is built: so their dependencies have the
        // same features, and what one needed is there for the other.
        let packages = [SERVER, SANDBOX].into_iter().flat_map(|package| ["--package", package]);
        let cargo = Run::new("cargo").args(["build", "--locked", "--release", "--bin", program]);
        cargo.args(packages).dir(&layout.root).go()
    })
}

/// The built server.
pub(crate) fn server(layout: &Layout) -> Run {
    Run::new(layout.release.join(SERVER)).dir(&layout.root)
}
