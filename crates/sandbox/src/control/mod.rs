//! `/__sandbox`: what tests do to the service and no real service offers. Not there unless it is switched on.

mod act;
mod clients;
mod crash;
mod faults;
mod fill;
mod packages;
mod snapshot;

use axum::{
    Json, Router,
    extract::State,
    routing::{delete, get, post, put},
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

pub(crate) use crash::{Crash, Moment};
#[cfg(test)]
pub(crate) use faults::OPERATIONS;
pub(crate) use faults::{EventFault, Faults, Planned, inject as inject_fault, strike_packaging as packaging_fault};
pub(crate) use snapshot::Snapshots;

use crate::{extract::JsonBody, problem::ApiError, service::App};

/// The routes of the control plane.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/clock", post(advance_clock))
        .route("/sweep", post(sweep))
        .route("/sessions/{sessionId}/sign", post(act::sign))
        .route("/sessions/{sessionId}/reject", post(act::reject))
        .route("/faults", post(faults::plan).delete(faults::clear))
        .route("/crash", post(crash::plan))
        .route("/fill", post(fill::fill))
        .route("/snapshot", post(snapshot::take))
        .route("/snapshot/{snapshotId}/restore", post(snapshot::restore))
        .route("/clients/{clientId}", put(clients::secrets))
        .route("/tokens", delete(faults::expire_tokens))
        .route("/packages", get(packages::list))
        .route("/reset", delete(reset))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    advance_seconds: u32,
}

#[derive(Serialize)]
struct Now {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
}

/// `POST /__sandbox/clock {"advanceSeconds": n}`; 0 only asks for the time.
async fn advance_clock(State(app): State<App>, JsonBody(request): JsonBody<Advance>) -> Result<Json<Now>, ApiError> {
    let now = match request.advance_seconds {
        0 => app.clock.now(),
        seconds => app
            .clock
            .advance(Duration::seconds(seconds.into()))
            .ok_or(ApiError::Conflict("this service runs on the machine's clock, which cannot be moved"))?,
    };
    app.packaging.wake();
    Ok(Json(Now { now }))
}

/// `POST /__sandbox/sweep`: removes now what the background task would remove later.
async fn sweep(State(app): State<App>) -> Result<http::StatusCode, ApiError> {
    crate::sweep::once(&app).await?;
    Ok(http::StatusCode::NO_CONTENT)
}

/// `DELETE /__sandbox/reset`: forgets all documents, collections, sessions, undelivered events and planned faults.
async fn reset(State(app): State<App>) -> Result<http::StatusCode, ApiError> {
    app.faults.clear();
    let mut tx = app.store.write().await?;
    crate::store::sweep::everything(&mut tx).await?;
    tx.commit().await?;
    crate::sweep::once(&app).await?;
    Ok(http::StatusCode::NO_CONTENT)
}
