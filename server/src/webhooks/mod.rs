//! Events of the signing service: hints that something happened.
//!
//! An event is believed when its signature is right and its time is near; then its id
//! is written down, once, and the service is told so. What it says is not believed:
//! [`work`] reads the session at the service, as the sweep over open sessions does.
//! Each of the two is right without the other: events are quick, the sweep misses none.
//! A row of the inbox is both the event's id and the work to do for it.

mod receive;
mod signature;
mod subscribe;
mod work;

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::HeaderMap;
use secrecy::SecretString;
use tokio::sync::Notify;

use crate::{
    config::WebhooksConfig,
    rights::{Access, Routes},
    security::meter::{Allowance, Meter},
};

pub use signature::{Encoding, Scheme};
pub(crate) use subscribe::subscribe;
pub(crate) use work::run;

use signature::Signed;

/// How much one address may send: 100 events a second, on average over ten seconds.
const PER_ADDRESS: Allowance = Allowance { burst: 1_000, interval: Duration::from_millis(10) };

/// Where events are taken.
pub fn routes(routes: Routes) -> Routes {
    routes.post(app::paths::WEBHOOK, Access::Machines, receive::receive)
}

/// Somebody whose events are believed.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// How they are signed.
    pub(crate) scheme: Scheme,
    /// With which secrets.
    pub(crate) secrets: Vec<SecretString>,
    /// The account that they must be about.
    pub(crate) account: String,
}

impl From<&WebhooksConfig> for Source {
    fn from(WebhooksConfig { scheme, secrets, account }: &WebhooksConfig) -> Self {
        Self { scheme: scheme.clone(), secrets: secrets.clone(), account: account.clone() }
    }
}

/// Whose events are believed, and how much of them is taken.
#[derive(Debug)]
pub struct Receiver {
    sources: Vec<Source>,
    addresses: Mutex<Meter<IpAddr>>,
    arrivals: Notify,
}

impl Receiver {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        Self { sources, addresses: Mutex::new(Meter::new(PER_ADDRESS)), arrivals: Notify::new() }
    }

    /// Whether there is anybody to hear from.
    #[must_use]
    pub fn expects_events(&self) -> bool {
        !self.sources.is_empty()
    }

    /// Who vouches for a body, and for what else.
    fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Option<(&Source, Signed)> {
        let vouches = |source: &Source| source.scheme.verify(&source.secrets, headers, body);
        self.sources.iter().find_map(|source| Some((source, vouches(source)?)))
    }

    /// Counts a request of `address` at `now`, in milliseconds.
    fn count(&self, address: IpAddr, now: i64) -> Result<(), Duration> {
        let network = serve::network(address);
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(network, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wh_06_one_address_sends_a_thousand_at_once_and_then_a_hundred_a_second() {
        let receiver = Receiver::new(Vec::new());
        let burst = |address: &str, now| {
            let address = address.parse().unwrap();
            (0..10_000).take_while(|_| receiver.count(address, now).is_ok()).count()
        };
        assert_eq!(burst("192.0.2.1", 0), 1_000);
        assert_eq!(burst("192.0.2.2", 0), 1_000, "others do not suffer");
        assert_eq!(burst("192.0.2.1", 1_000), 100);
    }
}
