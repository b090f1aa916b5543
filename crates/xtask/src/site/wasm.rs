//! The browser's modules: compiled, given their JavaScript glue, made small.

use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use super::{NAME, Part};
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

/// One crate that becomes a module.
struct Module {
    krate: &'static str,
    /// The stem of its files in the site.
    name: &'static str,
    /// What the compiler is told beyond the profile, when all crates have come together.
    codegen: &'static [&'static str],
    /// What wasm-opt is to strive for.
    goal: &'static str,
}

const MODULES: [Module; 2] = [
    Module { krate: "client", name: NAME, codegen: &[], goal: "-Oz" },
    Module {
        krate: "hasher",
        name: "hasher",
        // Unrolls SHA-256's rounds altogether, which LLVM by itself finds too long: an
        // eighth more speed for 3 kB.
        codegen: &["-Cllvm-args=-unroll-threshold=4000"],
        goal: "-O3",
    },
];

pub(super) fn build(layout: &Layout, toolchain: Toolchain) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for module in &MODULES {
        compile(layout, toolchain, module)?;
        parts.extend(finish(layout, module)?);
    }
    Ok(parts)
}

fn compile(layout: &Layout, toolchain: Toolchain, module: &Module) -> Result<(), Error> {
    say::step(&format!("compiling the module {}", module.name), || {
        toolchain
            .run("cargo")
            .args(["rustc", "--locked", "--lib", "--package", module.krate])
            .args(["--profile", PROFILE, "--target", TARGET])
            .arg("--target-dir")
            .arg(&layout.wasm)
            .arg("--")
            .args(module.codegen)
            .dir(&layout.root)
            .go()
    })
}

fn finish(layout: &Layout, module: &Module) -> Result<Vec<Part>, Error> {
    let compiled = layout.wasm.join(TARGET).join(PROFILE).join(format!("{}.wasm", module.krate));
    let tools = layout.root.join("crates/xtask/npm");
    let out = layout.work.join(module.name);
    let names = [format!("{}.js", module.name), format!("{}_bg.wasm", module.name)];
    let parts: Vec<Part> = names.into_iter().map(|name| Part { path: out.join(&name), name }).collect();
    let outputs: Vec<PathBuf> = parts.iter().map(|part| part.path.clone()).collect();

    let inputs = Inputs::default()
        .text(module.goal)
        .text(&FEATURES.concat())
        .file(&tools.join("package-lock.json"))?
        .file(&compiled)?;
    stamp::unless_fresh(layout, module.name, inputs, &outputs, || {
        say::step(&format!("finishing the module {}", module.name), || {
            fs::remove_dir(&out)?;
            bind(&compiled, module.name, &out)?;
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
