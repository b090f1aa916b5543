//! Live updates: a poller that asks the signing API what became of open sessions,
//! and streams that tell browsers.
//!
//! The database is the truth. What changes is written together with a numbered
//! event; the [`Hub`] only wakes streams, which then read on from the last number
//! that they told. A missed wake-up costs time, never an event.
//!
//! A stream tells of the sessions that its reader may see, as pages do; events hold
//! ids and states only.

mod due;
mod hub;
mod poll;
mod rhythm;
mod stream;
mod sweep;

use app::model::Permission;

use crate::rights::{Access, Routes};

pub use hub::Hub;
pub use poll::{Round, round};
pub use rhythm::run;
pub use sweep::{Change, reconcile};

/// The stream.
pub fn routes(routes: Routes) -> Routes {
    routes.get(app::paths::LIVE, Access::May(Permission::SeeSessions), stream::live)
}
