//! `cargo xtask test`: everything that must hold, what is quick to tell first.

use std::time::{Duration, Instant};

use crate::{
    args::Part,
    budget,
    error::Error,
    layout::Layout,
    proc::Run,
    run, sandbox, say,
    setup::{self, ForTests, TARGET},
    site,
};

/// Crates that run in browsers, as clippy sees them there.
const BROWSER_CRATES: [&str; 4] = ["app", "client", "contract", "hasher"];

/// Runs one part, or all of them up to the first that fails. `rest` goes to the tool
/// that does the one part.
pub(crate) fn test(layout: &Layout, part: Option<Part>, rest: &[String]) -> Result<(), Error> {
    let ready = setup::for_tests(layout)?;
    let parts = match part {
        Some(ref one) => std::slice::from_ref(one),
        None => &Part::ALL,
    };
    let mut times: Vec<(Part, Duration)> = Vec::new();
    for &part in parts {
        let start = Instant::now();
        say::step(part.name(), || run_part(layout, &ready, part, rest))?;
        times.push((part, start.elapsed()));
    }
    say::line("\nAll of this passed:");
    for (part, time) in times {
        say::line(&format!("  {:<12}{:>9}", part.name(), say::seconds(time)));
    }
    Ok(())
}

fn run_part(layout: &Layout, ready: &ForTests, part: Part, rest: &[String]) -> Result<(), Error> {
    match part {
        Part::Fmt => cargo(layout, &["fmt", "--all", "--check"]).args(rest).go(),
        Part::Clippy => clippy(layout, ready, rest),
        Part::Tidy => cargo(layout, &["test", "--locked", "--release", "--package", "xtask"])
            .args(rest)
            // Some of these tests tell what they could not check.
            .args(["--", "--show-output"])
            .go(),
        Part::Unit => cargo(layout, &["test", "--locked", "--release", "--workspace"])
            .args(["--exclude", "xtask"])
            .args(rest)
            .go(),
        Part::Conformance => sandbox::conformance(layout),
        Part::Fuzz => sandbox::fuzz(layout, rest),
        Part::Site => site::build(layout, ready.toolchain),
        Part::Budget => {
            site::build(layout, ready.toolchain)?;
            budget::check(layout)
        }
        Part::EndToEnd => end_to_end(layout, ready, rest),
    }
}

fn cargo(layout: &Layout, words: &[&str]) -> Run {
    Run::new("cargo").args(words).dir(&layout.root)
}

/// Both worlds, because each compiles code that the other does not. The profiles are
/// those of the later builds, so that build scripts and macros are compiled once.
fn clippy(layout: &Layout, ready: &ForTests, rest: &[String]) -> Result<(), Error> {
    cargo(layout, &["clippy", "--locked", "--release", "--workspace", "--all-targets"])
        .args(rest)
        .args(["--", "--deny", "warnings"])
        .go()?;
    ready
        .toolchain
        .run("cargo")
        .args(["clippy", "--locked", "--profile", site::PROFILE, "--target", TARGET])
        .args(BROWSER_CRATES.iter().flat_map(|krate| ["--package", krate]))
        .args(["--features", "app/hydrate,client/sessions,client/session,client/new-session"])
        .arg("--target-dir")
        .arg(&layout.wasm)
        .args(rest)
        .args(["--", "--deny", "warnings"])
        .dir(&layout.root)
        .go()
}

/// The browser tests drive what `cargo xtask run` starts.
fn end_to_end(layout: &Layout, ready: &ForTests, rest: &[String]) -> Result<(), Error> {
    site::build(layout, ready.toolchain)?;
    run::compile(layout, run::SERVER)?;
    run::compile(layout, run::SANDBOX)?;
    let playwright = Run::new("npx")
        .args(["playwright", "test"])
        .args(rest)
        .env("E2E_SERVER", layout.release.join(run::SERVER))
        .env("E2E_SANDBOX", layout.release.join(run::SANDBOX))
        .env("E2E_SITE", &layout.site)
        .dir(&layout.root.join("end2end"));
    ready.with_browser(playwright).go()
}
