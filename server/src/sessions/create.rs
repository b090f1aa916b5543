//! `POST /api/sessions`: checks a new session as a whole and stores its plan.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{Action, Moment, NewSession, SendPlan, SessionId, Staff, UploadId},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use contract::Sha256Digest;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use super::{check, desk::conflict, step::Step};
use crate::{
    audit::Act,
    error::ApiError,
    rights::Actor,
    state::Portal,
    store::{StoreError, Write, sessions::NewSessionRow},
};

/// Names one attempt of a person to send a session, so that asking twice makes
/// one session. The browser makes it up.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Longest key, in bytes.
const KEY_MAX: usize = 255;

pub(super) async fn create(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    headers: HeaderMap,
    body: Result<Json<NewSession>, JsonRejection>,
) -> Result<(StatusCode, Json<SendPlan>), ApiError> {
    let key = key(&headers)?;
    let Json(new) = body.map_err(refuse_body)?;
    let new = check::tidied(new);
    let now = portal.moment();
    let request_hash = hash(&new)?;

    // A repetition is answered before anything else is looked at: its due date may have passed.
    if let Some(plan) = repeated(&portal, &actor.staff, key, request_hash).await? {
        return Ok((StatusCode::CREATED, Json(plan)));
    }
    let findings = check::findings(&new, now);
    if !findings.is_empty() {
        return Err(PortalError::invalid(findings).into());
    }

    let mut change = portal.store.write().await?;
    let plan = match store(&portal, &mut change, &actor, key, request_hash, &new, now).await {
        Ok(plan) => plan,
        // Two at once: the other one was faster.
        Err(Refused::Store(StoreError::Duplicate)) => {
            drop(change);
            let plan = repeated(&portal, &actor.staff, key, request_hash).await?;
            let plan = plan.ok_or_else(|| ApiError::internal(StoreError::Duplicate))?;
            return Ok((StatusCode::CREATED, Json(plan)));
        }
        Err(Refused::Store(error)) => return Err(error.into()),
        Err(Refused::Random(error)) => return Err(error.into()),
    };
    portal.commit(change).await?;
    tracing::info!(session.id = %plan.session, staff.id = %actor.staff.id, documents = plan.uploads.len(), "session planned");
    Ok((StatusCode::CREATED, Json(plan)))
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] crate::random::RandomError),
}

async fn store(
    portal: &Portal,
    change: &mut Write,
    actor: &Actor,
    key: &str,
    request_hash: Sha256Digest,
    new: &NewSession,
    now: Moment,
) -> Result<SendPlan, Refused> {
    let id = || portal.random.uuid_v7(portal.clock.now());
    let session = SessionId(id()?);
    let row = NewSessionRow {
        id: session,
        owner: actor.staff.id,
        team: actor.staff.team,
        idempotency_key: key,
        request_hash,
        title: &new.title,
        signer: &new.signer,
        due: new.due,
        sign_text: new.sign_text.as_deref(),
        language: &new.language,
    };
    change.insert_session(&row, now).await?;
    let mut uploads = Vec::with_capacity(new.documents.len());
    for (position, draft) in (0..).zip(&new.documents) {
        let upload = UploadId(id()?);
        change.insert_document(session, position, upload, draft).await?;
        uploads.push(upload);
    }
    portal.record(change, actor.staff.team, &actor.by, Act::done(Action::SessionPlanned).to(session)).await?;
    Ok(SendPlan { session, uploads })
}

/// The plan that this key made before, when the request is the same.
async fn repeated(
    portal: &Portal,
    staff: &Staff,
    key: &str,
    request_hash: Sha256Digest,
) -> Result<Option<SendPlan>, ApiError> {
    let mut read = portal.store.read().await?;
    let Some(session) = read.session_by_key(staff.id, key).await? else { return Ok(None) };
    if session.request_hash != request_hash {
        return Err(ApiError::field(
            "Idempotency-Key",
            "This key belongs to another request. Load the page again, then send.",
        ));
    }
    if session.step == Step::Abandoned {
        return Err(conflict("This attempt was abandoned. Please send again."));
    }
    let documents = read.documents_of(&session).await?;
    Ok(Some(SendPlan { session: session.id, uploads: documents.into_iter().map(|document| document.upload).collect() }))
}

fn key(headers: &HeaderMap) -> Result<&str, ApiError> {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(ApiError::BadRequest("The request needs an Idempotency-Key of 1 to 255 visible characters."));
    }
    Ok(key)
}

/// Hash of the request as it was understood: white space and the order of members do not count.
fn hash(new: &NewSession) -> Result<Sha256Digest, ApiError> {
    let text = serde_json::to_vec(new).map_err(ApiError::internal)?;
    Ok(Sha256Digest::new(Sha256::digest(text).into()))
}

fn refuse_body(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::UnsupportedMediaType("A new session is sent as application/json.")
        }
        _ => ApiError::BadRequest("The request is not the JSON of a new session."),
    }
}
