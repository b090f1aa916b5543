//! What settings must be, by themselves and beside each other.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::{
    LimitsConfig, UpstreamKind,
    load::{ConfigError, wrong},
};

/// Fewest characters of a secret that production takes.
pub(super) const SECRET_CHARS_MIN: usize = 16;
/// What is good enough to try things out is not always good enough to work with.
pub(super) fn check_production(public_url: &Url, upstream: &UpstreamKind) -> Result<(), ConfigError> {
    let UpstreamKind::Http(account) = upstream else {
        return Err(wrong(
            "upstream.client_id",
            "is missing; with production = true the sandbox, whose signatures have no legal effect, is not used",
        ));
    };
    if account.settings.client_secret.expose_secret().chars().count() < SECRET_CHARS_MIN {
        return Err(wrong(
            "upstream.client_secret",
            format!("has fewer than {SECRET_CHARS_MIN} characters, which can be guessed; get another from the vendor"),
        ));
    }
    if public_url.scheme() != "https" {
        return Err(wrong("public_url", "must begin with https:// with production = true"));
    }
    Ok(())
}

pub(super) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// Addresses and networks, with commas between them.
pub(super) fn networks(setting: &str, text: &str) -> Result<Vec<IpNet>, ConfigError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks = parts.map(|part| {
        let network = part.parse::<IpAddr>().map(IpNet::from).or_else(|_| part.parse::<IpNet>());
        match network {
            Ok(network) if network.prefix_len() == 0 => {
                Err(wrong(setting, "must not be everybody: any client could claim any address then"))
            }
            Ok(network) => Ok(network),
            Err(_) => Err(wrong(setting, "must be addresses or networks, like 127.0.0.1, 10.0.0.0/8")),
        }
    });
    networks.collect()
}

pub(super) fn check_limits(limits: &LimitsConfig) -> Result<(), ConfigError> {
    for (setting, value, most) in [
        ("limits.connections", limits.connections, 100_000),
        ("limits.connections_per_address", limits.connections_per_address, 100_000),
        ("limits.requests", limits.requests, 10_000),
        ("limits.uploads", limits.uploads, 1_000),
    ] {
        if !(1..=most).contains(&value) {
            return Err(wrong(setting, format!("must be 1 to {most}")));
        }
    }
    for (setting, value) in
        [("limits.rate_signed_in", limits.rate_signed_in), ("limits.rate_anonymous", limits.rate_anonymous)]
    {
        if !(1..=1_000).contains(&value) {
            return Err(wrong(setting, "must be 1 to 1000"));
        }
    }
    Ok(())
}

/// A public address must work with cookies that browsers send by TLS or to
/// themselves only, and must not be spelt with more than an origin.
pub(super) fn check_public(listening: &str, listen: SocketAddr, setting: &str, url: &Url) -> Result<(), ConfigError> {
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_origin {
        return Err(wrong(setting, "must be scheme, host and port alone, like https://portal.example.com"));
    }
    if url.scheme() == "https" {
        return Ok(());
    }
    if !listen.ip().is_loopback() {
        return Err(wrong(
            listening,
            format!(
                "{listen} can be reached from other machines; put a TLS proxy before it and set {setting} to its https:// address, or listen on 127.0.0.1"
            ),
        ));
    }
    if is_loopback(url) { Ok(()) } else { Err(wrong(setting, "must begin with https:// unless its host is loopback")) }
}

/// Whether an address is of this very machine, by its host alone.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
