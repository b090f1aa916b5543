//! `GET /embed/v1/live`: tells a frame of what it shows as server-sent events.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream;
use http::{HeaderName, HeaderValue, header};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior},
};

use super::{show::Shown, viewer::Viewer};
use crate::{
    error::{ApiError, chain},
    security::seats::{Crowded, Seat},
    state::Portal,
};

/// Keeps proxies from taking a quiet stream for a dead one, and frames from taking
/// what they show for old.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often it is looked at whether the token is still good, and at the clock.
const RECHECK: Duration = Duration::from_secs(15);
/// When to come back for a place.
const NO_PLACE: Duration = Duration::from_secs(30);

pub(super) async fn live(State(portal): State<Arc<Portal>>, viewer: Viewer) -> Result<Response, ApiError> {
    let seat = portal.hub.frame_seat(viewer.claims.jti).map_err(|crowded| match crowded {
        Crowded::Holder(_) => ApiError::SlowDown { retry_after: NO_PLACE },
        Crowded::Portal => ApiError::Busy { retry_after: NO_PLACE },
    })?;
    let mut recheck = tokio::time::interval(RECHECK);
    recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let telling = Telling {
        // Listen first, then read: nothing is missed in between.
        changes: portal.hub.listen(),
        told: None,
        ended: false,
        recheck,
        viewer,
        _seat: seat,
        portal,
    };
    let stream = stream::unfold(telling, |mut telling| async move {
        let event = telling.next().await?;
        Some((Ok::<_, Infallible>(event), telling))
    });
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Telling {
    portal: Arc<Portal>,
    viewer: Viewer,
    changes: watch::Receiver<()>,
    /// The first tick comes at once, and with it the first state.
    recheck: Interval,
    /// What was told last.
    told: Option<String>,
    ended: bool,
    _seat: Seat,
}

impl Telling {
    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        while !self.ended {
            tokio::select! {
                () = self.portal.shutdown.cancelled() => return None,
                // The hub lives as long as the portal that this stream holds: it does not fail.
                _ = self.changes.changed() => {}
                _ = self.recheck.tick() => {
                    match self.viewer.again(&self.portal).await {
                        Ok(Some(viewer)) => self.viewer = viewer,
                        Ok(None) => {
                            self.ended = true;
                            return Some(Event::default().event("token-expired").data("{}"));
                        }
                        // The frame comes back.
                        Err(error) => return log(&error),
                    }
                }
            }
            let shown = match Shown::to(&self.portal, &self.viewer).await {
                Ok(shown) => shown,
                Err(error) => return log(&error),
            };
            let tag = shown.tag();
            if self.told.as_ref() != Some(&tag) {
                self.told = Some(tag);
                let data = serde_json::to_string(&shown).ok()?;
                return Some(Event::default().event("state").data(data));
            }
        }
        None
    }
}

fn log(error: &ApiError) -> Option<Event> {
    tracing::error!(error = %chain(error), "a widget's stream ends: its rows cannot be read");
    None
}
