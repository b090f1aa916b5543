//! What is done for events: their sessions are read at the service, at once.
//!
//! Work is done first and ticked off after, so that a kill in between repeats it.
//! Repeating it changes nothing: what is recorded is what the service says.

use std::{collections::HashMap, sync::Arc};

use app::model::Moment;
use contract::{EventName, SigningSessionId};
use futures_util::{StreamExt, stream};
use upstream::UpstreamError;

use crate::{
    error::chain,
    sessions::observe,
    state::Portal,
    store::{StoreError, webhooks::WaitingEvent},
};

/// How many sessions are read at once.
const AT_ONCE: usize = 4;
/// How many events are looked at together.
const BATCH: u32 = 200;
/// After so long an event is left to the sweep, should its session not be readable: an hour.
const PATIENCE_MS: i64 = 3_600_000;
/// For how long ids of events that are not about our sessions are kept: 31 days.
const KEPT_MS: i64 = 31 * 24 * 3_600_000;

/// Why work is left for later.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Works until the portal stops.
pub(crate) async fn run(portal: Arc<Portal>) {
    let working = async {
        loop {
            let arrival = portal.webhooks.arrivals.notified();
            match upstream::in_background(work_off(&portal)).await {
                Ok(()) => arrival.await,
                Err(error) => {
                    if let WorkError::Store(error) = &error {
                        tracing::error!(error = %chain(error), "events wait: the database failed");
                    }
                    let _ = tokio::time::timeout(portal.config.live.poll, arrival).await;
                }
            }
        }
    };
    portal.shutdown.run_until_cancelled(working).await;
}

/// Does what there is to do.
async fn work_off(portal: &Portal) -> Result<(), WorkError> {
    let mut change = portal.store.write().await?;
    let before = Moment(portal.moment().0.saturating_sub(KEPT_MS));
    change.forget_strange_webhook_events(before).await?;
    change.commit().await?;
    loop {
        let waiting = portal.store.read().await?.waiting_webhook_events(BATCH).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut by_session: HashMap<SigningSessionId, Vec<WaitingEvent>> = HashMap::new();
        for event in waiting {
            by_session.entry(event.session).or_default().push(event);
        }
        // One that cannot be read holds up no other.
        let outcomes: Vec<_> = stream::iter(by_session)
            .map(|(session, events)| one(portal, session, events))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), _>>()?;
    }
}

/// Reads one session, and ticks off its events.
async fn one(portal: &Portal, id: SigningSessionId, events: Vec<WaitingEvent>) -> Result<(), WorkError> {
    let ours = portal.store.read().await?.session_by_upstream(id).await?;
    if let Some(session) = &ours {
        let is_old = |event: &WaitingEvent| portal.moment().since(event.received) > PATIENCE_MS;
        match observe::refresh(portal, session, id).await {
            Err(observe::RefreshError::Upstream(error)) if !events.iter().all(is_old) => return Err(error.into()),
            Err(observe::RefreshError::Store(error)) => return Err(error.into()),
            Ok(()) | Err(observe::RefreshError::Upstream(_)) => {}
        }
        if events.iter().any(|event| event.name == EventName::PackageFailed) {
            observe::record_package_failed(portal, session.id).await?;
        }
    }
    let mut change = portal.store.write().await?;
    for event in &events {
        change.tick_off_webhook_event(event, ours.as_ref().map(|session| session.id), portal.moment()).await?;
    }
    Ok(change.commit().await?)
}
