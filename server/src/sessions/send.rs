//! `POST /api/sessions/{id}/send`: creates the planned session at the signing API.

use std::sync::Arc;

use app::{
    error::{ErrorKind, FieldError, PortalError},
    model::{Action, SendOutcome, SessionId, field},
};
use axum::{Json, extract::State};
use contract::{DocumentCollectionId, DocumentId, NewDocumentCollection};
use upstream::UpstreamError;

use super::{Step, cleanup, desk::conflict, extract::Ids, observe, refusal, terms::terms};
use crate::{
    audit::Act,
    backend::portal_error,
    error::ApiError,
    rights::{Actor, Reach},
    state::Portal,
    store::sessions::{SessionRecord, documents::DocumentRecord},
};

pub(super) async fn send(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<SessionId>,
) -> Result<Json<SendOutcome>, ApiError> {
    let work = {
        let portal = Arc::clone(&portal);
        async move { run(&portal, &actor, id).await }
    };
    portal.to_the_end(work).await.map(Json)
}

async fn run(portal: &Portal, actor: &Actor, id: SessionId) -> Result<SendOutcome, ApiError> {
    let documents = match prepared(portal, actor, id).await? {
        Prepared::Answer(outcome) => return Ok(outcome),
        Prepared::Ready(documents) => documents,
    };
    let uploaded: Vec<DocumentId> = documents.iter().filter_map(|document| document.document).collect();
    let references = uploaded.iter().copied().map(Into::into).collect();
    let asked = NewDocumentCollection { documents: references, ..NewDocumentCollection::default() };
    let collection = match portal.upstream.create_collection(&asked).await {
        Ok(collection) => collection.id,
        Err(error) => return Err(refused(portal, actor, id, &error).await?),
    };
    let session = match claimed(portal, actor, id, collection, &uploaded).await? {
        Claim::Ours(session) => session,
        Claim::Answer(outcome) => return Ok(outcome),
    };
    let made = portal.upstream.create_sessions(&[terms(&session, collection, &documents)]).await;
    match made.as_deref() {
        Ok([made]) => {
            observe::adopt(portal, &actor.by, id, made).await?;
            Ok(SendOutcome::Sent)
        }
        Ok(_) => unknown(portal, actor, id).await,
        Err(error) if is_outcome_known(error) => Err(refused(portal, actor, id, error).await?),
        Err(error) => {
            tracing::warn!(session.id = %id, %error, upstream.trace_id = error.trace_id(), "outcome of sending unknown");
            unknown(portal, actor, id).await
        }
    }
}

enum Prepared {
    /// Nothing to do.
    Answer(SendOutcome),
    /// All documents are at the API; these are they.
    Ready(Vec<DocumentRecord>),
}

async fn prepared(portal: &Portal, actor: &Actor, id: SessionId) -> Result<Prepared, ApiError> {
    let mut read = portal.store.read().await?;
    let session = read.session(actor.reach, id).await?.ok_or_else(PortalError::not_found)?;
    if let Some(outcome) = answer(session.step)? {
        return Ok(Prepared::Answer(outcome));
    }
    let documents = read.documents_of(&session).await?;
    let missing: Vec<FieldError> = documents.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        return Err(PortalError::invalid(missing).into());
    }
    Ok(Prepared::Ready(documents))
}

/// What a session in this step is answered with, if it is not to be sent.
fn answer(step: Step) -> Result<Option<SendOutcome>, ApiError> {
    match step {
        Step::Planned | Step::Uploading => Ok(None),
        Step::Sending | Step::Unknown => Ok(Some(SendOutcome::BeingConfirmed)),
        Step::Sent => Ok(Some(SendOutcome::Sent)),
        Step::Failed => Err(conflict("This attempt failed, and nothing of it is left. Please send again.")),
        Step::Abandoned => Err(conflict("This attempt was abandoned. Please send again.")),
    }
}

fn missing(document: &DocumentRecord) -> Option<FieldError> {
    document.document.is_none().then(|| FieldError {
        field: format!("{}[{}]", field::DOCUMENTS, document.position),
        message: "This document is not uploaded yet. Upload it, then send.".to_owned(),
    })
}

enum Claim {
    Ours(Box<SessionRecord>),
    Answer(SendOutcome),
}

