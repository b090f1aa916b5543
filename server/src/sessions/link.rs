//! `POST /api/sessions/{id}/link`: the signer's link, asked for by a person.

use std::sync::Arc;

use app::{
    error::{ErrorKind, PortalError},
    model::{Action, SessionId, SigningLink, Standing},
};
use axum::{Json, extract::State};
use upstream::UpstreamError;
use url::Url;

use super::{desk::conflict, extract::Ids, moment, observe};
use crate::{
    audit::Act, backend::portal_error, error::ApiError, rights::Actor, state::Portal, store::sessions::SessionRecord,
};

/// Asks the API each time: the link is a secret, and the portal keeps none.
pub(super) async fn link(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<SessionId>,
) -> Result<Json<SigningLink>, ApiError> {
    let session = found(&portal, &actor, id).await?;
    let upstream = session.upstream.filter(|_| session.standing(portal.moment()).has_link());
    let upstream = upstream.ok_or_else(|| no_link(session.standing(portal.moment())))?;
    let seen = match portal.upstream.session(upstream).await {
        Ok(seen) => seen,
        Err(UpstreamError::NotFound(_)) => {
            observe::record_gone(&portal, id).await?;
            return Err(no_link(Standing::Gone));
        }
        Err(error) => return Err(portal_error(&error).into()),
    };
    let mut now = session.clone();
    observe::apply(&mut now, &seen, portal.moment());
    if now != session {
        observe::record(&portal, id, &seen).await?;
    }
    if !now.standing(portal.moment()).has_link() {
        return Err(no_link(now.standing(portal.moment())));
    }
    let url = seen.signature_url.filter(|url| is_web_address(url)).ok_or_else(|| {
        PortalError::new(ErrorKind::UpstreamBad, "The signing service answered without a link. Please try again.")
    })?;
    // Whoever gets the link is known before they get it.
    let mut change = portal.store.write().await?;
    portal.record(&mut change, session.team, &actor.by, Act::done(Action::LinkShown).to(id)).await?;
    change.commit().await?;
    tracing::info!(session.id = %id, staff.id = %actor.staff.id, "signing link shown");
    Ok(Json(SigningLink { url, expires: seen.signature_url_expires_at.map(moment::of_time) }))
}

async fn found(portal: &Portal, actor: &Actor, id: SessionId) -> Result<SessionRecord, ApiError> {
    let session = portal.store.read().await?.session(actor.reach, id).await?;
    Ok(session.ok_or_else(PortalError::not_found)?)
}

fn no_link(standing: Standing) -> ApiError {
    conflict(&format!("There is no signing link. {}", standing.explanation()))
}

/// The link becomes something to click: nothing but a web address may pass.
fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_12_passes_web_addresses_alone() {
        assert!(is_web_address("https://sign.example.com/sign/?sessionId=1"));
        assert!(is_web_address("http://localhost:3001/sign/?sessionId=1"));
        for text in ["", "javascript:alert(1)", "data:text/html,x", "/sign", "//sign.example.com", "file:///etc/passwd"]
        {
            assert!(!is_web_address(text), "{text}");
        }
    }
}
