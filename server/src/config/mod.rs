//! Settings: defaults, then a TOML file, then the environment. Nothing else in
//! this crate reads either.
//!
//! Every setting is described in `docs/configuration.md`, which this program prints
//! and a test compares. Unknown settings are refused, so that a misspelt one is noticed.

pub mod args;
mod cautions;
mod load;
mod providers;
mod raw;
mod reference;
mod rules;
mod secret_file;
mod table;
mod webhooks;

use std::{net::SocketAddr, path::PathBuf};

use app::model::Role;
use ipnet::IpNet;
use secrecy::SecretString;
use serde::Deserialize;
use time::Duration;
use url::Url;

use crate::webhooks::Scheme;

pub use load::{ConfigError, load};
pub use providers::ProviderConfig;
pub use reference::reference;
pub(crate) use rules::is_loopback;
pub use secret_file::SecretFile;
pub use table::{SETTINGS, Setting};

/// The settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the portal listens.
    pub listen: SocketAddr,
    /// The address that browsers use: scheme, host and port alone.
    pub public_url: Url,
    /// Proxies whose word about their clients' addresses is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether what is good enough to try things out is refused.
    pub production: bool,
    /// Where databases and keys are.
    pub data_dir: PathBuf,
    /// Where the browser's files are.
    pub site_root: PathBuf,
    /// How much at once, and how often.
    pub limits: LimitsConfig,
    /// What is logged, and how.
    pub log: LogConfig,
    /// How long people stay signed in.
    pub login: LoginConfig,
    /// Where people may sign in beside here, by id.
    pub providers: Vec<ProviderConfig>,
    /// Roles whose people need a second factor, unless a provider signs them in.
    pub second_factor_for: Vec<Role>,
    /// How often the signing API is asked about open sessions.
    pub live: LiveConfig,
    /// Where metrics are, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Whose events are believed.
    pub webhooks: Option<WebhooksConfig>,
    /// Which signing API.
    pub upstream: UpstreamKind,
}

/// How much at once, and how often.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Most connections.
    pub connections: usize,
    /// Most connections of one address that is no trusted proxy.
    pub connections_per_address: usize,
    /// Most requests of people who are signed in that are worked on at once.
    pub requests: usize,
    /// Most uploads at once.
    pub uploads: usize,
    /// Requests a second of one sign-in, on average over ten seconds.
    pub rate_signed_in: u32,
    /// The same of one address where nobody is signed in.
    pub rate_anonymous: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            connections: 1024,
            connections_per_address: 256,
            requests: 256,
            uploads: 32,
            rate_signed_in: 50,
            rate_anonymous: 20,
        }
    }
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// In the words of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

/// How long people stay signed in.
#[derive(Debug, Clone, Copy)]
pub struct LoginConfig {
    /// Without doing anything.
    pub idle: Duration,
    /// At all.
    pub lifetime: Duration,
    /// Whether people may sign in by a password of this portal's.
    pub local: bool,
}

/// How often the signing API is asked.
#[derive(Debug, Clone, Copy)]
pub struct LiveConfig {
    /// Time between two rounds over open sessions.
    pub poll: std::time::Duration,
}

/// Whose events are believed, besides those of the embedded signing service.
#[derive(Debug, Clone)]
pub struct WebhooksConfig {
    /// How they are signed.
    pub scheme: Scheme,
    /// Secrets to sign with; any of them will do.
    pub secrets: Vec<SecretString>,
    /// The account that they must be about.
    pub account: String,
}

/// Which signing API. Matched in `upstream.rs` alone.
#[derive(Debug, Clone)]
pub enum UpstreamKind {
    /// The embedded signing service.
    Sandbox(SandboxConfig),
    /// A vendor's account, or a signing service run elsewhere.
    Http(Box<Account>),
}

/// An account at a signing service.
#[derive(Debug, Clone)]
pub struct Account {
    /// How to reach it.
    pub settings: upstream::Settings,
    /// Where the client's secret came from, if from a file: it may change there.
    pub secret_file: Option<SecretFile>,
}

impl UpstreamKind {
    /// Whether signatures are without legal effect.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox(_))
    }
}

/// How the embedded signing service runs.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address that signers' browsers use. Another host than the portal's, so
    /// that browsers treat the two as different sites.
    pub public_url: Url,
    /// Lifetime of its access tokens, in seconds.
    pub token_ttl_seconds: u32,
    /// How long packages can be verified without asking its authority.
    pub package_level: sandbox::container::Level,
    /// Whether it tells the portal of events.
    pub events: bool,
    /// Whether tests may command it.
    pub control_plane: bool,
}

impl Config {
    /// Whether browsers reach the portal by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The same, but served at ports that nobody knows: for commands that do one thing.
    #[must_use]
    pub fn beside_others(mut self) -> Self {
        self.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        self.metrics = None;
        self
    }

    /// Whether people of this role need a second factor.
    #[must_use]
    pub fn needs_factor(&self, role: Role) -> bool {
        self.second_factor_for.contains(&role)
    }

    /// The portal's database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("portal.db")
    }

    /// The file whose time tells when the database was last copied.
    #[must_use]
    pub fn last_backup(&self) -> PathBuf {
        self.data_dir.join(crate::store::LAST_BACKUP)
    }

    /// The portal's origin, as browsers write it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

#[cfg(test)]
mod tests;