/// Commits that the session is being created now. Of two requests at once, one
/// gets the claim; the other's collection is deleted.
async fn claimed(
    portal: &Portal,
    actor: &Actor,
    id: SessionId,
    collection: DocumentCollectionId,
    uploaded: &[DocumentId],
) -> Result<Claim, ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let mut session = change.session(Reach::PORTAL, id).await?.ok_or_else(PortalError::not_found)?;
    let documents = change.documents_of(&session).await?;
    let unchanged = documents.iter().map(|document| document.document).eq(uploaded.iter().copied().map(Some));
    if session.step.is_unsent() && unchanged {
        session.step = Step::Sending;
        session.send_started = Some(now);
        session.collection = Some(collection);
        change.save_session(&session, now).await?;
        let act = Act::done(Action::CollectionMade).to(collection).saying(id.to_string());
        portal.record(&mut change, session.team, &actor.by, act).await?;
        portal.commit(change).await?;
        return Ok(Claim::Ours(Box::new(session)));
    }
    change.add_leftover(id, collection.into(), now).await?;
    portal.commit(change).await?;
    cleanup::sweep_of(portal, id).await?;
    match answer(session.step)? {
        Some(outcome) => Ok(Claim::Answer(outcome)),
        None => Err(conflict("A document was exchanged in the meantime. Please send again.")),
    }
}

/// Whether it is certain that nothing was created.
fn is_outcome_known(error: &UpstreamError) -> bool {
    matches!(
        error,
        UpstreamError::Invalid(_)
            | UpstreamError::NotFound(_)
            | UpstreamError::Unauthorized(_)
            | UpstreamError::Forbidden(_)
            | UpstreamError::TooLarge(_)
            | UpstreamError::UnsupportedType(_)
            | UpstreamError::RateLimited { .. }
            | UpstreamError::Unavailable { .. }
    )
}

/// Nothing was created. A refusal of the session itself ends the attempt; after
/// an outage it can be repeated.
async fn refused(portal: &Portal, actor: &Actor, id: SessionId, error: &UpstreamError) -> Result<ApiError, ApiError> {
    tracing::warn!(session.id = %id, %error, upstream.trace_id = error.trace_id(), "the API did not take the session");
    let refusal = match error {
        UpstreamError::Invalid(problem) => refusal::of(problem),
        // An orphaned document lives for 30 minutes at the API.
        UpstreamError::NotFound(_) => {
            let text =
                "The documents waited too long at the signing service and were deleted there. Please send again.";
            PortalError::new(ErrorKind::Conflict, text)
        }
        _ => {
            step_back(portal, id).await?;
            return Ok(portal_error(error).into());
        }
    };
    cleanup::give_up(portal, &actor.by, id, &refusal.message).await?;
    cleanup::sweep_of(portal, id).await?;
    Ok(refusal.into())
}

/// Makes sending possible again: the documents stay, the collection goes.
async fn step_back(portal: &Portal, id: SessionId) -> Result<(), ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    if session.step != Step::Sending {
        return Ok(());
    }
    session.step = Step::Uploading;
    session.send_started = None;
    if let Some(collection) = session.collection.take() {
        change.add_leftover(id, collection.into(), now).await?;
    }
    change.save_session(&session, now).await?;
    portal.commit(change).await?;
    cleanup::sweep_of(portal, id).await?;
    Ok(())
}

/// The session may exist or not; [`super::reconcile`] finds out.
async fn unknown(portal: &Portal, actor: &Actor, id: SessionId) -> Result<SendOutcome, ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let mut session = change.session(Reach::PORTAL, id).await?.ok_or_else(PortalError::not_found)?;
    if session.step == Step::Sending {
        session.step = Step::Unknown;
        change.save_session(&session, now).await?;
        portal.record(&mut change, session.team, &actor.by, Act::done(Action::SessionDoubted).to(id)).await?;
        portal.commit(change).await?;
    }
    Ok(answer(session.step)?.unwrap_or(SendOutcome::BeingConfirmed))
}

#[cfg(test)]
mod tests {
    use contract::{Extra, Problem, ProblemCode};
    use upstream::{BodyAborted, Fault};

    use super::*;

    fn problem() -> Box<Problem> {
        Box::new(Problem {
            status: 400,
            title: String::new(),
            code: ProblemCode::BadRequest,
            trace_id: None,
            detail: None,
            invalid_params: Vec::new(),
            extra: Extra::new(),
        })
    }

    #[test]
    fn api_03_doubts_every_outcome_that_is_not_certain() {
        let fault = || Fault::Status(500);
        for (error, known) in [
            (UpstreamError::Invalid(problem()), true),
            (UpstreamError::Unauthorized(None), true),
            (UpstreamError::Unavailable { fault: fault(), retry_after: None, problem: None }, true),
            (UpstreamError::RateLimited { retry_after: None, problem: None }, true),
            (UpstreamError::OutcomeUnknown { fault: fault(), problem: None }, false),
            (UpstreamError::Malformed(fault()), false),
            (UpstreamError::Aborted(BodyAborted::Disconnected), false),
        ] {
            assert_eq!(is_outcome_known(&error), known, "{error:?}");
        }
    }
}
