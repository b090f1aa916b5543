//! `/api/sessions`: a collection with a single signer, who signs everything, by the
//! id of their session and the names of the form for it.

use std::sync::Arc;

use app::{
    error::{FieldError, PortalError},
    model::{CollectionId, NewSession, SendOutcome, SendPlan, SessionId, field},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use http::{HeaderMap, StatusCode};

use super::{Numbers, abandon as calling_off, plan as planning, send as sending};
use crate::{error::ApiError, rights::Actor, sessions::Ids, state::Portal};

pub(super) async fn plan(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    headers: HeaderMap,
    body: Result<Json<NewSession>, JsonRejection>,
) -> Result<(StatusCode, Json<SendPlan>), ApiError> {
    let key = planning::key(&headers)?;
    let Json(new) = body.map_err(planning::refuse_body)?;
    let plan = planning::planned(&portal, &actor, key, new.into()).await.map_err(in_the_forms_words)?;
    let session = plan.sessions.first().copied().ok_or_else(PortalError::not_found)?;
    Ok((StatusCode::CREATED, Json(SendPlan { session, uploads: plan.uploads })))
}

pub(super) async fn send(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<SessionId>,
) -> Result<Json<SendOutcome>, ApiError> {
    let id = collection(&portal, &actor, id).await?;
    sending::run(&portal, actor, id, Numbers::default()).await.map(Json).map_err(in_the_forms_words)
}

pub(super) async fn abandon(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<SessionId>,
) -> Result<StatusCode, ApiError> {
    let id = collection(&portal, &actor, id).await?;
    calling_off::run(&portal, actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn collection(portal: &Portal, actor: &Actor, id: SessionId) -> Result<CollectionId, ApiError> {
    let session = portal.store.read().await?.session(actor.reach, id).await?.ok_or_else(PortalError::not_found)?;
    Ok(session.collection)
}

/// Findings about the first signer become findings about the form's fields.
fn in_the_forms_words(error: ApiError) -> ApiError {
    let ApiError::Portal(mut error) = error else { return error };
    let mut fields: Vec<FieldError> = Vec::new();
    for mut finding in std::mem::take(&mut error.fields) {
        if let Some(of_signer) = finding.field.strip_prefix("signers[0].") {
            finding.field = match of_signer {
                "label" => field::SIGNER,
                "signText" => field::SIGN_TEXT,
                "language" => field::LANGUAGE,
                _ => field::DOCUMENTS,
            }
            .to_owned();
        }
        fields.push(finding);
    }
    error.fields = fields;
    error.into()
}
