//! Deleting at the API what nothing here needs any more.

use app::model::{Action, CollectionId, Moment};
use upstream::{SigningApi, UpstreamError};

use crate::{
    audit::{Act, By},
    rights::Reach,
    sessions::Step,
    state::Portal,
    store::{StoreError, Write, sessions::leftovers::Leftover},
};

use super::Whole;

/// Lets go of all that a collection has at the API: what was its, is a leftover now.
/// The sessions are for the caller to save, as is the collection.
///
/// # Errors
/// As [`StoreError`] says; then `change` must not be committed.
pub(super) async fn let_go(change: &mut Write, whole: &mut Whole, now: Moment) -> Result<(), StoreError> {
    let id = whole.collection.id;
    for session in &mut whole.sessions {
        if let Some(upstream) = session.upstream.take() {
            change.add_leftover(id, upstream.into(), now).await?;
        }
    }
    if let Some(upstream) = whole.collection.upstream.take() {
        change.add_leftover(id, upstream.into(), now).await?;
    }
    for document in &mut whole.documents {
        if let Some(upstream) = document.document.take() {
            change.add_leftover(id, upstream.into(), now).await?;
            change.save_document(document).await?;
        }
    }
    Ok(())
}

/// Gives a collection up that the API does not have, or not whole: it was not sent,
/// for this reason. One that was sent meanwhile stays as it is. Its leftovers are
/// for [`sweep`].
///
/// # Errors
/// As [`StoreError`] says.
pub async fn give_up(portal: &Portal, by: &By, id: CollectionId, failure: &str) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(collection) = change.collection(Reach::PORTAL, id).await? else { return Ok(()) };
    if !collection.step.is_unsent() && !collection.step.is_open_question() {
        return Ok(());
    }
    let mut whole = Whole::of(&mut *change, collection).await?;
    let_go(&mut change, &mut whole, now).await?;
    whole.collection.step = Step::Failed;
    change.save_collection(&whole.collection, now).await?;
    for session in &mut whole.sessions {
        session.step = Step::Failed;
        session.failure = Some(failure.to_owned());
        change.save_session(session, now).await?;
        portal.record(&mut change, session.team, by, Act::refused(Action::SessionFailed).to(session.id)).await?;
    }
    portal.commit(change).await?;
    tracing::info!(collection.id = %id, failure, "collection not sent");
    Ok(())
}

/// Deletes a collection's leftovers now, as far as the API answers; the rest follows
/// in the background.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn sweep_of(portal: &Portal, id: CollectionId) -> Result<(), StoreError> {
    match sweep(portal, Some(id)).await {
        Ok(()) | Err(SweepError::Upstream(_)) => Ok(()),
        Err(SweepError::Store(error)) => Err(error),
    }
}

/// Why leftovers are still there.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The API does not answer; try again later.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Deletes leftovers, of one collection or of all, until none is left or the API
/// does not answer.
///
/// # Errors
/// Some are left, as [`SweepError`] says why.
pub async fn sweep(portal: &Portal, of: Option<CollectionId>) -> Result<(), SweepError> {
    loop {
        let due = portal.store.read().await?.leftovers(of).await?;
        if due.is_empty() {
            return Ok(());
        }
        for leftover in due {
            match delete(portal.upstream.as_ref(), leftover).await {
                Ok(()) | Err(UpstreamError::NotFound(_)) => {}
                // Asking again would be refused again. The API deletes documents that
                // no session needs by itself.
                Err(error @ UpstreamError::Invalid(_)) => {
                    tracing::warn!(?leftover, upstream.trace_id = error.trace_id(), "the API refuses to delete");
                }
                Err(error) => return Err(error.into()),
            }
            let mut change = portal.store.write().await?;
            if let Some(id) = change.forget_leftover(leftover).await?
                && let Some(of) = change.collection(Reach::PORTAL, id).await?
            {
                let act = Act::done(Action::LeftoverDeleted).to(leftover).saying(id.to_string());
                portal.record(&mut change, of.team, &By::PORTAL, act).await?;
            }
            change.commit().await?;
        }
    }
}

/// Deletes one thing.
async fn delete(api: &dyn SigningApi, leftover: Leftover) -> Result<(), UpstreamError> {
    match leftover {
        Leftover::Session(id) => api.delete_session(id).await,
        Leftover::Collection(id) => api.delete_collection(id).await,
        Leftover::Document(id) => api.delete_document(id).await,
    }
}
