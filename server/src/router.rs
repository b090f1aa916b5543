//! Every route, and the layers around them.

use std::{sync::Arc, time::Duration};

use app::paths;
use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    middleware::{from_fn, from_fn_with_state},
};
use tower_http::{catch_panic::CatchPanicLayer, csrf::ConfigError};

use crate::{
    account, audit, auth, collections, embed,
    error::ApiError,
    keys, live, pages, people,
    rights::{Access, Routes},
    security::{client, csrf, headers, reports},
    sessions, site,
    state::Portal,
    telemetry, webhooks,
};

/// Longest body of a form or of JSON, in bytes. Uploads have a limit of their own.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// When to come back to a portal that stops: then there is another, or this one again.
const STOPPING: Duration = Duration::from_secs(15);

/// Every address, and what it takes to use it.
pub fn routes() -> Routes {
    let routes = auth::routes(Routes::default());
    let routes = collections::routes(routes);
    let routes = sessions::routes(routes);
    let routes = live::routes(routes);
    let routes = pages::routes(routes);
    let routes = audit::routes(routes);
    let routes = people::routes(routes);
    let routes = keys::routes(routes);
    let routes = webhooks::routes(routes);
    let routes = account::routes(routes);
    let routes = embed::routes(routes);
    let routes = routes.post(paths::CSP_REPORTS, Access::Machines, reports::take);
    // What a load balancer asks.
    routes.get("/livez", Access::Machines, livez).get("/readyz", Access::Machines, readyz)
}

/// The portal's routes with the layers around them.
///
/// # Errors
/// The portal's public address is no origin.
pub fn router(portal: &Arc<Portal>) -> Result<Router, ConfigError> {
    // From the inside out: the last layer sees a request first.
    Ok(routes()
        .into_router(portal)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(csrf::require_proof))
        .layer(csrf::layer(&portal.config.origin())?)
        .layer(from_fn_with_state(Arc::clone(portal), site::files))
        .layer(from_fn_with_state(Arc::clone(portal), client::find))
        .layer(CatchPanicLayer::custom(telemetry::for_panic))
        .layer(from_fn_with_state(Arc::clone(portal), telemetry::trace))
        .layer(from_fn_with_state(Arc::clone(portal), headers::add))
        .with_state(Arc::clone(portal)))
}

/// Whether the process serves at all.
async fn livez() -> &'static str {
    "ok\n"
}

/// Whether it can do its work. The signing API being away is no reason to send
/// people elsewhere.
async fn readyz(State(portal): State<Arc<Portal>>) -> Result<&'static str, ApiError> {
    if portal.shutdown.is_cancelled() {
        return Err(ApiError::Busy { retry_after: STOPPING });
    }
    portal.store.check().await?;
    Ok("ready\n")
}
