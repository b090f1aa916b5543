//! The browser's compiler out of Debian's packages.
//!
//! Debian's `rustc-web` is a current Rust; it comes with the standard library's
//! source but not built for wasm32. So the library is built here, once per version,
//! put beside the compiler's others, and the whole is linked into rustup. rustup's
//! own toolchains stay as they are.

use std::path::{Path, PathBuf};

use super::{apt, wasm};
use crate::{error::Error, fs, layout::Layout, proc::Run, say};

pub(super) const CLIPPY: &str = "rust-web-clippy";

const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "libstd-rust-web-dev", "rust-web-src", CLIPPY];

const PREFIX: &str = "/usr";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

const REMEDY: &str = "make `rustup target add wasm32-unknown-unknown` work, or install Debian's Rust for the web";

pub(super) fn make(layout: &Layout) -> Result<(), Error> {
    apt::install(&PACKAGES, REMEDY)?;
    let compiler = Compiler::ask()?;
    apt::install(&[&format!("lld-{}", compiler.llvm)], REMEDY)?;
    let built = build_library(layout, &compiler)?;
    install_library(&built)?;
    install_linker(&compiler)?;
    Run::new("rustup").args(["toolchain", "link", wasm::LINKED, PREFIX]).go()
}

/// What the compiler says about itself.
struct Compiler {
    /// Such as `1.96.0`.
    release: String,
    /// Such as `x86_64-unknown-linux-gnu`.
    host: String,
    /// The major version of its LLVM, such as `22`; its linker is of the same.
    llvm: String,
}

impl Compiler {
    fn ask() -> Result<Self, Error> {
        let words = Run::new(RUSTC).arg("-vV").output()?;
        let field = |name: &str| {
            words.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned()).ok_or_else(
                || Error::Content { path: PathBuf::from(RUSTC), reason: format!("`rustc -vV` says no `{name}`") },
            )
        };
        let llvm = field("LLVM version:")?;
        Ok(Self {
            release: field("release:")?,
            host: field("host:")?,
            llvm: llvm.split('.').next().unwrap_or_default().to_owned(),
        })
    }
}

/// Builds the standard library, as the compiler's own makers do; gives the directory
/// that holds it.
fn build_library(layout: &Layout, compiler: &Compiler) -> Result<PathBuf, Error> {
    let source = Path::new("/usr/src").join(format!("rustc-{}/library", compiler.release));
    let target = layout.cache.join(format!("std-{}", compiler.release));
    fs::create_dir(&target)?;
    say::step("building the standard library for the browser", || {
        Run::new(CARGO)
            .args(["build", "--package", "sysroot", "--release", "--locked"])
            .args(["--target", wasm::TARGET])
            .args(["--features", "panic-unwind compiler-builtins-mem"])
            .arg("--manifest-path")
            .arg(source.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTC", RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked")
            // Away from this workspace, whose cargo settings are not the library's.
            .dir(&target)
            .go()
    })?;
    Ok(target.join(wasm::TARGET).join("release/deps"))
}

fn install_library(built: &Path) -> Result<(), Error> {
    let place = Path::new(PREFIX).join("lib/rustlib").join(wasm::TARGET).join("lib");
    let libraries = fs::files_below(built)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"));
    apt::as_root("mkdir").arg("-p").arg(&place).go()?;
    apt::as_root("cp").args(libraries).arg(&place).go()
}

/// The compiler looks for its linker by the name `rust-lld` among its own files.
fn install_linker(compiler: &Compiler) -> Result<(), Error> {
    let lld = wasm::lld(&compiler.llvm)
        .ok_or_else(|| Error::Missing { what: format!("lld-{}", compiler.llvm), remedy: REMEDY.to_owned() })?;
    let place = Path::new(PREFIX).join("lib/rustlib").join(&compiler.host).join("bin");
    apt::as_root("mkdir").arg("-p").arg(&place).go()?;
    apt::as_root("ln").arg("-sf").arg(lld).arg(place.join("rust-lld")).go()
}
