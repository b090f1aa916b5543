//! A compiler for what runs in the browser.

use std::path::Path;

use super::{DOWNLOAD, apt, debian_wasm};
use crate::{
    error::Error,
    layout::Layout,
    proc::{self, Run},
    say,
};

/// The target of everything that runs in a browser.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The name under which rustup knows a compiler of the operating system that serves
/// where rustup itself cannot download the target.
pub(super) const LINKED: &str = "wasm";

/// Which compiler builds for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one that builds the server.
    Default,
    /// The operating system's, linked into rustup as `wasm`.
    Linked,
}

impl Toolchain {
    /// A program of this toolchain, through rustup's proxies.
    pub(crate) fn run(self, program: &str) -> Run {
        let run = Run::new(program);
        match self {
            Self::Default => run,
            Self::Linked => run.env("RUSTUP_TOOLCHAIN", LINKED),
        }
    }

    /// What tells its work from another's.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Linked => LINKED,
        }
    }

    /// Whether the standard library for browsers is there.
    fn has_target(self) -> bool {
        let Ok(libraries) = self.run("rustc").args(["--print", "target-libdir", "--target", TARGET]).output() else {
            return false;
        };
        let Ok(mut entries) = Path::new(&libraries).read_dir() else {
            return false;
        };
        entries.any(|entry| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name == "libstd.rlib" || (name.starts_with("libstd-") && name.ends_with(".rlib"))
            })
        })
    }
}

/// Finds a compiler that builds for the browser, or makes one: by rustup, which is
/// one command where its downloads are reachable, else out of Debian's packages.
pub(crate) fn ensure(layout: &Layout) -> Result<Toolchain, Error> {
    let ready = [Toolchain::Default, Toolchain::Linked].into_iter().find(|toolchain| toolchain.has_target());
    if let Some(toolchain) = ready {
        return Ok(toolchain);
    }
    let added = say::step(&format!("adding the target {TARGET} by rustup"), || {
        Run::new("rustup").args(["target", "add", TARGET]).within(DOWNLOAD).go()
    });
    if added.is_ok() && Toolchain::Default.has_target() {
        return Ok(Toolchain::Default);
    }
    say::step("making the target from Debian's packages instead", || debian_wasm::make(layout))?;
    if Toolchain::Linked.has_target() {
        return Ok(Toolchain::Linked);
    }
    Err(Error::Missing { what: format!("the Rust target {TARGET}"), remedy: format!("rustup target add {TARGET}") })
}

/// Debian packs clippy apart from the compiler.
pub(crate) fn ensure_clippy(toolchain: Toolchain) -> Result<(), Error> {
    let there = toolchain.run("cargo").args(["clippy", "--version"]);
    if toolchain == Toolchain::Default || there.output().is_ok() {
        return Ok(());
    }
    say::step("installing clippy for the browser's compiler", || {
        apt::install(&[debian_wasm::CLIPPY], "install clippy for the linked toolchain")
    })
}

/// The system's linker for wasm.
pub(super) fn lld(llvm: &str) -> Option<std::path::PathBuf> {
    proc::find(&[&format!("lld-{llvm}")])
}
