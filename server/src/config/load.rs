//! Reads and checks settings.

use std::{ffi::OsString, io, net::SocketAddr, path::PathBuf, time::Duration};

use figment::{
    Figment, Metadata, Profile, Provider,
    error::Kind,
    providers::{Format, Toml},
    util::nest,
    value::{Dict, Map, Value},
};
use secrecy::ExposeSecret;
use url::Url;

use super::{
    Account, Config, LiveConfig, LogConfig, LoginConfig, SandboxConfig, SecretFile, UpstreamKind, providers,
    raw::{LogFormat, Raw, Reach, Sandbox, Upstream},
    rules::{check_limits, check_production, check_public, is_private, networks},
    table::variable,
    webhooks::webhooks,
};

const PREFIX: &str = "COUNTERSIGN_";
/// The variable that names the file; not itself a setting.
const FILE_VARIABLE: &str = "COUNTERSIGN_CONFIG";

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting is unknown, of the wrong type, or does not go with the others.
    #[error("setting {setting} ({}): {finding}", variable(.setting))]
    Setting {
        /// Its name in the file.
        setting: String,
        /// What is wrong, and what would be right.
        finding: String,
    },
    /// The file is not TOML.
    #[error("the settings file cannot be understood: {0}")]
    Syntax(String),
    /// A file that a setting names cannot be read.
    #[error("setting {setting} ({}): {} cannot be read", variable(.setting), .path.display())]
    File {
        /// The setting that names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
}

pub(super) fn wrong(setting: &str, finding: impl Into<String>) -> ConfigError {
    ConfigError::Setting { setting: setting.to_owned(), finding: finding.into() }
}

/// Reads settings from `file`, or else from the file that `COUNTERSIGN_CONFIG`
/// names, and from `environment`, which wins.
///
/// # Errors
/// The first thing that is wrong, by the setting's name.
pub fn load(
    file: Option<PathBuf>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Config, ConfigError> {
    let mut variables = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)).map(str::to_owned) else { continue };
        let setting = name.trim_start_matches(PREFIX).to_lowercase().replace("__", ".");
        let value = value.into_string().map_err(|_| wrong(&setting, "is not valid UTF-8"))?;
        variables.push((name, setting, value));
    }
    let named = variables.iter().find(|(name, ..)| name == FILE_VARIABLE).map(|(.., value)| PathBuf::from(value));
    let mut figment = Figment::new();
    if let Some(path) = file.or(named) {
        let text = std::fs::read_to_string(&path).map_err(|source| ConfigError::File {
            setting: "config".to_owned(),
            path,
            source,
        })?;
        figment = figment.merge(Toml::string(&text));
    }
    let variables = variables.into_iter().filter(|(name, ..)| name != FILE_VARIABLE);
    for (_, setting, value) in variables {
        figment = figment.merge(Variable { setting, value });
    }
    let raw: Raw = figment.extract().map_err(explain)?;
    check(raw)
}

/// One variable of the environment.
struct Variable {
    setting: String,
    value: String,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(variable(&self.setting))
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        // Credentials are taken as they are; elsewhere `60` is a number.
        let value = if is_credential(&self.setting) {
            Value::from(self.value.clone())
        } else {
            self.value.parse().unwrap_or_else(|never| match never {})
        };
        let nested = nest(&self.setting, value);
        Ok(nested.into_dict().map(|dict| Profile::Default.collect(dict)).unwrap_or_default())
    }
}

fn is_credential(setting: &str) -> bool {
    matches!(setting, "upstream.client_id" | "upstream.client_secret" | "webhooks.secrets" | "webhooks.account_id")
        || (setting.starts_with("providers.")
            && (setting.ends_with(".client_id") || setting.ends_with(".client_secret")))
}

