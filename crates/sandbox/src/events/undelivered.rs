//! Events that have not arrived: those that are still tried, and dead letters, which can be sent again.

use axum::{Json, extract::State};
use contract::{EventName, SigningSessionId, SubscriptionId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::subscriptions::{enabled, find};
use crate::{
    extract::{JsonBody, PathId},
    problem::ApiError,
    service::App,
    store::deliveries::{self, Undelivered},
};

/// How many events one answer shows.
const SHOWN_MAX: u32 = 100;

/// Some of a subscription's events.
#[derive(Serialize)]
pub(super) struct Letters {
    /// How many there are.
    total: u64,
    /// The oldest of them.
    data: Vec<Letter>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Letter {
    event_id: String,
    event_name: EventName,
    session_id: SigningSessionId,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Failed attempts so far.
    attempts: u32,
    last_failure: Option<String>,
}

impl From<Undelivered> for Letter {
    fn from(Undelivered { event, attempts, last_failure, expires_at }: Undelivered) -> Self {
        Self {
            event_id: event.id,
            event_name: event.name,
            session_id: event.session,
            timestamp: event.occurred_at,
            expires_at,
            attempts,
            last_failure,
        }
    }
}

/// `GET /subscriptions/{subscriptionId}/pending`: the oldest 100 events that are still tried.
pub(super) async fn pending(app: State<App>, id: PathId<SubscriptionId>) -> Result<Json<Letters>, ApiError> {
    list(app, id, false).await
}

/// `GET /subscriptions/{subscriptionId}/dead-letters`: the oldest 100 events that are tried no longer.
pub(super) async fn dead_letters(app: State<App>, id: PathId<SubscriptionId>) -> Result<Json<Letters>, ApiError> {
    list(app, id, true).await
}

async fn list(
    State(app): State<App>,
    PathId(id): PathId<SubscriptionId>,
    dead: bool,
) -> Result<Json<Letters>, ApiError> {
    let mut db = app.store.read().await?;
    let subscription = find(&mut db, id).await?;
    let (total, letters) = deliveries::undelivered(&mut db, subscription.id, dead, SHOWN_MAX).await?;
    Ok(Json(Letters { total, data: letters.into_iter().map(Letter::from).collect() }))
}

/// Which dead letters to send again.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choice {
    /// The one of this event. All without it.
    event_id: Option<String>,
}

/// The answer to [`send_again`].
#[derive(Serialize)]
pub(super) struct Sent {
    /// How many events are on their way again.
    count: u64,
}

/// `POST /subscriptions/{subscriptionId}/dead-letters/send-again {"eventId": "…"}`: starts their time anew.
pub(super) async fn send_again(
    State(app): State<App>,
    PathId(id): PathId<SubscriptionId>,
    JsonBody(choice): JsonBody<Choice>,
) -> Result<(StatusCode, Json<Sent>), ApiError> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let subscription = enabled(&mut tx, id).await?;
    let expires_at = now.saturating_add(subscription.lifetime);
    let count = deliveries::revive(&mut tx, id, choice.event_id.as_deref(), expires_at, now).await?;
    if count == 0 && choice.event_id.is_some() {
        return Err(ApiError::param("eventId", "is not the id of a dead letter of this subscription"));
    }
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(Sent { count })))
}
