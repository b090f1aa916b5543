//! Finding out what became of sessions whose sending nobody saw to its end.
//!
//! The API cannot be asked by external reference, so its list is read, narrowed by
//! time and title, and compared here. Only when that shows nothing, twice, and a
//! request could not be under way any more, is a session taken for not sent.

use app::model::{Action, Moment, SessionId};
use contract::{ListQuery, SigningSession, Sort, SortField, limits};
use upstream::{Deadlines, SigningApi, UpstreamError};

use super::{Step, cleanup, moment, observe};
use crate::{
    audit::{Act, By},
    rights::Reach,
    state::Portal,
    store::{StoreError, sessions::SessionRecord},
};

/// How much the API's clock may be behind ours: 24 hours. The title narrows the
/// list as well, so being generous costs little; a session overlooked would cost much.
const CLOCK_MARGIN_MS: i64 = 24 * 3600 * 1000;
/// A plan that nobody touched for so long is given up: 15 minutes, which is longer
/// than any upload may take and shorter than the API keeps its documents.
const IDLE_MS: i64 = 15 * 60 * 1000;
/// Listings that must show nothing before a session is taken for not sent.
const CLEAN_SCANS: u32 = 2;

const INTERRUPTED: &str = "Sending was interrupted before the signing service had the session.";
const NOT_THERE: &str = "The signing service did not take the session.";

/// How long after its start a create may still take effect: twice its deadline.
fn quiet_ms() -> i64 {
    i64::try_from(Deadlines::default().total.as_millis()).unwrap_or(i64::MAX).saturating_mul(2)
}

/// Why a question stays open.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The API does not answer; try again later.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Once, before requests come in: whatever was under way ended with the last
/// process. Asks nothing of the API; the rounds do, once they begin.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn at_start(portal: &Portal) -> Result<(), StoreError> {
    doubt(portal, Moment(i64::MAX)).await?;
    give_up_plans(portal, Moment(i64::MAX)).await
}

/// Gives up plans that nobody touched for a while, and doubts sending that takes too long.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn by_the_clock(portal: &Portal) -> Result<(), StoreError> {
    let Moment(now) = portal.moment();
    doubt(portal, Moment(now.saturating_sub(quiet_ms()))).await?;
    give_up_plans(portal, Moment(now.saturating_sub(IDLE_MS))).await
}

/// Sessions whose creation began before `before` become open questions.
async fn doubt(portal: &Portal, before: Moment) -> Result<(), StoreError> {
    let sending = portal.store.read().await?.sessions_in_steps([Step::Sending; 2]).await?;
    for id in sending.into_iter().filter(|session| session.send_started < Some(before)).map(|session| session.id) {
        let now = portal.moment();
        let mut change = portal.store.write().await?;
        let Some(mut session) = change.session(Reach::PORTAL, id).await? else { continue };
        if session.step == Step::Sending {
            session.step = Step::Unknown;
            change.save_session(&session, now).await?;
            portal.record(&mut change, session.team, &By::PORTAL, Act::done(Action::SessionDoubted).to(id)).await?;
            portal.commit(change).await?;
        }
    }
    Ok(())
}

/// Plans last touched before `before` are given up. Nothing was sent of them.
async fn give_up_plans(portal: &Portal, before: Moment) -> Result<(), StoreError> {
    let plans = portal.store.read().await?.sessions_in_steps([Step::Planned, Step::Uploading]).await?;
    for plan in plans.into_iter().filter(|plan| plan.updated < before) {
        cleanup::give_up(portal, &By::PORTAL, plan.id, INTERRUPTED).await?;
    }
    Ok(())
}

/// Asks the API about every open question.
///
/// # Errors
/// Questions stay open, as [`ReconcileError`] says why.
pub async fn questions(portal: &Portal) -> Result<(), ReconcileError> {
    let open = portal.store.read().await?.sessions_in_steps([Step::Unknown; 2]).await?;
    for session in open {
        let asked_at = portal.moment();
        let started = session.send_started.unwrap_or(session.created);
        let found = search(portal.upstream.as_ref(), &session, started).await?;
        match found.split_first() {
            Some((oldest, others)) => {
                observe::adopt(portal, &By::PORTAL, session.id, oldest).await?;
                delete_doubles(portal, session.id, others).await?;
            }
            None if asked_at.since(started) >= quiet_ms() => missed(portal, session.id).await?,
            None => {}
        }
    }
    Ok(())
}

/// The API's sessions that carry our reference, oldest first.
async fn search(
    api: &dyn SigningApi,
    session: &SessionRecord,
    started: Moment,
) -> Result<Vec<SigningSession>, UpstreamError> {
    let reference = session.id.to_string();
    let mut query = ListQuery {
        limit: limits::LIST_LIMIT_MAX,
        sort: vec![Sort { field: SortField::CreatedAt, descending: false }],
        created_from: moment::to_time(Moment(started.0.saturating_sub(CLOCK_MARGIN_MS))),
        title_like: Some(session.title.clone()),
        ..ListQuery::default()
    };
    let mut found = Vec::new();
    loop {
        let page = api.sessions(&query).await?;
        let rows = u32::try_from(page.data.len()).unwrap_or(u32::MAX);
        found.extend(
            page.data.into_iter().filter(|seen| seen.terms.external_reference.as_deref() == Some(reference.as_str())),
        );
        query.offset = query.offset.saturating_add(rows);
        if rows == 0 || u64::from(query.offset) >= page.total || query.offset > limits::LIST_OFFSET_MAX {
            return Ok(found);
        }
    }
}

/// Deletes all but the first of several sessions that carry the same reference.
async fn delete_doubles(portal: &Portal, id: SessionId, others: &[SigningSession]) -> Result<(), StoreError> {
    if others.is_empty() {
        return Ok(());
    }
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    for other in others {
        change.add_leftover(id, other.id.into(), now).await?;
    }
    portal.commit(change).await?;
    tracing::warn!(session.id = %id, doubles = others.len(), "the API has a session several times; the oldest stays");
    cleanup::sweep_of(portal, id).await
}

/// A listing after the quiet time did not show the session.
async fn missed(portal: &Portal, id: SessionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    session.clean_scans = session.clean_scans.saturating_add(1);
    change.save_session(&session, now).await?;
    portal.commit(change).await?;
    if session.clean_scans >= CLEAN_SCANS {
        cleanup::give_up(portal, &By::PORTAL, id, NOT_THERE).await?;
    }
    Ok(())
}
