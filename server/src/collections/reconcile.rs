//! Finding out what became of collections whose sending nobody saw to its end.
//!
//! The API cannot be asked by external reference, so its list is read, narrowed by
//! time and title, and compared here, session by session. Only when that shows
//! nothing, twice, and a request could not be under way any more, is a session taken
//! for not made, and with it the collection for not sent. When all that was asked
//! for is there, the stages that are left are asked for.

use std::collections::HashMap;

use app::model::{CollectionId, Moment, SessionId};
use contract::{ListQuery, SigningSession, Sort, SortField, limits};
use upstream::{Deadlines, SigningApi, UpstreamError};

use super::{Numbers, Whole, cleanup, stages};
use crate::{
    audit::By,
    rights::Reach,
    sessions::{Step, moment},
    state::Portal,
    store::{StoreError, sessions::SessionRecord},
};

/// How much the API's clock may be behind ours: 24 hours. The title narrows the
/// list as well, so being generous costs little; a session overlooked would cost much.
const CLOCK_MARGIN_MS: i64 = 24 * 3600 * 1000;
/// A plan that nobody touched for so long is given up: 15 minutes, which is longer
/// than any upload may take and shorter than the API keeps its documents.
const IDLE_MS: i64 = 15 * 60 * 1000;
/// Listings that must show nothing before a session is taken for not made.
const CLEAN_SCANS: u32 = 2;

const INTERRUPTED: &str = "Sending was interrupted before the signing service had the session.";
const NOT_THERE: &str = "The signing service did not take all that was asked of it.";
const NUMBERS_LOST: &str = "Sending was interrupted, and national numbers are not kept. Please send again.";

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

/// Collections that were last heard of before `before` while they were sent become open questions.
async fn doubt(portal: &Portal, before: Moment) -> Result<(), StoreError> {
    let sending = portal.store.read().await?.collections_in_steps([Step::Sending; 2]).await?;
    for collection in sending.into_iter().filter(|collection| collection.updated < before) {
        stages::doubt(portal, &By::PORTAL, collection.id).await?;
    }
    Ok(())
}

/// Plans last touched before `before` are given up. Nothing was sent of them.
async fn give_up_plans(portal: &Portal, before: Moment) -> Result<(), StoreError> {
    let plans = portal.store.read().await?.collections_in_steps([Step::Planned, Step::Uploading]).await?;
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
    let open = portal.store.read().await?.collections_in_steps([Step::Unknown; 2]).await?;
    for collection in open {
        let id = collection.id;
        let sessions = portal.store.read().await?.sessions_in(id).await?;
        let asked: Vec<&SessionRecord> = sessions.iter().filter(|session| session.step == Step::Unknown).collect();
        let asked_at = portal.moment();
        let since = asked.iter().map(|session| began(session)).min().unwrap_or(collection.created);
        let mut found = if asked.is_empty() {
            HashMap::new()
        } else {
            search(portal.upstream.as_ref(), &collection.title, since).await?
        };
        for session in asked {
            match found.remove(&session.id.to_string()).unwrap_or_default().split_first() {
                Some((oldest, others)) => {
                    stages::adopt(portal, id, session.id, oldest).await?;
                    delete_doubles(portal, id, others).await?;
                }
                None if asked_at.since(began(session)) >= quiet_ms() => missed(portal, id, session.id).await?,
                None => {}
            }
        }
        settle(portal, id).await?;
    }
    Ok(())
}

const fn began(session: &SessionRecord) -> Moment {
    match session.send_started {
        Some(started) => started,
        None => session.created,
    }
}

/// The API's sessions of this title, by our reference, oldest first.
async fn search(
    api: &dyn SigningApi,
    title: &str,
    since: Moment,
) -> Result<HashMap<String, Vec<SigningSession>>, UpstreamError> {
    let mut query = ListQuery {
        limit: limits::LIST_LIMIT_MAX,
        sort: vec![Sort { field: SortField::CreatedAt, descending: false }],
        created_from: moment::to_time(Moment(since.0.saturating_sub(CLOCK_MARGIN_MS))),
        title_like: Some(title.to_owned()),
        ..ListQuery::default()
    };
    let mut found: HashMap<String, Vec<SigningSession>> = HashMap::new();
    loop {
        let page = api.sessions(&query).await?;
        let rows = u32::try_from(page.data.len()).unwrap_or(u32::MAX);
        for seen in page.data {
            if let Some(reference) = seen.terms.external_reference.clone() {
                found.entry(reference).or_default().push(seen);
            }
        }
        query.offset = query.offset.saturating_add(rows);
        if rows == 0 || u64::from(query.offset) >= page.total || query.offset > limits::LIST_OFFSET_MAX {
            return Ok(found);
        }
    }
}

/// Deletes all but the first of several sessions that carry the same reference.
async fn delete_doubles(portal: &Portal, id: CollectionId, others: &[SigningSession]) -> Result<(), StoreError> {
    if others.is_empty() {
        return Ok(());
    }
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    for other in others {
        change.add_leftover(id, other.id.into(), now).await?;
    }
    portal.commit(change).await?;
    tracing::warn!(collection.id = %id, doubles = others.len(), "the API has a session several times; the oldest stays");
    cleanup::sweep_of(portal, id).await
}

/// A listing after the quiet time did not show the session.
async fn missed(portal: &Portal, id: CollectionId, session: SessionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, session).await? else { return Ok(()) };
    session.clean_scans = session.clean_scans.saturating_add(1);
    change.save_session(&session, now).await?;
    portal.commit(change).await?;
    if session.clean_scans >= CLEAN_SCANS {
        cleanup::give_up(portal, &By::PORTAL, id, NOT_THERE).await?;
    }
    Ok(())
}

/// When all that was asked for is there, goes on with what is left.
async fn settle(portal: &Portal, id: CollectionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(collection) = change.collection(Reach::PORTAL, id).await? else { return Ok(()) };
    if collection.step != Step::Unknown {
        return Ok(());
    }
    let mut whole = Whole::of(&mut *change, collection).await?;
    if whole.sessions.iter().any(|session| session.step == Step::Unknown) {
        return Ok(());
    }
    let left = whole.sessions.iter().filter(|session| session.step == Step::Planned);
    if left.into_iter().any(|session| session.planned.person.is_some()) {
        drop(change);
        return cleanup::give_up(portal, &By::PORTAL, id, NUMBERS_LOST).await;
    }
    whole.collection.step = Step::Sending;
    change.save_collection(&whole.collection, now).await?;
    portal.commit(change).await?;
    // What goes wrong is recorded; nobody waits for the answer.
    if let Err(error) = stages::ask(portal, &By::PORTAL, id, &Numbers::default()).await {
        tracing::warn!(collection.id = %id, error = %crate::error::chain(&error), "collection not sent");
    }
    Ok(())
}
