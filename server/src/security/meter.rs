//! How often something may be done: an allowance for each of many.

use std::{collections::HashMap, hash::Hash, time::Duration};

/// How many are remembered at most; forgetting one only gives it its allowance back.
const REMEMBERED: usize = 10_000;

/// An allowance of `burst` times that grows back by one each `interval`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    pub(crate) burst: i64,
    pub(crate) interval: Duration,
}

/// The generic cell rate algorithm: for each key, the moment when its allowance is
/// whole again, in milliseconds of any clock.
///
/// Ours because its memory has a limit that no flood of keys can pass: crates that
/// count by key forget keys only when told to.
#[derive(Debug)]
pub(crate) struct Meter<K> {
    allowance: Allowance,
    whole_at: HashMap<K, i64>,
}

impl<K: Eq + Hash + Clone> Meter<K> {
    pub(crate) fn new(allowance: Allowance) -> Self {
        Self { allowance, whole_at: HashMap::new() }
    }

    fn interval(&self) -> i64 {
        i64::try_from(self.allowance.interval.as_millis()).unwrap_or(i64::MAX)
    }

    /// Uses the allowance of `key` once.
    ///
    /// # Errors
    /// It is used up; how long to wait.
    pub(crate) fn take(&mut self, key: K, now: i64) -> Result<(), Duration> {
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

    pub(crate) fn give_back(&mut self, key: &K) {
        let interval = self.interval();
        if let Some(whole_at) = self.whole_at.get_mut(key) {
            *whole_at = whole_at.saturating_sub(interval);
        }
    }

    pub(crate) fn forget(&mut self, key: &K) {
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

    const SLOW: Allowance = Allowance { burst: 3, interval: Duration::from_secs(10) };

    #[test]
    fn rl_01_a_burst_then_one_at_a_time() {
        let mut meter = Meter::new(SLOW);
        let mut take = |now| meter.take("key", now);
        assert_eq!([take(0), take(0), take(0)], [Ok(()); 3]);
        assert_eq!(take(4_000), Err(Duration::from_secs(6)));
        assert_eq!([take(10_000), take(20_000)], [Ok(()); 2]);
        assert_eq!(take(20_000), Err(Duration::from_secs(10)));
        // A clock that goes back makes nobody wait longer than the whole allowance.
        assert_eq!(meter.take("other", -1_000_000), Ok(()));
    }

    #[test]
    fn rl_03_memory_is_bounded() {
        let mut meter = Meter::new(SLOW);
        for key in 0..REMEMBERED * 2 {
            assert_eq!(meter.take(key, 0), Ok(()));
        }
        assert_eq!(meter.whole_at.len(), REMEMBERED);
        assert_eq!(meter.take(0, 20_000), Ok(()));
        assert_eq!(meter.whole_at.len(), 1);
    }
}
