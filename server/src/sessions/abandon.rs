//! `DELETE /api/sessions/{id}`: calls off what is not sent yet.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{Action, SessionId},
};
use axum::extract::State;
use http::StatusCode;

use super::{Step, cleanup, desk::conflict, extract::Ids};
use crate::{audit::Act, error::ApiError, rights::Actor, state::Portal};

pub(super) async fn abandon(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<SessionId>,
) -> Result<StatusCode, ApiError> {
    let work = {
        let portal = Arc::clone(&portal);
        async move { run(&portal, &actor, id).await }
    };
    portal.to_the_end(work).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn run(portal: &Portal, actor: &Actor, id: SessionId) -> Result<(), ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let mut session = change.session(actor.reach, id).await?.ok_or_else(PortalError::not_found)?;
    match session.step {
        Step::Planned | Step::Uploading => {}
        Step::Failed | Step::Abandoned => return Ok(()),
        Step::Sending | Step::Unknown | Step::Sent => {
            return Err(conflict("This session is sent, or may be; it cannot be called off here."));
        }
    }
    session.step = Step::Abandoned;
    cleanup::let_go(&mut change, &mut session, now).await?;
    change.save_session(&session, now).await?;
    portal.record(&mut change, session.team, &actor.by, Act::done(Action::SessionCalledOff).to(id)).await?;
    portal.commit(change).await?;
    tracing::info!(session.id = %id, "session abandoned");
    Ok(cleanup::sweep_of(portal, id).await?)
}
