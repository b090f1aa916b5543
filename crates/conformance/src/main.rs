//! `cargo xtask conformance` runs this program: the checks against the account that the environment names.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user here")]

use std::process::ExitCode;

use conformance::{Account, Finding};
use url::Url;

/// The settings, which are read here and nowhere else.
const PREFIX: &str = "CONFORMANCE_";

/// Why the checks cannot begin.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{PREFIX}{0} is not set")]
    Missing(&'static str),
    #[error("{PREFIX}{name} is no address: {source}")]
    NoAddress { name: &'static str, source: url::ParseError },
    #[error("there is no token, without which nothing can be checked\n{0}")]
    NoToken(#[from] Finding),
    #[error("the runtime does not start: {0}")]
    Runtime(#[from] std::io::Error),
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("conformance: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Trouble> {
    let account = Account {
        base_url: address("BASE_URL")?,
        token_url: address("TOKEN_URL")?,
        client_id: setting("CLIENT_ID")?,
        client_secret: setting("CLIENT_SECRET")?.into(),
        ours: setting("OURS").is_ok_and(|value| value == "1"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(conformance::run(account))?;
    println!("{report}");
    Ok(report.is_good())
}

#[expect(clippy::disallowed_methods, reason = "these are a tool's own variables, not settings of the product")]
fn setting(name: &'static str) -> Result<String, Trouble> {
    std::env::var(format!("{PREFIX}{name}")).map_err(|_| Trouble::Missing(name))
}

fn address(name: &'static str) -> Result<Url, Trouble> {
    setting(name)?.parse().map_err(|source| Trouble::NoAddress { name, source })
}
