//! `cargo xtask run`: from whatever state the machine is in to a running portal.

use crate::{error::Error, layout::Layout, proc::Run, say, setup, site};

/// The package and program that serve the portal.
pub(crate) const SERVER: &str = "server";

pub(crate) fn run(layout: &Layout, settings: &[String]) -> Result<(), Error> {
    let toolchain = setup::for_site(layout)?;
    site::build(layout, toolchain)?;
    build_server(layout)?;
    say::line("==> starting the portal; Ctrl-C stops it");
    // It inherits this terminal, says where it listens, and takes over this process.
    server(layout).env("COUNTERSIGN_SITE_ROOT", &layout.site).args(settings).become_it()
}

pub(crate) fn build_server(layout: &Layout) -> Result<(), Error> {
    say::step("compiling the server", || {
        Run::new("cargo").args(["build", "--locked", "--release", "--package", SERVER]).dir(&layout.root).go()
    })
}

/// The built server.
pub(crate) fn server(layout: &Layout) -> Run {
    Run::new(layout.release.join(SERVER)).dir(&layout.root)
}
