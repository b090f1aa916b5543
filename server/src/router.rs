//! Every route, and the layers around them.

use std::sync::Arc;

use axum::Router;

use crate::state::Portal;

/// The portal's routes.
pub fn router(portal: Arc<Portal>) -> Router {
    // Needs a sign-in: everything but what `open` lists.
    let guarded = Router::new();
    // Needs none.
    let open = Router::new();
    open.merge(guarded).with_state(portal)
}
