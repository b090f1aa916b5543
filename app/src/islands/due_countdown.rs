//! How long a signer has left.

use leptos::prelude::*;

use super::remaining::remaining;
use crate::{
    clock, live,
    model::{Moment, SessionId, Standing},
};

/// Counts down to the due date on the server's time, as long as it matters.
#[island]
pub fn DueCountdown(
    /// Whose due date.
    session: SessionId,
    /// How the session stood when the page was made.
    standing: Standing,
    /// The due date.
    due: Moment,
    /// The server's time when the page was made.
    now: Moment,
    /// The live event that the page was made at.
    as_of: u64,
) -> impl IntoView {
    let standing = live::follow(session, standing, as_of);
    let now = clock::follow(now);
    let class = move || match due <= now.get() {
        _ if standing.get().is_final() => "remaining none",
        true => "remaining late",
        false => "remaining",
    };
    let text = move || if standing.get().is_final() { String::new() } else { remaining(due.since(now.get())) };
    view! { <span class=class>{text}</span> }
}
