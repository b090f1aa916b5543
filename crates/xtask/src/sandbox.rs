//! The sandbox as a program of its own, for those who judge it from outside.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::{
    env,
    error::Error,
    fs,
    layout::Layout,
    proc::Run,
    run::{self, SANDBOX},
    setup,
};

/// A running sandbox on a free port, with data of its own. Stops when dropped.
struct Sandbox {
    child: Child,
    /// What it said when it started.
    greeting: Vec<String>,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // A process that is gone already is what we want.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Sandbox {
    fn start(layout: &Layout, name: &str) -> Result<Self, Error> {
        run::compile(layout, SANDBOX)?;
        let home = layout.work.join(name);
        fs::remove_dir(&home)?;
        fs::create_dir(&home)?;
        let path = home.join("log");
        let log = std::fs::File::create(&path).map_err(fs::cannot("write", &path))?;
        let mut child = Run::new(layout.release.join(SANDBOX))
            .arg("--data")
            .arg(home.join("data"))
            .args(["--listen", "127.0.0.1:0"])
            .piped(Stdio::from(log))?;
        let lines = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        let greeting = lines.into_iter().flatten().map_while(Result::ok).take(6).collect();
        let sandbox = Self { child, greeting };
        if sandbox.said("client secret").is_empty() {
            return Err(Error::Content { path, reason: "the sandbox did not start; this file says why".to_owned() });
        }
        Ok(sandbox)
    }

    /// What the greeting says under this name; nothing when the sandbox did not start.
    fn said(&self, name: &str) -> &str {
        self.greeting.iter().find_map(|line| line.trim().strip_prefix(name)).map(str::trim).unwrap_or_default()
    }
}

/// The conformance checks: against the account that the environment names, or else a sandbox.
pub(crate) fn conformance(layout: &Layout) -> Result<(), Error> {
    let checks = Run::new("cargo").args(["run", "--locked", "--release", "--package", "conformance"]).dir(&layout.root);
    if env::is_set("CONFORMANCE_BASE_URL") {
        return checks.go();
    }
    let sandbox = Sandbox::start(layout, "conformance")?;
    checks
        .env("CONFORMANCE_BASE_URL", sandbox.said("API"))
        .env("CONFORMANCE_TOKEN_URL", sandbox.said("tokens"))
        .env("CONFORMANCE_CLIENT_ID", sandbox.said("client id"))
        .env("CONFORMANCE_CLIENT_SECRET", sandbox.said("client secret"))
        .env("CONFORMANCE_OURS", "1")
        .go()
}

/// schemathesis reads `/openapi.json` and sends what fits it and what does not. `rest` goes to it.
pub(crate) fn fuzz(layout: &Layout, rest: &[String]) -> Result<(), Error> {
    let sandbox = Sandbox::start(layout, "fuzz")?;
    let url = sandbox.said("API").trim_end_matches("/sign");
    let settings = layout.root.join("crates/xtask/python");
    Run::new(setup::python(layout).join("bin/schemathesis"))
        .arg("--config-file")
        .arg(settings.join("schemathesis.toml"))
        .args(["run", &format!("{url}/openapi.json")])
        .args(rest)
        .env("PYTHONPATH", &settings)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("FUZZ_URL", url)
        .env("FUZZ_CLIENT_ID", sandbox.said("client id"))
        .env("FUZZ_CLIENT_SECRET", sandbox.said("client secret"))
        .dir(&layout.work.join("fuzz"))
        .go()
}
