//! How many wrong passwords are taken before one has to wait.
//!
//! Counted per account *and* address, so that nobody can lock another person out,
//! and per address alone, so that nobody tries one password on all accounts. Right
//! passwords are not counted.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

use crate::clock::millis;

/// Addresses and accounts remembered at most.
const REMEMBERED: usize = 10_000;

/// An allowance of `burst` tries that grows back by one each `interval`.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    burst: i64,
    interval: Duration,
}

const PER_ACCOUNT: Allowance = Allowance { burst: 10, interval: Duration::from_secs(10) };
const PER_ADDRESS: Allowance = Allowance { burst: 50, interval: Duration::from_secs(2) };

/// Counts wrong passwords.
pub struct LoginLimits {
    tries: Mutex<Tries>,
}

struct Tries {
    accounts: Meter<(String, IpAddr)>,
    addresses: Meter<IpAddr>,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self { tries: Mutex::new(Tries { accounts: Meter::new(PER_ACCOUNT), addresses: Meter::new(PER_ADDRESS) }) }
    }
}

impl LoginLimits {
    /// Counts a try before it is made, so that many at once do not slip through.
    ///
    /// # Errors
    /// How long to wait instead.
    pub fn count(&self, account: &str, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        let now = millis(now);
        let network = network(address);
        let mut tries = self.tries();
        tries.addresses.take(network, now)?;
        tries.accounts.take((account.to_owned(), network), now).inspect_err(|_| {
            // It was not made, so it does not count twice.
            tries.addresses.give_back(&network);
        })
    }

    /// Takes back a try that was right.
    pub fn forgive(&self, account: &str, address: IpAddr) {
        let network = network(address);
        let mut tries = self.tries();
        tries.addresses.give_back(&network);
        tries.accounts.forget(&(account.to_owned(), network));
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        // Nothing is left half done when a holder of the lock panics.
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address, or for IPv6 the network of one customer.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) & (u128::MAX << 64)).into()),
        v4 => v4,
    }
}

/// The generic cell rate algorithm: for each key, the moment when its allowance is whole again.
struct Meter<K> {
    allowance: Allowance,
    whole_at: HashMap<K, i64>,
}

impl<K: Eq + Hash + Clone> Meter<K> {
    fn new(allowance: Allowance) -> Self {
        Self { allowance, whole_at: HashMap::new() }
    }

    fn interval(&self) -> i64 {
        i64::try_from(self.allowance.interval.as_millis()).unwrap_or(i64::MAX)
    }

    fn take(&mut self, key: K, now: i64) -> Result<(), Duration> {
        let interval = self.interval();
        let next = self.whole_at.get(&key).copied().unwrap_or(now).max(now).saturating_add(interval);
        let too_early = next.saturating_sub(now).saturating_sub(interval.saturating_mul(self.allowance.burst));
        if let Ok(wait @ 1..) = u64::try_from(too_early) {
            return Err(Duration::from_millis(wait));
        }
        self.make_room(now);
        self.whole_at.insert(key, next);
        Ok(())
    }

    fn give_back(&mut self, key: &K) {
        let interval = self.interval();
        if let Some(whole_at) = self.whole_at.get_mut(key) {
            *whole_at = whole_at.saturating_sub(interval);
        }
    }

    fn forget(&mut self, key: &K) {
        self.whole_at.remove(key);
    }

    /// Forgets those whose allowance is whole again, and if that is not enough, the
    /// one who is nearest to it.
    fn make_room(&mut self, now: i64) {
        if self.whole_at.len() < REMEMBERED {
            return;
        }
        self.whole_at.retain(|_, whole_at| *whole_at > now);
        if self.whole_at.len() >= REMEMBERED
            && let Some(key) = self.whole_at.iter().min_by_key(|(_, whole_at)| **whole_at).map(|(key, _)| key.clone())
        {
            self.whole_at.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(1_000_000 + seconds)
    }

    #[test]
    fn sl_17_ten_tries_then_one_each_ten_seconds() {
        let limits = LoginLimits::default();
        for _ in 0..10 {
            assert_eq!(limits.count("anna", HERE, at(0)), Ok(()));
        }
        assert_eq!(limits.count("anna", HERE, at(0)), Err(Duration::from_secs(10)));
        assert_eq!(limits.count("anna", HERE, at(7)), Err(Duration::from_secs(3)));
        assert_eq!(limits.count("anna", HERE, at(10)), Ok(()));
        assert_eq!(limits.count("anna", HERE, at(10)), Err(Duration::from_secs(10)));
    }

    #[test]
    fn sl_17_nobody_locks_another_person_out() {
        let limits = LoginLimits::default();
        while limits.count("anna", HERE, at(0)).is_ok() {}
        assert_eq!(limits.count("anna", THERE, at(0)), Ok(()));
        assert_eq!(limits.count("berit", HERE, at(0)), Ok(()));
    }

    #[test]
    fn sl_17_one_address_cannot_try_all_accounts() {
        let limits = LoginLimits::default();
        let tried = (0..1000).filter(|n| limits.count(&format!("user{n}"), HERE, at(0)).is_ok()).count();
        assert_eq!(tried, 50);
        assert_eq!(limits.count("anna", THERE, at(0)), Ok(()));
    }

    #[test]
    fn right_passwords_do_not_count() {
        let limits = LoginLimits::default();
        for _ in 0..1000 {
            assert_eq!(limits.count("anna", HERE, at(0)), Ok(()));
            limits.forgive("anna", HERE);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut meter = Meter::new(PER_ACCOUNT);
        for key in 0..REMEMBERED * 2 {
            assert_eq!(meter.take(key, 0), Ok(()));
        }
        assert_eq!(meter.whole_at.len(), REMEMBERED);
        assert_eq!(meter.take(0, 20_000), Ok(()));
        assert_eq!(meter.whole_at.len(), 1);
    }

    #[test]
    fn an_ipv6_customer_is_one() {
        let ip = |text: &str| network(text.parse().unwrap());
        assert_eq!(ip("2001:db8:1:2:aaaa::1"), ip("2001:db8:1:2:bbbb::2"));
        assert_ne!(ip("2001:db8:1:2::1"), ip("2001:db8:1:3::1"));
        assert_eq!(ip("::ffff:192.0.2.1"), HERE);
    }
}
