//! Sending a session for signing, and what can be done with one that is sent.
//!
//! Sending is a saga of small steps, each of which can be repeated, and none of
//! which loses what the signing API was given:
//!
//! 1. the plan is stored ([`create`]); its id becomes the session's external
//!    reference at the API;
//! 2. each document streams through to the API, hashed on its way ([`uploads`]);
//! 3. the documents are put into a collection, the step `sending` is committed,
//!    and the session is created by one request that is never repeated ([`send`]).
//!
//! When that request's answer is lost, the step becomes `unknown`, and
//! [`reconcile`] finds the session by its external reference, or makes sure that
//! there is none. What must go from the API is first written down as a leftover,
//! then deleted ([`cleanup`]), so that neither a crash nor an outage leaves half
//! a session behind. The one exception: an upload or a collection whose creation
//! the portal did not live to hear of. The API deletes such documents itself
//! after 30 minutes, and a collection without a session shows nobody anything.
//!
//! A session belongs to its owner and to the owner's team. The signing API would
//! show this portal's account every session, so an id without a row here that is
//! within the asker's reach is answered with 404 and never sent on.

mod abandon;
mod check;
pub mod cleanup;
mod create;
mod desk;
mod disposition;
mod downloads;
mod extract;
mod link;
mod moment;
pub mod observe;
pub mod reconcile;
mod refusal;
mod send;
mod step;
mod terms;
mod uploads;

use app::{model::Permission, paths};
use axum::{extract::DefaultBodyLimit, handler::Handler};

use crate::rights::{Access, Routes};

pub(crate) use moment::of_time;
pub use step::{Step, UnknownStep};

/// Longest plan, in bytes: 50 documents with long names in letters of four bytes.
const PLAN_BYTES_MAX: usize = 128 * 1024;

/// What can be done with sessions.
pub fn routes(routes: Routes) -> Routes {
    let plan = &format!("{}/{{id}}", paths::PLANS);
    let send = Access::May(Permission::Send);
    routes
        .post(paths::PLANS, send, create::create.layer(DefaultBodyLimit::max(PLAN_BYTES_MAX)))
        .delete(plan, send, abandon::abandon)
        .post(&format!("{plan}/send"), send, send::send)
        .post(&format!("{plan}/link"), Access::May(Permission::SeeLinks), link::link)
        .get("/sessions/{id}/files/{document}", Access::May(Permission::OpenFiles), downloads::download)
        // The plan's own size limits the body, see `uploads`.
        .put("/uploads/{id}", send, uploads::upload.layer(DefaultBodyLimit::disable()))
}
