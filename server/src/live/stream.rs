//! `GET /live`: tells a browser of changes as server-sent events.
//!
//! A stream has no queue of its own. It remembers the last number that it told;
//! woken, and when the browser takes more, it reads on from there. A browser that
//! stands still costs nothing, and one that missed too much is told to load anew.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use app::model::{LiveEvent, Staff};
use axum::{
    Extension,
    extract::{RawQuery, State},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior},
};

use crate::{
    auth::{self, LoginId},
    error::{ApiError, chain},
    rights::{Actor, Reach},
    security::seats::{Crowded, Seat},
    state::Portal,
    store::StoreError,
};

/// Most events told at once; who missed more loads the page again.
const REPLAY_MAX: u32 = 1_000;
/// Keeps proxies from taking a quiet stream for a dead one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often it is looked at whether the reader is still signed in.
const RECHECK: Duration = Duration::from_secs(30);
/// When the browser comes back after a break: this, and up to as much again, so
/// that not all come at once.
const RETRY_MS: u16 = 1_000;
/// How soon to try again when there is no place.
const NO_PLACE: Duration = Duration::from_secs(30);

pub(super) async fn live(
    State(portal): State<Arc<Portal>>,
    Extension(login): Extension<LoginId>,
    Actor { staff, reach, .. }: Actor,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(ApiError::Forgery("The live stream is for the portal's own pages."));
    }
    let seat = portal.hub.seat(login, staff.id).map_err(|crowded| match crowded {
        Crowded::Holder(_) => ApiError::SlowDown { retry_after: NO_PLACE },
        Crowded::Portal => ApiError::Busy { retry_after: NO_PLACE },
    })?;
    // Listen first, then read: what comes in between is told by both, and told once.
    let changes = portal.hub.listen();
    let last = portal.store.read().await?.last_event().await?;
    let mut telling = Telling {
        told: last,
        ready: VecDeque::from([Event::default().retry(retry(&portal)?).comment("live")]),
        recheck: recheck(),
        unread: false,
        ended: false,
        changes,
        sign_outs: portal.hub.sign_outs(),
        login,
        staff,
        reach,
        _seat: seat,
        portal,
    };
    match start(&headers, query.as_deref()) {
        Start::Now => {}
        Start::After(seq) if seq <= last => (telling.told, telling.unread) = (seq, true),
        // Numbers that were never given out: the page is of another life of the database.
        Start::After(_) | Start::Unclear => telling.ready.push_back(resync(last)),
    }
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

/// Where the reader wants to go on.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// With whatever comes next.
    Now,
    /// After this event.
    After(u64),
    /// It named something, but no number.
    Unclear,
}

/// A browser that comes back names the last event that it saw; one that loaded a
/// page names the last event that the page shows.
fn start(headers: &HeaderMap, query: Option<&str>) -> Start {
    let seen = headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default());
    let since = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("since=")));
    match seen.or(since) {
        None => Start::Now,
        Some(number) => number.parse().map_or(Start::Unclear, Start::After),
    }
}

fn retry(portal: &Portal) -> Result<Duration, ApiError> {
    let jitter = u16::from_le_bytes(portal.random.bytes()?) % RETRY_MS;
    Ok(Duration::from_millis(u64::from(RETRY_MS + jitter)))
}

fn recheck() -> Interval {
    let mut recheck = tokio::time::interval_at(tokio::time::Instant::now() + RECHECK, RECHECK);
    recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
    recheck
}

struct Telling {
    portal: Arc<Portal>,
    login: LoginId,
    /// The reader, as they were when the stream began.
    staff: Staff,
    /// What they may hear of.
    reach: Reach,
    changes: watch::Receiver<()>,
    sign_outs: watch::Receiver<()>,
    recheck: Interval,
    /// Number of the last event that was made ready.
    told: u64,
    ready: VecDeque<Event>,
    /// Whether there may be events after [`Self::told`].
    unread: bool,
    ended: bool,
    _seat: Seat,
}

impl Telling {
    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            if std::mem::take(&mut self.unread)
                && let Err(error) = self.read().await
            {
                // The browser comes back and goes on where it was.
                tracing::error!(error = %chain(&error), "live stream ends: events cannot be read");
                return None;
            }
            if self.ready.is_empty() {
                self.wait().await;
            }
        }
    }

    /// Makes ready what happened since.
    async fn read(&mut self) -> Result<(), StoreError> {
        let mut read = self.portal.store.read().await?;
        // Looked up first: what comes in between is told now, and not passed over.
        let last = read.last_event().await?;
        let events = read.events_after(self.reach, self.told, REPLAY_MAX + 1).await?;
        let too_many = u32::try_from(events.len()).is_ok_and(|count| count > REPLAY_MAX);
        if too_many {
            self.told = last;
            self.ready.push_back(resync(last));
            return Ok(());
        }
        for event in events {
            self.told = event.seq;
            self.ready.extend(message(&event));
        }
        // Events of others need not be read again.
        self.told = self.told.max(last);
        Ok(())
    }

    async fn wait(&mut self) {
        // The hub lives as long as the portal that this stream holds: its ends do not fail.
        let is_doubtful = tokio::select! {
            () = self.portal.shutdown.cancelled() => {
                self.ended = true;
                false
            }
            _ = self.changes.changed() => {
                self.unread = true;
                false
            }
            _ = self.sign_outs.changed() => true,
            _ = self.recheck.tick() => true,
        };
        if is_doubtful {
            // Fails closed: a stream ends whose reader cannot be looked up, or has other
            // rights than before. Who still has some comes back.
            let reader = auth::still_signed_in(&self.portal, self.login).await;
            self.ended = !reader.is_ok_and(|reader| reader.is_some_and(|reader| reader == self.staff));
        }
    }
}

fn message(event: &LiveEvent) -> Option<Event> {
    let data = serde_json::to_string(event).ok()?;
    Some(Event::default().event(LiveEvent::NAME).id(event.seq.to_string()).data(data))
}

/// An event without data is not delivered, so it has some.
fn resync(last: u64) -> Event {
    Event::default().event(LiveEvent::RESYNC).id(last.to_string()).data("{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rt_05_goes_on_where_the_browser_was() {
        let at = |seen: Option<&'static str>, query| {
            let mut headers = HeaderMap::new();
            if let Some(seen) = seen {
                headers.insert("last-event-id", HeaderValue::from_static(seen));
            }
            start(&headers, query)
        };
        assert_eq!(at(None, None), Start::Now);
        assert_eq!(at(None, Some("x=1")), Start::Now);
        assert_eq!(at(None, Some("x=1&since=7")), Start::After(7));
        assert_eq!(at(Some("9"), Some("since=7")), Start::After(9));
        for garbage in ["", "-1", "1.5", "x", "99999999999999999999999", "7 OR 1=1"] {
            assert_eq!(at(Some(garbage), Some("since=7")), Start::Unclear, "{garbage}");
        }
    }
}
