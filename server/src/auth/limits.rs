//! How many wrong passwords are taken before one has to wait.
//!
//! Counted per account *and* address, so that nobody can lock another person out,
//! and per address alone, so that nobody tries one password on all accounts. Right
//! passwords are not counted.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serve::network;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    clock::millis,
    security::meter::{Allowance, Meter},
};

const PER_ACCOUNT: Allowance = Allowance { burst: 10, interval: Duration::from_secs(10) };
/// Six digits are few. Who tries them has shown the password already, so that codes
/// are counted per account whatever the address: no stranger can use them up.
const CODES: Allowance = Allowance { burst: 10, interval: Duration::from_secs(120) };
const PER_ADDRESS: Allowance = Allowance { burst: 50, interval: Duration::from_secs(2) };

/// Counts wrong passwords.
pub struct LoginLimits {
    tries: Mutex<Tries>,
}

struct Tries {
    accounts: Meter<(String, IpAddr)>,
    addresses: Meter<IpAddr>,
    codes: Meter<Uuid>,
}

impl Default for LoginLimits {
    fn default() -> Self {
        let (accounts, addresses) = (Meter::new(PER_ACCOUNT), Meter::new(PER_ADDRESS));
        Self { tries: Mutex::new(Tries { accounts, addresses, codes: Meter::new(CODES) }) }
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

    /// Counts a code before it is compared.
    ///
    /// # Errors
    /// How long to wait instead.
    pub fn count_code(&self, account: Uuid, now: OffsetDateTime) -> Result<(), Duration> {
        self.tries().codes.take(account, millis(now))
    }

    /// Takes back the codes of an account that had a right one.
    pub fn forgive_code(&self, account: Uuid) {
        self.tries().codes.forget(&account);
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        // Nothing is left half done when a holder of the lock panics.
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
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
}