/// Says what is wrong in the words of settings, without repeating a credential.
fn explain(error: figment::Error) -> ConfigError {
    let mut path = error.path.join(".");
    let finding = match error.kind {
        Kind::UnknownField(field, known) => {
            if path.is_empty() {
                path = field;
            }
            format!("there is no such setting; here are {}", known.join(", "))
        }
        Kind::Message(text) if path.is_empty() => return ConfigError::Syntax(text),
        _ if is_credential(&path) => "must be text in quotation marks".to_owned(),
        kind => kind.to_string(),
    };
    ConfigError::Setting { setting: path, finding }
}

fn check(raw: Raw) -> Result<Config, ConfigError> {
    let public_url = match raw.public_url {
        Some(url) => url,
        None => default_url("listen", "public_url", raw.listen, None)?,
    };
    check_public("listen", raw.listen, "public_url", &public_url)?;
    let trusted_proxies = networks("trusted_proxies", &raw.trusted_proxies)?;
    if public_url.scheme() == "https" && trusted_proxies.is_empty() {
        return Err(wrong(
            "trusted_proxies",
            "is missing; public_url begins with https://, so a TLS proxy stands before the portal: name its address, \
             for example 127.0.0.1, or all its clients would count as one",
        ));
    }
    check_limits(&raw.limits)?;
    for (setting, minutes) in
        [("login.idle_minutes", raw.login.idle_minutes), ("login.lifetime_minutes", raw.login.lifetime_minutes)]
    {
        if !(1..=7 * 24 * 60).contains(&minutes) {
            return Err(wrong(setting, "must be 1 to 10080 (a week)"));
        }
    }
    if raw.log.filter.parse::<tracing_subscriber::EnvFilter>().is_err() {
        return Err(wrong("log.filter", "must be like info or info,server=debug"));
    }
    let upstream = match account(raw.upstream)? {
        Some(account) => UpstreamKind::Http(Box::new(account)),
        None => UpstreamKind::Sandbox(sandbox(raw.sandbox, &public_url)?),
    };
    if raw.production {
        check_production(&public_url, &upstream)?;
    }
    if raw.metrics.listen.is_some_and(|listen| !is_private(listen.ip())) {
        return Err(wrong(
            "metrics.listen",
            "must be loopback or an address of a private network, like 127.0.0.1:9464",
        ));
    }
    let poll = raw.live.poll_seconds.unwrap_or(match upstream {
        UpstreamKind::Sandbox(_) => 1,
        UpstreamKind::Http(_) => 10,
    });
    if !(1..=3600).contains(&poll) {
        return Err(wrong("live.poll_seconds", "must be 1 to 3600"));
    }
    let providers = providers::check(raw.providers, raw.production)?;
    providers::check_last_way_in(raw.login.local, &providers)?;
    Ok(Config {
        listen: raw.listen,
        public_url,
        trusted_proxies,
        production: raw.production,
        data_dir: raw.data_dir,
        site_root: raw.site_root,
        limits: raw.limits,
        log: LogConfig { filter: raw.log.filter, json: raw.log.format == LogFormat::Json },
        login: LoginConfig {
            idle: time::Duration::minutes(raw.login.idle_minutes.into()),
            lifetime: time::Duration::minutes(raw.login.lifetime_minutes.into()),
            local: raw.login.local,
        },
        providers,
        second_factor_for: raw.login.require_second_factor,
        live: LiveConfig { poll: Duration::from_secs(poll.into()) },
        metrics: raw.metrics.listen,
        webhooks: webhooks(raw.webhooks)?,
        upstream,
    })
}

