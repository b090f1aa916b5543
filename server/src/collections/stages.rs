//! Asking the signing API for a collection's sessions, stage by stage, all or nothing.

use app::{
    error::{ErrorKind, PortalError},
    model::{Action, CollectionId, Moment, SendOutcome, SessionId},
};
use contract::{DocumentId, NewSigningSession, SigningSession, SigningSessionId};
use upstream::UpstreamError;

use super::{Numbers, Whole, cleanup, refusal, send};
use crate::{
    audit::{Act, By},
    backend::portal_error,
    error::ApiError,
    rights::Reach,
    sessions::{Step, observe},
    state::Portal,
    store::{StoreError, sessions::SessionRecord},
};
use app::model::draft::Place;

/// Asks for the sessions of a collection in the step [`Step::Sending`], beginning
/// with the first stage that was not asked for.
///
/// # Errors
/// Nothing of it is left at the API, or as soon as the API answers again.
pub(super) async fn ask(
    portal: &Portal,
    by: &By,
    id: CollectionId,
    numbers: &Numbers,
) -> Result<SendOutcome, ApiError> {
    loop {
        let stage = match next(portal, by, id, numbers).await? {
            Next::Stage(stage) => stage,
            Next::Answer(outcome) => return Ok(outcome),
        };
        let made = portal.upstream.create_sessions(&stage.requests).await;
        match made {
            Ok(made) if made.len() == stage.sessions.len() => {
                for (session, made) in stage.sessions.iter().zip(&made) {
                    adopt(portal, id, *session, made).await?;
                }
            }
            Ok(_) => return unknown(portal, by, id).await,
            Err(error) if is_outcome_known(&error) => {
                return Err(refused(portal, by, id, &stage.positions, &error).await?);
            }
            Err(error) => {
                tracing::warn!(collection.id = %id, %error, upstream.trace_id = error.trace_id(), "outcome of sending unknown");
                return unknown(portal, by, id).await;
            }
        }
    }
}

enum Next {
    /// These are asked for now; that is committed.
    Stage(Stage),
    /// There is nothing left to ask for.
    Answer(SendOutcome),
}

struct Stage {
    sessions: Vec<SessionId>,
    /// The signers' places in the plan.
    positions: Vec<usize>,
    requests: Vec<NewSigningSession>,
}

/// Commits that the next stage is being asked for, or that all are there.
async fn next(portal: &Portal, by: &By, id: CollectionId, numbers: &Numbers) -> Result<Next, ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let collection = change.collection(Reach::PORTAL, id).await?.ok_or_else(PortalError::not_found)?;
    if collection.step != Step::Sending {
        return Ok(Next::Answer(send::answer(collection.step)?.unwrap_or(SendOutcome::BeingConfirmed)));
    }
    let mut whole = Whole::of(&mut *change, collection).await?;
    let Some(stage) = whole.sessions.iter().filter(|s| s.step == Step::Planned).map(|s| s.planned.stage).min() else {
        finish(portal, by, &mut change, whole, now).await?;
        portal.commit(change).await?;
        tracing::info!(collection.id = %id, "collection sent");
        return Ok(Next::Answer(SendOutcome::Sent));
    };
    let requests = requests(&whole, stage, numbers).ok_or_else(|| ApiError::internal(StoreError::Corrupt("stage")))?;
    let mut asked = Stage { sessions: Vec::new(), positions: Vec::new(), requests };
    for session in whole.sessions.iter_mut().filter(|session| session.planned.stage == stage) {
        session.step = Step::Sending;
        session.send_started = Some(now);
        change.save_session(session, now).await?;
        asked.sessions.push(session.id);
        asked.positions.push(position(session));
    }
    change.save_collection(&whole.collection, now).await?;
    portal.commit(change).await?;
    Ok(Next::Stage(asked))
}

/// The requests of a stage, if all of the stage before is there.
fn requests(whole: &Whole, stage: u32, numbers: &Numbers) -> Option<Vec<NewSigningSession>> {
    let collection = whole.collection.upstream?;
    let documents: Vec<DocumentId> = whole.documents.iter().map(|document| document.document).collect::<Option<_>>()?;
    let before = whole.sessions.iter().filter(|session| session.planned.stage + 1 == stage);
    let after: Vec<SigningSessionId> = before.map(|session| session.upstream).collect::<Option<_>>()?;
    let wanted = whole.wanted();
    let request = |session: &SessionRecord| {
        let place = Place {
            collection,
            documents: &documents,
            reference: session.id.to_string(),
            after: after.clone(),
            number: numbers.of(position(session)),
        };
        wanted.request(&session.planned, place)
    };
    Some(whole.sessions.iter().filter(|session| session.planned.stage == stage).map(request).collect())
}

fn position(session: &SessionRecord) -> usize {
    usize::try_from(session.position).unwrap_or(usize::MAX)
}

