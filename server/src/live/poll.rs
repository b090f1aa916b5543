//! One round over the sessions that can still change at the signing API.

use std::collections::HashMap;

use contract::{LifecycleState, ListQuery, SigningSession, SigningSessionId, Sort, SortField, limits};
use upstream::{SigningApi, UpstreamError};

use crate::{
    collections::{cleanup, reconcile},
    rights::Reach,
    sessions::observe,
    state::Portal,
    store::StoreError,
};

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// There was nothing to ask the API.
    Idle,
    /// The API answered.
    Answered,
    /// The API did not answer.
    Silent,
}

#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

impl From<cleanup::SweepError> for RoundError {
    fn from(error: cleanup::SweepError) -> Self {
        match error {
            cleanup::SweepError::Store(error) => Self::Store(error),
            cleanup::SweepError::Upstream(error) => Self::Upstream(error),
        }
    }
}

impl From<reconcile::ReconcileError> for RoundError {
    fn from(error: reconcile::ReconcileError) -> Self {
        match error {
            reconcile::ReconcileError::Store(error) => Self::Store(error),
            reconcile::ReconcileError::Upstream(error) => Self::Upstream(error),
        }
    }
}

impl From<observe::RefreshError> for RoundError {
    fn from(error: observe::RefreshError) -> Self {
        match error {
            observe::RefreshError::Store(error) => Self::Store(error),
            observe::RefreshError::Upstream(error) => Self::Upstream(error),
        }
    }
}

/// Everything that is to be done now and then: due dates, abandoned plans, open
/// questions, leftovers, and the states of open sessions.
///
/// # Errors
/// As [`StoreError`] says. That the API does not answer is no error, but recorded.
pub async fn round(portal: &Portal) -> Result<Round, StoreError> {
    super::due::tell(portal).await?;
    reconcile::by_the_clock(portal).await?;
    let stale = portal.store.read().await?.stale_since().await?;
    if stale.is_none() && !has_questions(portal).await? {
        return Ok(Round::Idle);
    }
    match ask(portal, stale.is_some()).await {
        Ok(()) => {
            if stale.is_some() {
                tracing::info!("the signing API answers again");
                record_health(portal, Round::Answered).await?;
            }
            Ok(Round::Answered)
        }
        Err(RoundError::Store(error)) => Err(error),
        Err(RoundError::Upstream(error)) => {
            if stale.is_none() {
                tracing::warn!(%error, upstream.trace_id = error.trace_id(), "the signing API does not answer");
                record_health(portal, Round::Silent).await?;
            }
            Ok(Round::Silent)
        }
    }
}

async fn record_health(portal: &Portal, round: Round) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    match round {
        Round::Silent => change.api_is_silent(now).await?,
        Round::Idle | Round::Answered => change.api_answers().await?,
    }
    change.commit().await
}

/// Whether there is anything to ask the API.
async fn has_questions(portal: &Portal) -> Result<bool, StoreError> {
    let mut read = portal.store.read().await?;
    Ok(read.any_open_session().await?
        || !read.leftovers(None).await?.is_empty()
        || !read.unasked_results().await?.is_empty())
}

async fn ask(portal: &Portal, is_stale: bool) -> Result<(), RoundError> {
    reconcile::questions(portal).await?;
    states(portal, is_stale).await?;
    metadata(portal).await?;
    Ok(cleanup::sweep(portal, None).await?)
}

/// Compares open sessions with the API's list, and asks one by one about those
/// that are not on it: they came to an end, or are in a state that we do not know.
/// After a silence the list is read in any case, to see whether the API answers.
async fn states(portal: &Portal, is_stale: bool) -> Result<(), RoundError> {
    let ours = portal.store.read().await?.open_sessions().await?;
    if ours.is_empty() && !is_stale {
        return Ok(());
    }
    let listed = listed(portal.upstream.as_ref()).await?;
    for session in ours {
        let Some(upstream) = session.upstream else { continue };
        match listed.get(&upstream) {
            Some(seen) => observe::record_news(portal, &session, seen).await?,
            None => observe::refresh(portal, &session, upstream).await?,
        }
    }
    Ok(())
}

/// All sessions of the account that wait for somebody. Oldest first, so that what
/// is added while the pages are read comes at the end; what moves up and is
/// overlooked because another left is asked for one by one.
async fn listed(api: &dyn SigningApi) -> Result<HashMap<SigningSessionId, SigningSession>, UpstreamError> {
    let mut query = ListQuery {
        limit: limits::LIST_LIMIT_MAX,
        sort: vec![Sort { field: SortField::CreatedAt, descending: false }],
        states: vec![LifecycleState::Ready, LifecycleState::Blocked],
        ..ListQuery::default()
    };
    let mut listed = HashMap::new();
    loop {
        let page = api.sessions(&query).await?;
        let rows = u32::try_from(page.data.len()).unwrap_or(u32::MAX);
        listed.extend(page.data.into_iter().map(|session| (session.id, session)));
        query.offset = query.offset.saturating_add(rows);
        if rows == 0 || u64::from(query.offset) >= page.total || query.offset > limits::LIST_OFFSET_MAX {
            return Ok(listed);
        }
    }
}

/// Asks about results whose hash is not known yet, and tells pages of the answer.
async fn metadata(portal: &Portal) -> Result<(), RoundError> {
    for (id, mut result) in portal.store.read().await?.unasked_results().await? {
        observe::ask_about(portal.upstream.as_ref(), &mut result).await?;
        let now = portal.moment();
        let mut change = portal.store.write().await?;
        change.put_result(id, &result).await?;
        if let Some(session) = change.session(Reach::PORTAL, id).await? {
            change.append_event(id, session.standing(now), now).await?;
        }
        portal.commit(change).await?;
    }
    Ok(())
}
