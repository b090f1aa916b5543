//! Acting as the signer without the signer's pages.

use axum::extract::State;
use contract::{Language, SigningSessionId};
use http::StatusCode;
use serde::Deserialize;

use crate::{
    extract::{JsonBody, PathId},
    identity,
    keys::fingerprint,
    pages,
    problem::ApiError,
    random,
    service::App,
    signing::{self, ActError, Actor},
    step::{Input, step},
    store::{
        sessions,
        visits::{self, EventKind, GivenConsent, Origin, Visit},
    },
};

/// `POST /__sandbox/sessions/{sessionId}/sign`: goes through all of the signer's steps at once. No body.
pub(super) async fn sign(
    State(app): State<App>,
    PathId(session): PathId<SigningSessionId>,
    origin: Origin,
) -> Result<StatusCode, ApiError> {
    sign_at_once(&app, session, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs as the signer would, without the pages.
pub(super) async fn sign_at_once(app: &App, session: SigningSessionId, origin: &Origin) -> Result<(), ApiError> {
    let visit = walk_through(app, session, origin).await.map_err(refusal)?;
    let actor = Actor { session, cookie_hash: &visit, origin };
    signing::sign(app, &actor).await.map_err(refusal)
}

#[derive(Deserialize)]
pub(super) struct Rejection {
    #[serde(default)]
    reason: Option<String>,
}

/// `POST /__sandbox/sessions/{sessionId}/reject {"reason": "…"}`.
pub(super) async fn reject(
    State(app): State<App>,
    PathId(session): PathId<SigningSessionId>,
    origin: Origin,
    JsonBody(rejection): JsonBody<Rejection>,
) -> Result<StatusCode, ApiError> {
    let cookie_hash = fingerprint(&random::hex_text::<16>(app.random.as_ref())?);
    let actor = Actor { session, cookie_hash: &cookie_hash, origin: &origin };
    signing::reject(&app, &actor, rejection.reason).await.map_err(refusal)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves the traces of a signer who viewed, consented and authenticated.
async fn walk_through(app: &App, session: SigningSessionId, origin: &Origin) -> Result<String, ActError> {
    let now = app.clock.now();
    let cookie_hash = fingerprint(&random::hex_text::<16>(app.random.as_ref())?);
    let mut tx = app.store.write().await?;
    let stored = sessions::find(&mut tx, session, now).await?.ok_or(ActError::Unknown)?;
    step(stored.standing.clone(), Input::Visit, now)?;
    let terms = &stored.terms;
    let provider = match identity::vendor(terms) {
        Some(vendor) => vendor.to_owned(),
        None => identity::providers(app, terms).swap_remove(0),
    };
    let (name, national_id) = identity::test_person(terms);
    let authenticate = |provider| identity::authenticate(app, provider, name.clone(), Some(national_id.clone()), now);
    let asked_before = terms.pre_authentication.as_ref().is_some_and(|asked| asked.enabled);
    let pre_provider = asked_before.then(|| identity::pre_providers(app, terms).swap_remove(0));
    let visit = Visit {
        pre_identity: pre_provider.map(authenticate).transpose()?,
        read: terms.documents.iter().map(|document| document.document_id).collect(),
        consent: Some(GivenConsent {
            text: pages::consent_text(terms, &Language::En),
            language: Language::En,
            at: now,
        }),
        identity: Some(authenticate(provider)?),
    };
    visits::begin(&mut tx, &cookie_hash, &stored, now, origin).await?;
    visits::update(&mut tx, &cookie_hash, &visit).await?;
    let mut happened = Vec::from_iter(asked_before.then_some(EventKind::PreAuthenticated));
    happened.extend(visit.read.iter().copied().map(EventKind::Viewed));
    happened.extend([EventKind::Consented, EventKind::Authenticated]);
    for kind in happened {
        visits::record(&mut tx, session, Some(&cookie_hash), kind, now, origin).await?;
    }
    tx.commit().await?;
    Ok(cookie_hash)
}

fn refusal(error: ActError) -> ApiError {
    match error {
        ActError::Unknown => ApiError::NotFound,
        ActError::Internal(cause) => ApiError::Internal(cause),
        ActError::Refused(_) | ActError::DocumentGone(_) => ApiError::BadRequest(error.to_string()),
    }
}
