//! Places for what lasts: streams and uploads. Some for each person, some in all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use crate::auth::LoginId;

/// Who may have only so many places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// One sign-in: a browser.
    Login(LoginId),
    /// One person with all their browsers.
    Staff(Uuid),
    /// One token of a widget.
    Token(Uuid),
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Crowded {
    /// This holder has enough.
    #[error("this holder has too many")]
    Holder(Holder),
    /// The portal has enough; wait.
    #[error("there are too many")]
    Portal,
}

/// Places of one kind.
#[derive(Debug, Clone)]
pub struct Seats {
    in_all: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    by_holder: HashMap<Holder, usize>,
    in_all: usize,
}

/// A place; dropped, it is free again.
#[derive(Debug)]
pub struct Seat {
    holders: Vec<Holder>,
    seats: Seats,
}

impl Seats {
    /// So many places in all.
    #[must_use]
    pub fn new(in_all: usize) -> Self {
        Self { in_all, taken: Arc::default() }
    }

    /// Takes a place, if each of these holders has fewer than the number beside it.
    ///
    /// # Errors
    /// There is none.
    pub fn take(&self, claims: &[(Holder, usize)]) -> Result<Seat, Crowded> {
        let mut taken = self.taken();
        if taken.in_all >= self.in_all {
            return Err(Crowded::Portal);
        }
        let is_full = |(holder, most): &&(Holder, usize)| taken.by_holder.get(holder).is_some_and(|has| has >= most);
        if let Some((holder, _)) = claims.iter().find(is_full) {
            return Err(Crowded::Holder(*holder));
        }
        let holders: Vec<Holder> = claims.iter().map(|(holder, _)| *holder).collect();
        for holder in &holders {
            *taken.by_holder.entry(*holder).or_default() += 1;
        }
        taken.in_all += 1;
        drop(taken);
        Ok(Seat { holders, seats: self.clone() })
    }

    /// How many are taken.
    #[must_use]
    pub fn count(&self) -> usize {
        self.taken().in_all
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing is left half done when a holder of the lock panics.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.in_all = taken.in_all.saturating_sub(1);
        for holder in &self.holders {
            if let Some(has) = taken.by_holder.get_mut(holder) {
                *has = has.saturating_sub(1);
                if *has == 0 {
                    taken.by_holder.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rt_03_each_holder_and_all_together_have_so_many_places() {
        let seats = Seats::new(4);
        let staff = |n| Holder::Staff(Uuid::from_u128(n));
        let (anna, berit) = ([(staff(1), 2)], [(staff(2), 3), (staff(3), 1)]);
        let mut taken = vec![seats.take(&anna).unwrap(), seats.take(&anna).unwrap()];
        assert_eq!(seats.take(&anna).unwrap_err(), Crowded::Holder(staff(1)));
        taken.push(seats.take(&berit).unwrap());
        assert_eq!(seats.take(&berit).unwrap_err(), Crowded::Holder(staff(3)));
        taken.push(seats.take(&[]).unwrap());
        assert_eq!(seats.take(&[]).unwrap_err(), Crowded::Portal);
        taken.remove(0);
        seats.take(&anna).unwrap();
        drop(taken);
        assert_eq!(seats.count(), 0);
        assert!(seats.taken().by_holder.is_empty());
    }
}
