//! Deleting at the API what nothing here needs any more.

use app::model::{Action, Moment, SessionId};
use upstream::{SigningApi, UpstreamError};

use crate::{
    audit::{Act, By},
    rights::Reach,
    state::Portal,
    store::{
        StoreError, Write,
        sessions::{SessionRecord, leftovers::Leftover},
    },
};

use super::Step;

/// Lets go of all that a session has at the API: what was its, is a leftover now.
///
/// # Errors
/// As [`StoreError`] says; then `change` must not be committed.
pub async fn let_go(change: &mut Write, session: &mut SessionRecord, now: Moment) -> Result<(), StoreError> {
    if let Some(upstream) = session.upstream.take() {
        change.add_leftover(session.id, upstream.into(), now).await?;
    }
    if let Some(collection) = session.collection.take() {
        change.add_leftover(session.id, collection.into(), now).await?;
    }
    for mut document in change.documents_of(session).await? {
        if let Some(id) = document.document.take() {
            change.add_leftover(session.id, id.into(), now).await?;
            change.save_document(&document).await?;
        }
    }
    Ok(())
}

/// Gives a session up that the API does not have: it was not sent, for this reason.
/// One that was sent meanwhile stays as it is. Its leftovers are for [`sweep`].
///
/// # Errors
/// As [`StoreError`] says.
pub async fn give_up(portal: &Portal, by: &By, id: SessionId, failure: &str) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    if !session.step.is_unsent() && !session.step.is_open_question() {
        return Ok(());
    }
    session.step = Step::Failed;
    session.failure = Some(failure.to_owned());
    let_go(&mut change, &mut session, now).await?;
    change.save_session(&session, now).await?;
    portal.record(&mut change, session.team, by, Act::refused(Action::SessionFailed).to(id)).await?;
    portal.commit(change).await?;
    tracing::info!(session.id = %id, failure, "session not sent");
    Ok(())
}

/// Deletes a session's leftovers now, as far as the API answers; the rest follows
/// in the background.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn sweep_of(portal: &Portal, session: SessionId) -> Result<(), StoreError> {
    match sweep(portal, Some(session)).await {
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

/// Deletes leftovers, of one session or of all, until none is left or the API
/// does not answer.
///
/// # Errors
/// Some are left, as [`SweepError`] says why.
pub async fn sweep(portal: &Portal, session: Option<SessionId>) -> Result<(), SweepError> {
    loop {
        let due = portal.store.read().await?.leftovers(session).await?;
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
                && let Some(of) = change.session(Reach::PORTAL, id).await?
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
