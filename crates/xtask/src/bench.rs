//! `cargo xtask bench`: measurements that nobody should have to trust.

use crate::{error::Error, layout::Layout, proc::Run, setup, site};

/// Hashing in a real browser, by our worker beside WebCrypto and hash-wasm.
pub(crate) fn hash(layout: &Layout) -> Result<(), Error> {
    let ready = setup::for_tests(layout)?;
    site::build(layout, ready.toolchain)?;
    let run = Run::new("node").arg("bench/hash/run.mjs").arg(site::current(layout)?).dir(&layout.root.join("end2end"));
    ready.with_browser(run).go()
}

/// Signing and packaging against their limits, which stand in `crates/sandbox/benches/sign.rs`.
pub(crate) fn sign(layout: &Layout) -> Result<(), Error> {
    Run::new("cargo").args(["bench", "--locked", "--package", "sandbox", "--bench", "sign"]).dir(&layout.root).go()
}

/// What slow clients, many sign-ins and too much work do to others, by `server/benches/walls`.
pub(crate) fn walls(layout: &Layout) -> Result<(), Error> {
    setup::slow_clients()?;
    Run::new("cargo").args(["bench", "--locked", "--package", "server", "--bench", "walls"]).dir(&layout.root).go()
}

/// The sandbox's list of signing sessions with 100,000 of them.
pub(crate) fn list(layout: &Layout) -> Result<(), Error> {
    Run::new("cargo").args(["bench", "--locked", "--package", "sandbox", "--bench", "list"]).dir(&layout.root).go()
}
