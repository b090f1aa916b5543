//! Who wants to hear of something. Islands share no context with each other, so
//! what they share lives in thread-locals that hold lists of these.

use std::rc::Rc;

/// Hears of a `T`.
pub(crate) type Listener<T> = Rc<dyn Fn(&T)>;

/// Those who listen to `T`.
pub(crate) struct Listeners<T> {
    next: u32,
    entries: Vec<(u32, Listener<T>)>,
}

impl<T> Listeners<T> {
    pub(crate) const fn new() -> Self {
        Self { next: 0, entries: Vec::new() }
    }

    /// Adds a listener; the answer removes it again.
    pub(crate) fn add(&mut self, hear: Listener<T>) -> u32 {
        self.next += 1;
        self.entries.push((self.next, hear));
        self.next
    }

    pub(crate) fn remove(&mut self, key: u32) {
        self.entries.retain(|(other, _)| *other != key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Those who listen now. Callers let go of the list before they call them: a
    /// listener may add or remove others.
    pub(crate) fn current(&self) -> Vec<Listener<T>> {
        self.entries.iter().map(|(_, hear)| Rc::clone(hear)).collect()
    }
}
