//! Signing sessions, one for each signer, and what can be done with them. How they
//! come about is in [`crate::collections`].
//!
//! A session belongs to its owner and to the owner's team. The signing API would
//! show this portal's account every session, so an id without a row here that is
//! within the asker's reach is answered with 404 and never sent on.

mod desk;
mod disposition;
mod downloads;
mod extract;
mod link;
pub(crate) mod moment;
pub mod observe;
mod step;
mod uploads;

use app::{model::Permission, paths};
use axum::{extract::DefaultBodyLimit, handler::Handler};

use crate::rights::{Access, Routes};

pub(crate) use desk::conflict;
pub(crate) use extract::Ids;
pub(crate) use moment::of_time;
pub use step::{Step, UnknownStep};

/// What can be done with sessions.
pub fn routes(routes: Routes) -> Routes {
    routes
        .post(&format!("{}/{{id}}/link", paths::PLANS), Access::May(Permission::SeeLinks), link::link)
        .get("/sessions/{id}/files/{document}", Access::May(Permission::OpenFiles), downloads::download)
        // The plan's own size limits the body, see `uploads`.
        .put("/uploads/{id}", Access::May(Permission::Send), uploads::upload.layer(DefaultBodyLimit::disable()))
}
