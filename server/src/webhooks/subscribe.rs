//! Asking the embedded signing service for its events.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use crate::{state::Portal, upstream::Subscriber};

/// Subscribes, and tries again until it works or the portal stops. Meanwhile the
/// portal learns of changes when it asks.
pub(crate) async fn subscribe(portal: Arc<Portal>, subscriber: Subscriber, address: SocketAddr) {
    let address = reachable(address);
    let subscribing = async {
        while let Err(error) = subscriber.subscribe(address).await {
            tracing::warn!(%error, "the embedded signing service takes no subscription; trying again");
            tokio::time::sleep(portal.config.live.poll).await;
        }
    };
    portal.shutdown.run_until_cancelled(subscribing).await;
}

/// Where something on this machine reaches a listener.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
