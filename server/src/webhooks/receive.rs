//! `POST /webhooks/signing`: takes an event down, and does nothing else.
//!
//! The answer comes when the event is on disk. A sender that does not hear it sends
//! the event again, which is then known.

use std::sync::Arc;

use app::{
    error::{ErrorKind, PortalError},
    model::Moment,
};
use axum::{
    body::Bytes,
    extract::{Extension, State},
};
use contract::Event;
use http::{HeaderMap, StatusCode};
use time::{Duration, OffsetDateTime};

use super::Source;
use crate::{error::ApiError, metrics::Received, security::client::ClientIp, state::Portal, store::webhooks::NewEvent};

/// How far an event's time may be from ours (Standard Webhooks; contract §9).
const TOLERANCE: Duration = Duration::minutes(5);
/// Longest id of an event, in bytes.
const ID_MAX: usize = 255;

pub(super) async fn receive(
    State(portal): State<Arc<Portal>>,
    Extension(ClientIp(address)): Extension<ClientIp>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    if !portal.webhooks.expects_events() {
        return Err(PortalError::not_found().into());
    }
    let (received, outcome) = match portal.webhooks.count(address, portal.walls.now()) {
        Ok(()) => judge(&portal, &headers, &body).await?,
        Err(retry_after) => (Received::TooMany, Err(ApiError::SlowDown { retry_after })),
    };
    portal.metrics.webhook(received);
    outcome.map(|()| StatusCode::OK)
}

/// What became of an event, for those who count, and for its sender. What is not for
/// us is taken like the rest, so that it is not sent again and again.
async fn judge(
    portal: &Portal,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Received, Result<(), ApiError>), ApiError> {
    let Some((Source { account, .. }, signed)) = portal.webhooks.verify(headers, body) else {
        let error = PortalError::new(ErrorKind::Unauthenticated, "The event's signature is missing or wrong.");
        return Ok((Received::Forged, Err(error.into())));
    };
    let Ok(event) = serde_json::from_slice::<Event>(body) else {
        return Ok((Received::Malformed, Err(ApiError::BadRequest("This is no event of the signing service."))));
    };
    let now = portal.clock.now();
    if is_far(now, signed.at.unwrap_or(event.timestamp)) {
        let text = "The event's time is more than five minutes from now.";
        return Ok((Received::Late, Err(ApiError::BadRequest(text))));
    }
    if event.account_id != *account {
        return Ok((Received::Foreign, Ok(())));
    }
    if event.is_mock() {
        return Ok((Received::Mock, Ok(())));
    }
    let (true, Some(session)) = (event.event_name.is_known(), event.session_id()) else {
        return Ok((Received::Unknown, Ok(())));
    };
    let id = signed.id.as_ref().unwrap_or(&event.id);
    if id.is_empty() || id.len() > ID_MAX {
        return Ok((Received::Malformed, Err(ApiError::BadRequest("The event's id is missing or too long."))));
    }
    let new =
        NewEvent { id, name: &event.event_name, session, occurred: Moment(crate::clock::millis(event.timestamp)) };
    let mut change = portal.store.write().await?;
    let is_new = change.insert_webhook_event(&new, portal.moment()).await?;
    change.commit().await?;
    if !is_new {
        return Ok((Received::Duplicate, Ok(())));
    }
    portal.webhooks.arrivals.notify_one();
    Ok((Received::Taken, Ok(())))
}

fn is_far(now: OffsetDateTime, at: OffsetDateTime) -> bool {
    (now - at).abs() > TOLERANCE
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn wh_02_five_minutes_either_way() {
        let now = datetime!(2026-11-24 12:00 UTC);
        for (seconds, expected) in
            [(0, false), (299, false), (300, false), (301, true), (-300, false), (-301, true), (604_800, true)]
        {
            assert_eq!(is_far(now, now + Duration::seconds(seconds)), expected, "{seconds}");
        }
        assert!(is_far(now, datetime!(0001-01-01 0:00 UTC)));
    }
}
