//! The server's time in the browser: the time that the page was made at, plus what
//! has passed since by the browser's monotonic clock. The browser's own date plays
//! no part, be it wrong or changed.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use wasm_bindgen::JsCast;

use crate::{listeners::Listeners, model::Moment, num};

struct Clock {
    /// The server's time when the browser's clock stood at zero.
    zero: Option<i64>,
    listeners: Listeners<Moment>,
    interval: Option<IntervalHandle>,
}

thread_local! {
    static CLOCK: RefCell<Clock> =
        const { RefCell::new(Clock { zero: None, listeners: Listeners::new(), interval: None }) };
}

/// The server's time, once a second. On the server it stands still at `made_at`.
pub(crate) fn follow(made_at: Moment) -> ReadSignal<Moment> {
    let (now, set_now) = signal(made_at);
    Effect::new(move |_| {
        start(made_at);
        set_now.set(self::now());
        let key = CLOCK.with_borrow_mut(|clock| {
            if clock.interval.is_none() {
                clock.interval = set_interval_with_handle(tick, Duration::from_secs(1)).ok();
            }
            clock.listeners.add(Rc::new(move |now| set_now.set(*now)))
        });
        on_cleanup(move || leave(key));
    });
    now
}

/// The server's time now. Before anything on the page told it, the browser's own.
pub(crate) fn now() -> Moment {
    let zero = CLOCK.with_borrow(|clock| clock.zero);
    Moment(zero.map_or_else(|| num::whole(js_sys::Date::now()), |zero| zero.saturating_add(elapsed())))
}

/// The server's clock stood at `at` no later than now. Keeps the time right where
/// the browser's clock stood still, as it does while a machine sleeps.
pub(crate) fn no_earlier_than(at: Moment) {
    CLOCK.with_borrow_mut(|clock| {
        let zero = at.0.saturating_sub(elapsed());
        clock.zero = Some(clock.zero.map_or(zero, |known| known.max(zero)));
    });
}

/// The page was made at `made_at`, just before its first byte arrived.
fn start(made_at: Moment) {
    CLOCK.with_borrow_mut(|clock| {
        if clock.zero.is_none() {
            clock.zero = Some(made_at.0.saturating_sub(first_byte()));
        }
    });
}

fn tick() {
    let now = now();
    for hear in CLOCK.with_borrow(|clock| clock.listeners.current()) {
        hear(&now);
    }
}

fn leave(key: u32) {
    CLOCK.with_borrow_mut(|clock| {
        clock.listeners.remove(key);
        if clock.listeners.is_empty()
            && let Some(interval) = clock.interval.take()
        {
            interval.clear();
        }
    });
}

/// Milliseconds since the browser's clock stood at zero.
fn elapsed() -> i64 {
    window().performance().map_or(0, |performance| num::whole(performance.now()))
}

/// When the page's first byte arrived, by the browser's clock.
fn first_byte() -> i64 {
    window()
        .performance()
        .map(|performance| performance.get_entries_by_type("navigation").get(0))
        .and_then(|entry| entry.dyn_into::<web_sys::PerformanceNavigationTiming>().ok())
        .map_or_else(elapsed, |entry| num::whole(entry.response_start()))
}
