//! Live updates: a poller that asks the signing API what became of open sessions,
//! and streams that tell browsers.
//!
//! The database is the truth. What changes is written together with a numbered
//! event; the [`Hub`] only wakes streams, which then read on from the last number
//! that they told. A missed wake-up costs time, never an event.
//!
//! Every member of staff sees all sessions of this desk, on pages and on streams
//! alike; events hold ids and states only.

mod due;
mod hub;
mod poll;
mod rhythm;
mod stream;

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::state::Portal;

pub use hub::{Crowded, Hub, Seat};
pub use poll::{Round, round};
pub use rhythm::run;

/// Routes that need a sign-in.
pub fn routes() -> Router<Arc<Portal>> {
    Router::new().route(app::paths::LIVE, get(stream::live))
}