/// All sessions are there: they count as sent.
async fn finish(
    portal: &Portal,
    by: &By,
    change: &mut crate::store::Write,
    mut whole: Whole,
    now: Moment,
) -> Result<(), StoreError> {
    for session in &mut whole.sessions {
        session.step = Step::Sent;
        change.save_session(session, now).await?;
        portal.record(change, session.team, by, Act::done(Action::SessionSent).to(session.id)).await?;
    }
    whole.collection.step = Step::Sent;
    change.save_collection(&whole.collection, now).await
}

/// Takes over a session that the API made for us, be it from the answer to its
/// creation or found later. Of two, the first stays; one that comes after the
/// portal gave up is deleted.
pub(super) async fn adopt(
    portal: &Portal,
    id: CollectionId,
    session: SessionId,
    seen: &SigningSession,
) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, session).await? else { return Ok(()) };
    if session.step.is_open_question() && session.upstream.is_none() {
        session.step = Step::Sending;
        session.upstream = Some(seen.id);
        session.clean_scans = 0;
        observe::apply(&mut session, seen, now);
        change.save_session(&session, now).await?;
        portal.commit(change).await?;
        tracing::info!(session.id = %session.id, upstream.session.id = %seen.id, "session made");
    } else if session.upstream != Some(seen.id) {
        change.add_leftover(id, seen.id.into(), now).await?;
        portal.commit(change).await?;
        tracing::warn!(session.id = %session.id, "the API has this session twice, or too late; the newer one is deleted");
        cleanup::sweep_of(portal, id).await?;
    }
    Ok(())
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

/// The API did not take what was asked, and what it took before goes. A refusal of
/// what was asked ends the attempt; after an outage it can be repeated. `asked` are
/// the places of the signers whose sessions were asked for.
pub(super) async fn refused(
    portal: &Portal,
    by: &By,
    id: CollectionId,
    asked: &[usize],
    error: &UpstreamError,
) -> Result<ApiError, ApiError> {
    tracing::warn!(collection.id = %id, %error, upstream.trace_id = error.trace_id(), "the API did not take the collection");
    let refusal = match error {
        UpstreamError::Invalid(problem) => refusal::of(problem, asked),
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
    cleanup::give_up(portal, by, id, &refusal.message).await?;
    cleanup::sweep_of(portal, id).await?;
    Ok(refusal.into())
}

/// Makes sending possible again: collection and sessions go. The documents stay, unless
/// there was a session: the API deletes them with it, and they are uploaded again.
async fn step_back(portal: &Portal, id: CollectionId) -> Result<(), ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut collection) = change.collection(Reach::PORTAL, id).await? else { return Ok(()) };
    if collection.step != Step::Sending {
        return Ok(());
    }
    let mut was_any_made = false;
    for mut session in change.sessions_in(id).await? {
        if let Some(upstream) = session.upstream.take() {
            change.add_leftover(id, upstream.into(), now).await?;
            was_any_made = true;
        }
        session.step = Step::Planned;
        session.send_started = None;
        session.api_state = None;
        session.link_expires = None;
        change.save_session(&session, now).await?;
    }
    collection.step = Step::Uploading;
    if let Some(upstream) = collection.upstream.take() {
        change.add_leftover(id, upstream.into(), now).await?;
    }
    for mut document in change.documents_in(id).await? {
        if let Some(upstream) = document.document.take_if(|_| was_any_made) {
            change.add_leftover(id, upstream.into(), now).await?;
            change.save_document(&document).await?;
        }
    }
    change.save_collection(&collection, now).await?;
    portal.commit(change).await?;
    cleanup::sweep_of(portal, id).await?;
    Ok(())
}

/// The sessions that were asked for may exist or not; [`super::reconcile`] finds out.
async fn unknown(portal: &Portal, by: &By, id: CollectionId) -> Result<SendOutcome, ApiError> {
    doubt(portal, by, id).await?;
    let collection = portal.store.read().await?.collection(Reach::PORTAL, id).await?;
    let step = collection.map_or(Step::Unknown, |collection| collection.step);
    Ok(send::answer(step)?.unwrap_or(SendOutcome::BeingConfirmed))
}

/// A collection that is being sent becomes an open question.
pub(super) async fn doubt(portal: &Portal, by: &By, id: CollectionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut collection) = change.collection(Reach::PORTAL, id).await? else { return Ok(()) };
    if collection.step != Step::Sending {
        return Ok(());
    }
    collection.step = Step::Unknown;
    change.save_collection(&collection, now).await?;
    for mut session in change.sessions_in(id).await? {
        if session.step == Step::Sending && session.upstream.is_none() {
            session.step = Step::Unknown;
            change.save_session(&session, now).await?;
            portal.record(&mut change, session.team, by, Act::done(Action::SessionDoubted).to(session.id)).await?;
        }
    }
    portal.commit(change).await
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