/// The vendor's account, if there is one.
fn account(raw: Upstream) -> Result<Option<Account>, ConfigError> {
    let secret_file =
        raw.client_secret_file.map(|path| SecretFile { setting: "upstream.client_secret_file".to_owned(), path });
    let secret = match (raw.client_secret, &secret_file) {
        (Some(_), Some(_)) => {
            return Err(wrong("upstream.client_secret_file", "is set beside upstream.client_secret; keep one of them"));
        }
        (Some(secret), None) => Some(secret),
        (None, Some(file)) => Some(file.read()?),
        (None, None) => None,
    };
    let (client_id, secret) = match (raw.client_id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => {
            return Err(wrong("upstream.client_secret", "is missing; upstream.client_id needs it"));
        }
        (None, Some(_)) => return Err(wrong("upstream.client_id", "is missing; upstream.client_secret needs it")),
        (None, None) => {
            let unused = [
                ("upstream.base_url", raw.base_url.is_some()),
                ("upstream.token_url", raw.token_url.is_some()),
                ("upstream.reach", raw.reach.is_some()),
                ("upstream.ca_file", raw.ca_file.is_some()),
            ];
            return match unused.into_iter().find(|(_, set)| *set) {
                Some((setting, _)) => Err(wrong(
                    setting,
                    "has no meaning without upstream.client_id and upstream.client_secret; set these, or leave it out for the sandbox",
                )),
                None => Ok(None),
            };
        }
    };
    for (setting, empty) in [
        ("upstream.client_id", client_id.trim().is_empty()),
        ("upstream.client_secret", secret.expose_secret().trim().is_empty()),
    ] {
        if empty {
            return Err(wrong(setting, "must not be empty"));
        }
    }
    let reach = match raw.reach {
        Some(Reach::Private) => upstream::Reach::Private,
        Some(Reach::Public) | None => upstream::Reach::Public,
    };
    let mut settings = upstream::Settings::new(
        raw.base_url.map_or_else(|| url("upstream.base_url", "https://api.signicat.com/sign"), Ok)?,
        raw.token_url
            .map_or_else(|| url("upstream.token_url", "https://api.signicat.com/auth/open/connect/token"), Ok)?,
        client_id,
        secret,
        reach,
    );
    if let Some(path) = raw.ca_file {
        settings.authorities_pem = read_authorities("upstream.ca_file", path)?;
    }
    Ok(Some(Account { settings, secret_file }))
}

fn sandbox(raw: Sandbox, portal: &Url) -> Result<SandboxConfig, ConfigError> {
    let public_url = match raw.public_url {
        Some(url) => url,
        None => default_url("sandbox.listen", "sandbox.public_url", raw.listen, Some("localhost"))?,
    };
    check_public("sandbox.listen", raw.listen, "sandbox.public_url", &public_url)?;
    if public_url.host_str() == portal.host_str() {
        return Err(wrong(
            "sandbox.public_url",
            "must have another host than public_url (e.g. localhost beside 127.0.0.1), so that browsers keep the two apart",
        ));
    }
    if raw.control_plane && !raw.listen.ip().is_loopback() {
        return Err(wrong(
            "sandbox.control_plane",
            "is for loopback only; set sandbox.listen to 127.0.0.1 or leave it out",
        ));
    }
    if !(1..=3600).contains(&raw.token_ttl_seconds) {
        return Err(wrong("sandbox.token_ttl_seconds", "must be 1 to 3600"));
    }
    Ok(SandboxConfig {
        listen: raw.listen,
        public_url,
        token_ttl_seconds: raw.token_ttl_seconds,
        package_level: raw.package_level,
        events: raw.events,
        control_plane: raw.control_plane,
    })
}

fn default_url(listening: &str, setting: &str, listen: SocketAddr, host: Option<&str>) -> Result<Url, ConfigError> {
    if !listen.ip().is_loopback() {
        return Err(wrong(
            setting,
            format!("is missing; {listening} is not loopback, so set it to the https:// address that browsers use"),
        ));
    }
    match host {
        Some(host) => url(setting, &format!("http://{host}:{}", listen.port())),
        None => url(setting, &format!("http://{listen}")),
    }
}

fn url(setting: &str, text: &str) -> Result<Url, ConfigError> {
    text.parse().map_err(|_| wrong(setting, "is not an address"))
}

/// Reads certificates of authorities.
pub(super) fn read_authorities(setting: &str, path: PathBuf) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(&path).map_err(|source| ConfigError::File { setting: setting.to_owned(), path, source })
}
