//! Whether a signing service keeps the contract.
//!
//! The checks know nothing but addresses and a client's credentials, speak plain HTTP,
//! and delete what they made. Most of them state what the contract says, and hold for
//! every service that speaks it. Some state what we decided where the contract is silent
//! ([`Source::Ours`]); a stranger's service that does otherwise is not wrong, so there
//! they tell and do not fail.
//!
//! `cargo xtask conformance` runs them; docs/conformance.md says how.

mod checks;
mod report;
mod service;

use std::pin::Pin;

use secrecy::SecretString;
use url::Url;

pub use report::{Outcome, Report};
pub use service::Finding;
use service::Service;

/// Where the service is, and who asks.
#[derive(Debug, Clone)]
pub struct Account {
    /// Address of the signing API, for example `http://127.0.0.1:3001/sign`.
    pub base_url: Url,
    /// Address of the token endpoint.
    pub token_url: Url,
    /// The client's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Whether the service is ours, and has to keep our decisions too.
    pub ours: bool,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The contract says so, or its vendor's clients rely on it.
    Contract,
    /// The contract is silent; we decided.
    Ours,
}

/// One rule, and how to see whether a service keeps it.
pub struct Check {
    /// Its name, unique.
    pub name: &'static str,
    /// The rule in a sentence.
    pub rule: &'static str,
    /// Where it comes from.
    pub source: Source,
    run: for<'a> fn(&'a Service) -> Checking<'a>,
}

type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Finding>> + 'a>>;

/// All checks, in the order in which they run.
#[must_use]
pub fn checks() -> &'static [Check] {
    checks::ALL
}

/// Runs all checks, one after the other, and deletes what they made.
///
/// # Errors
/// A [`Finding`] when there is no token, without which nothing can be checked.
pub async fn run(account: Account) -> Result<Report, Finding> {
    let ours = account.ours;
    let service = Service::connect(account).await?;
    let mut outcomes = Vec::new();
    for check in checks::ALL {
        let outcome = match (check.run)(&service).await {
            Ok(()) => Outcome::Passed,
            Err(finding) if check.source == Source::Ours && !ours => Outcome::DecidedOtherwise(finding),
            Err(finding) => Outcome::Failed(finding),
        };
        outcomes.push((check, outcome));
    }
    Ok(Report { outcomes, left: service.clean_up().await })
}
