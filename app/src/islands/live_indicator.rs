//! Whether what the page shows is still true.

use leptos::prelude::*;

use crate::{
    clock,
    live::{self, Connection, News},
    model::Moment,
    ui::{clock_in_browsers_zone, localise},
};

/// A connection that is lost for this long, in milliseconds, makes the page stale.
const STALE_AFTER: i64 = 20_000;

/// Live, reconnecting, or stale since some time: a word, a shape and a colour.
#[island]
pub fn LiveIndicator(
    /// The live event that the page was made at.
    as_of: u64,
    /// The server's time when the page was made.
    now: Moment,
) -> impl IntoView {
    let connection = RwSignal::new(Connection::Connecting);
    live::listen(as_of, None, move |news| {
        if let News::Connection(now) = news {
            connection.set(*now);
        }
    });
    Effect::new(|_| localise());
    let now = clock::follow(now);
    let state = Memo::new(move |_| match connection.get() {
        Connection::Connecting => ("live connecting", String::from("Connecting")),
        Connection::Live => ("live on", String::from("Live")),
        Connection::Lost(since) if now.get().since(since) < STALE_AFTER => {
            ("live connecting", String::from("Reconnecting"))
        }
        Connection::Lost(since) => ("live stale", ["Stale since ", &clock_in_browsers_zone(since)].concat()),
    });
    view! {
        <div class=move || state.get().0 role="status" aria-label="Connection">
            <svg class="live-shape" aria-hidden="true" viewBox="0 0 12 12">
                <circle class="shape-on" cx="6" cy="6" r="4"></circle>
                <circle class="shape-connecting" cx="6" cy="6" r="3.5"></circle>
                <path class="shape-stale" d="M6 1 11.5 10.5H.5z"></path>
            </svg>
            <span>{move || state.get().1}</span>
        </div>
    }
}
