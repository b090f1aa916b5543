//! Who is connected, and how many more may be.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The address, or for IPv6 the /64 network, which one customer has: whoever has
/// one address of it has them all.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & (u128::MAX << 64)).into()),
        v4 => v4,
    }
}

/// The places of a server.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    per_address: usize,
    proxies: Vec<IpNet>,
    taken: Mutex<HashMap<IpAddr, usize>>,
    open: AtomicUsize,
    refused: AtomicU64,
}

/// Tells how many connections a server has.
#[derive(Debug, Clone)]
pub struct Connections(pub(crate) Arc<Places>);

impl Connections {
    /// How many there are now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    /// How many were refused so far, because their address had too many.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }
}

impl Places {
    pub(crate) fn new(most: usize, per_address: usize, proxies: Vec<IpNet>) -> Self {
        Self {
            all: Arc::new(Semaphore::new(most)),
            per_address,
            proxies,
            taken: Mutex::default(),
            open: AtomicUsize::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Waits for a place that is free.
    pub(crate) async fn one(self: &Arc<Self>) -> Free {
        match Arc::clone(&self.all).acquire_owned().await {
            Ok(permit) => Free { places: Arc::clone(self), permit },
            // Nobody closes it.
            Err(_) => std::future::pending().await,
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Nothing is left half done when a holder of the lock panics.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that nobody has yet.
pub(crate) struct Free {
    places: Arc<Places>,
    permit: OwnedSemaphorePermit,
}

impl Free {
    /// Gives it to a client, unless its address has enough.
    pub(crate) fn of(self, address: IpAddr) -> Option<Place> {
        let Self { places, permit } = self;
        let address = address.to_canonical();
        if places.proxies.iter().any(|proxy| proxy.contains(&address)) {
            return Some(Place::new(places, None, permit));
        }
        let address = network(address);
        let mut taken = places.taken();
        let of_address = taken.entry(address).or_default();
        if *of_address >= places.per_address {
            drop(taken);
            places.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        *of_address += 1;
        drop(taken);
        Some(Place::new(places, Some(address), permit))
    }
}

/// A client's place; dropped, it is free again.
pub(crate) struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn new(places: Arc<Places>, address: Option<IpAddr>, permit: OwnedSemaphorePermit) -> Self {
        places.open.fetch_add(1, Ordering::Relaxed);
        Self { places, address, _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open.fetch_sub(1, Ordering::Relaxed);
        let Some(address) = self.address else { return };
        let mut taken = self.places.taken();
        if let Some(of_address) = taken.get_mut(&address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rl_03_an_ipv6_customer_is_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:aaaa::1"), of("2001:db8:1:2:bbbb::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[tokio::test]
    async fn rl_05_an_address_has_so_many_places_and_a_proxy_has_all() {
        let places = Arc::new(Places::new(5, 2, vec!["10.0.0.0/8".parse().unwrap()]));
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        let taken = [places.one().await.of(here).unwrap(), places.one().await.of(here).unwrap()];
        assert!(places.one().await.of(here).is_none());
        assert!(places.one().await.of("192.0.2.2".parse().unwrap()).is_some());
        let mut by_proxy = Vec::new();
        for _ in 0..3 {
            by_proxy.push(places.one().await.of("::ffff:10.1.2.3".parse().unwrap()).unwrap());
        }
        let connections = Connections(Arc::clone(&places));
        assert_eq!((connections.open(), connections.refused()), (5, 1));
        drop((taken, by_proxy));
        assert_eq!(connections.open(), 0);
        assert!(places.taken().is_empty());
    }
}
