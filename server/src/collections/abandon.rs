//! `DELETE /api/collections/{id}`: calls off what is not sent yet.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{Action, CollectionId},
};
use axum::extract::State;
use http::StatusCode;

use super::{Whole, cleanup};
use crate::{
    audit::Act,
    error::ApiError,
    rights::Actor,
    sessions::{Ids, Step, conflict},
    state::Portal,
};

pub(super) async fn abandon(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<CollectionId>,
) -> Result<StatusCode, ApiError> {
    run(&portal, actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn run(portal: &Arc<Portal>, actor: Actor, id: CollectionId) -> Result<(), ApiError> {
    let work = {
        let portal = Arc::clone(portal);
        async move { call_off(&portal, &actor, id).await }
    };
    portal.to_the_end(work).await
}

async fn call_off(portal: &Portal, actor: &Actor, id: CollectionId) -> Result<(), ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let collection = change.collection(actor.reach, id).await?.ok_or_else(PortalError::not_found)?;
    match collection.step {
        Step::Planned | Step::Uploading => {}
        Step::Failed | Step::Abandoned => return Ok(()),
        Step::Sending | Step::Unknown | Step::Sent => {
            return Err(conflict("This is sent, or may be; it cannot be called off here."));
        }
    }
    let mut whole = Whole::of(&mut *change, collection).await?;
    whole.collection.step = Step::Abandoned;
    cleanup::let_go(&mut change, &mut whole, now).await?;
    for session in &mut whole.sessions {
        session.step = Step::Abandoned;
        change.save_session(session, now).await?;
        let act = Act::done(Action::SessionCalledOff).to(session.id);
        portal.record(&mut change, session.team, &actor.by, act).await?;
    }
    change.save_collection(&whole.collection, now).await?;
    portal.commit(change).await?;
    tracing::info!(collection.id = %id, "collection abandoned");
    Ok(cleanup::sweep_of(portal, id).await?)
}
