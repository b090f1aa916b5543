//! Builds what browsers load.
//!
//! `target/site` holds the files of `public/` at its root and, under `pkg/<hash>/`,
//! the modules, the worker, the preview and the stylesheet. The hash is of their content, so that
//! they can be cached for ever; `pkg/current` names it to the server. Beside each
//! file that compresses lies its brotli form.

mod assemble;
mod preview;
mod wasm;

use std::path::PathBuf;

pub(crate) use assemble::{BROTLI_SUFFIX, PACKAGE, current};
pub(crate) use wasm::{MODULES, PROFILE};

use crate::{
    error::Error,
    fs,
    layout::Layout,
    proc::Run,
    say,
    setup::Toolchain,
    stamp::{self, Inputs},
};

/// The stem of the portal's stylesheet.
const NAME: &str = "countersign";

/// Builds the site, as far as its sources changed.
pub(crate) fn build(layout: &Layout, toolchain: Toolchain) -> Result<(), Error> {
    // Another terminal may be building too; the lock ends with the file.
    let _lock = fs::lock(&layout.work.join("site.lock"))?;
    let mut parts = wasm::build(layout, toolchain)?;
    parts.push(stylesheet(layout)?);
    parts.push(Part { name: "hash-worker.js".to_owned(), path: layout.root.join("crates/hasher/worker.js") });
    parts.extend(preview::parts(layout)?);
    assemble::assemble(layout, &parts)
}

/// A file of `pkg/<hash>/`: its name there and where it lies now.
struct Part {
    name: String,
    path: PathBuf,
}

fn stylesheet(layout: &Layout) -> Result<Part, Error> {
    let style = layout.root.join("style");
    let tools = layout.root.join("crates/xtask/npm");
    let name = format!("{NAME}.css");
    let path = layout.work.join(&name);
    let mut inputs = Inputs::default().file(&tools.join("package-lock.json"))?.file(&tools.join("bundle-css.mjs"))?;
    for sheet in fs::files_below(&style)? {
        if sheet.extension().is_some_and(|extension| extension == "css") {
            inputs = inputs.file(&sheet)?;
        }
    }
    stamp::unless_fresh(layout, "css", inputs, std::slice::from_ref(&path), || {
        say::step("bundling the stylesheet", || {
            Run::new("node").arg(tools.join("bundle-css.mjs")).arg(style.join("main.css")).arg(&path).go()
        })
    })?;
    Ok(Part { name, path })
}
