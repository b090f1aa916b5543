//! The one place where HTTP clients are made.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Reach;

/// Settings that every HTTP client of ours has: no redirects, no proxies of the
/// environment, no hidden retries, TLS 1.2 or later with verified certificates,
/// a deadline for connecting, and with [`Reach::Public`] no way to private addresses.
///
/// [`Reach::Public`] trusts the system's root certificates; [`Reach::Private`]
/// those alone that are added, so that it works on machines that have none.
///
/// Add to them, for example a cookie store or a total deadline, and `build`.
pub fn client_builder(reach: Reach, connect: Duration) -> reqwest::ClientBuilder {
    // Fails only when a provider is installed already, which then serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .connect_timeout(connect)
        // Shorter than servers usually keep idle connections, so that a request
        // rarely meets a connection that is being closed.
        .pool_idle_timeout(Duration::from_secs(15))
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
    match reach {
        Reach::Public => builder.https_only(true).dns_resolver(Arc::new(PublicOnly)),
        Reach::Private => builder.tls_certs_only([]),
    }
}

/// Resolves names to public addresses only, whatever the DNS says.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if addresses.is_empty() {
                return Err("the name has no public address".into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is on the public internet, by the special-purpose
/// registries of IANA (RFC 6890).
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    if let Some(ip) = ip.to_ipv4_mapped() {
        return is_public_v4(ip);
    }
    if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = segments {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Unicast addresses are given out of 2000::/3; 2001:db8::/32 is for documentation.
    (segments[0] & 0xe000) == 0x2000 && !(segments[0] == 0x2001 && segments[1] == 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_06_tells_public_addresses_from_others() {
        for ip in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2001:db8::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}
