//! Whose address a request comes from.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use ipnet::IpNet;

use crate::state::Portal;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client: the peer's, or what a trusted proxy says of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

/// Tells handlers [`ClientIp`].
pub(crate) async fn find(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let address = client(peer, request.headers(), &portal.config.trusted_proxies);
    request.extensions_mut().insert(ClientIp(address));
    next.run(request).await
}

/// Reads `X-Forwarded-For` from its end, where the nearest proxy wrote, as long as
/// who wrote is trusted. What stands before that anybody can have sent.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or_default());
    let mut hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    while trusted.iter().any(|network| network.contains(&client)) {
        let Some(hop) = hops.pop().and_then(address) else { break };
        client = hop;
    }
    client
}

/// An address, which some proxies write with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    ip.map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, lines: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn rl_02_the_header_counts_only_as_far_as_proxies_are_trusted() {
        for (peer, lines, client) in [
            // Nobody is believed who is no proxy of ours.
            ("192.0.2.7", &[][..], "192.0.2.7"),
            ("192.0.2.7", &["198.51.100.1"], "192.0.2.7"),
            ("::ffff:192.0.2.7", &["10.0.0.1"], "192.0.2.7"),
            // A proxy is; what was there before its own word is not.
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["127.0.0.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["127.0.0.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2, fd00::2"], "198.51.100.1"),
            // Ports, as some proxies add.
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            // What is no address ends the search at the last one that is known.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, <script>, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(found(peer, lines), client, "{peer} {lines:?}");
        }
    }
}
