//! Settings as they are written, before they are checked against each other.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use app::model::Role;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::{LimitsConfig, providers::Provider};

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<Url>,
    pub(super) trusted_proxies: String,
    pub(super) production: bool,
    pub(super) data_dir: PathBuf,
    pub(super) site_root: PathBuf,
    pub(super) limits: LimitsConfig,
    pub(super) log: Log,
    pub(super) login: Login,
    pub(super) providers: BTreeMap<String, Provider>,
    pub(super) live: Live,
    pub(super) metrics: Metrics,
    pub(super) upstream: Upstream,
    pub(super) webhooks: Webhooks,
    pub(super) sandbox: Sandbox,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            trusted_proxies: String::new(),
            production: false,
            data_dir: "data".into(),
            site_root: "target/site".into(),
            limits: LimitsConfig::default(),
            log: Log::default(),
            login: Login::default(),
            providers: BTreeMap::new(),
            live: Live::default(),
            metrics: Metrics::default(),
            upstream: Upstream::default(),
            webhooks: Webhooks::default(),
            sandbox: Sandbox::default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Log {
    pub(super) filter: String,
    pub(super) format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Login {
    pub(super) idle_minutes: u32,
    pub(super) lifetime_minutes: u32,
    pub(super) local: bool,
    pub(super) require_second_factor: Vec<Role>,
}

impl Default for Login {
    fn default() -> Self {
        Self { idle_minutes: 60, lifetime_minutes: 600, require_second_factor: Vec::new(), local: true }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Live {
    pub(super) poll_seconds: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Metrics {
    pub(super) listen: Option<SocketAddr>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Upstream {
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretString>,
    pub(super) client_secret_file: Option<PathBuf>,
    pub(super) base_url: Option<Url>,
    pub(super) token_url: Option<Url>,
    pub(super) reach: Option<Reach>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reach {
    Public,
    Private,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Webhooks {
    pub(super) secrets: Option<SecretString>,
    pub(super) secrets_file: Option<PathBuf>,
    pub(super) account_id: Option<String>,
    pub(super) signature: Option<Signature>,
    pub(super) header: Option<String>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Signature {
    Hex,
    Base64,
    Standard,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sandbox {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<Url>,
    pub(super) token_ttl_seconds: u32,
    pub(super) package_level: sandbox::container::Level,
    pub(super) events: bool,
    pub(super) control_plane: bool,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3001)),
            public_url: None,
            token_ttl_seconds: 600,
            package_level: sandbox::container::Level::Timestamped,
            events: true,
            control_plane: false,
        }
    }
}
