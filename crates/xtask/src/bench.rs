//! `cargo xtask bench`: measurements in a real browser.

use crate::{error::Error, layout::Layout, proc::Run, setup, site};

/// Hashing by our worker beside WebCrypto and hash-wasm.
pub(crate) fn hash(layout: &Layout) -> Result<(), Error> {
    let ready = setup::for_tests(layout)?;
    site::build(layout, ready.toolchain)?;
    let run = Run::new("node").arg("bench/hash/run.mjs").arg(site::current(layout)?).dir(&layout.root.join("end2end"));
    ready.with_browser(run).go()
}
