//! The browser's modules: compiled, given their JavaScript glue, made small.

use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use super::Part;
use crate::{
    error::Error,
    fs,
    layout::Layout,
    proc::Run,
    say,
    setup::{TARGET, Toolchain},
    stamp::{self, Inputs},
};

/// The cargo profile of what reaches the browser.
pub(crate) const PROFILE: &str = "wasm-release";

/// What browsers that run these modules can do. wasm-opt must neither refuse it in
/// its input nor go beyond it in its output.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// A crate, or the part of it that one feature names, as the browser loads it.
pub(crate) struct Module {
    krate: &'static str,
    /// The stem of its files in the site; of the client, also the feature that holds
    /// the islands of one page.
    pub(crate) name: &'static str,
    /// What the compiler is told beyond the profile, when all crates have come together.
    codegen: &'static [&'static str],
    /// What wasm-opt is to strive for.
    goal: &'static str,
}

impl Module {
    const fn page(name: &'static str) -> Self {
        Self { krate: CLIENT, name, codegen: &[], goal: "-Oz" }
    }

    /// Whether the module holds a page's islands.
    pub(crate) fn is_page(&self) -> bool {
        self.krate == CLIENT
    }
}

const CLIENT: &str = "client";

/// What browsers load: a module for each page that has islands, and the hashing.
pub(crate) const MODULES: [Module; 4] = [
    Module::page("sessions"),
    Module::page("session"),
    Module::page("new-session"),
    Module {
        krate: "hasher",
        name: "hasher",
        // Unrolls SHA-256's rounds altogether, which LLVM by itself finds too long: an
        // eighth more speed for 3 kB.
        codegen: &["-Cllvm-args=-unroll-threshold=4000"],
        goal: "-O4",
    },
];

pub(super) fn build(layout: &Layout, toolchain: Toolchain) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for module in &MODULES {
        let compiled = compile(layout, toolchain, module)?;
        parts.extend(finish(layout, module, &compiled)?);
    }
    Ok(parts)
}

fn compile(layout: &Layout, toolchain: Toolchain, module: &Module) -> Result<PathBuf, Error> {
    let kept = layout.work.join(format!("{}.wasm", module.name));
    let mut inputs = Inputs::default().text(toolchain.name()).text(&module.codegen.concat());
    for source in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        inputs = inputs.file(&layout.root.join(source))?;
    }
    let sources: &[&str] =
        if module.is_page() { &["app", "crates/client", "crates/contract"] } else { &["crates/hasher"] };
    for source in sources {
        inputs = inputs.files_below(&layout.root.join(source))?;
    }
    let step = format!("compile-{}", module.name);
    stamp::unless_fresh(layout, &step, inputs, std::slice::from_ref(&kept), || {
        say::step(&format!("compiling the module {}", module.name), || {
            let built = layout.wasm.join(TARGET).join(PROFILE);
            let file = format!("{}.wasm", module.krate);
            // Cargo gives the client's modules one file name and would take the last
            // one built for any of them; what is not there it builds.
            for leftover in [built.join(&file), built.join("deps").join(&file)] {
                fs::remove_file(&leftover)?;
            }
            toolchain
                .run("cargo")
                .args(["rustc", "--locked", "--lib", "--package", module.krate])
                .args(module.is_page().then_some(["--features", module.name]).into_iter().flatten())
                .args(["--profile", PROFILE, "--target", TARGET])
                .arg("--target-dir")
                .arg(&layout.wasm)
                .arg("--")
                .args(module.codegen)
                .dir(&layout.root)
                .go()?;
            fs::write(&kept, fs::read(&built.join(&file))?)
        })
    })?;
    Ok(kept)
}

fn finish(layout: &Layout, module: &Module, compiled: &Path) -> Result<Vec<Part>, Error> {
    let tools = layout.root.join("crates/xtask/npm");
    let out = layout.work.join(module.name);
    let names = [format!("{}.js", module.name), format!("{}_bg.wasm", module.name)];
    let parts: Vec<Part> = names.into_iter().map(|name| Part { path: out.join(&name), name }).collect();
    let outputs: Vec<PathBuf> = parts.iter().map(|part| part.path.clone()).collect();

    let inputs = Inputs::default()
        .text(module.goal)
        .text(&FEATURES.concat())
        .file(&tools.join("package-lock.json"))?
        .file(compiled)?;
    stamp::unless_fresh(layout, module.name, inputs, &outputs, || {
        say::step(&format!("finishing the module {}", module.name), || {
            fs::remove_dir(&out)?;
            bind(compiled, module.name, &out)?;
            optimise(&tools, module, &out)
        })
    })?;
    Ok(parts)
}

/// Makes the JavaScript glue. The library that does it is the very wasm-bindgen that
/// the modules were compiled with: cargo refuses to lock different ones.
fn bind(compiled: &Path, name: &str, out: &Path) -> Result<(), Error> {
    let refused = |source| Error::Bindings { path: compiled.to_path_buf(), source };
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)
        .map_err(|error| refused(error.into()))?
        .input_path(compiled)
        .out_name(name)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .map_err(|error| refused(error.into()))
}

fn optimise(tools: &Path, module: &Module, out: &Path) -> Result<(), Error> {
    let path = out.join(format!("{}_bg.wasm", module.name));
    Run::new("node")
        .arg(tools.join("node_modules/binaryen/bin/wasm-opt"))
        .arg(module.goal)
        .args(FEATURES)
        .arg(&path)
        .arg("-o")
        .arg(&path)
        .go()
}
