//! `POST /api/collections`: checks a new collection as a whole and stores its plan.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{
        Action, CollectionId, CollectionPlan, Moment, NewCollection, SessionId, Staff, UploadId, draft::check::findings,
    },
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use contract::Sha256Digest;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

use super::check;
use crate::{
    audit::Act,
    error::ApiError,
    rights::Actor,
    sessions::{Step, conflict},
    state::Portal,
    store::{StoreError, Write, collections::NewCollectionRow, sessions::NewSessionRow},
};

/// Names one attempt of a person to send documents, so that asking twice makes one
/// collection. The browser makes it up.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Longest key, in bytes.
const KEY_MAX: usize = 255;

pub(super) async fn plan(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    headers: HeaderMap,
    body: Result<Json<NewCollection>, JsonRejection>,
) -> Result<(StatusCode, Json<CollectionPlan>), ApiError> {
    let key = key(&headers)?;
    let Json(new) = body.map_err(refuse_body)?;
    Ok((StatusCode::CREATED, Json(planned(&portal, &actor, key, new).await?)))
}

/// Stores a plan, or answers the one that this key made before.
pub(super) async fn planned(
    portal: &Portal,
    actor: &Actor,
    key: &str,
    new: NewCollection,
) -> Result<CollectionPlan, ApiError> {
    let now = portal.moment();
    let new = check::tidied(new);
    let request_hash = hash(&new)?;
    // A repetition is answered before anything else is looked at: its due date may have passed.
    if let Some(plan) = repeated(portal, &actor.staff, key, request_hash).await? {
        return Ok(plan);
    }
    let findings = findings(&new, now);
    if !findings.is_empty() {
        return Err(PortalError::invalid(findings).into());
    }
    let mut change = portal.store.write().await?;
    let plan = match store(portal, &mut change, actor, key, request_hash, &new, now).await {
        Ok(plan) => plan,
        // Two at once: the other one was faster.
        Err(Refused::Store(StoreError::Duplicate)) => {
            drop(change);
            let plan = repeated(portal, &actor.staff, key, request_hash).await?;
            return plan.ok_or_else(|| ApiError::internal(StoreError::Duplicate));
        }
        Err(Refused::Store(error)) => return Err(error.into()),
        Err(Refused::Random(error)) => return Err(error.into()),
    };
    portal.commit(change).await?;
    tracing::info!(
        collection.id = %plan.collection, staff.id = %actor.staff.id,
        documents = plan.uploads.len(), signers = plan.sessions.len(), "collection planned"
    );
    Ok(plan)
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
    new: &NewCollection,
    now: Moment,
) -> Result<CollectionPlan, Refused> {
    let id = || portal.random.uuid_v7(portal.clock.now());
    let collection = CollectionId(id()?);
    let (owner, team) = (actor.staff.id, actor.staff.team);
    let row = NewCollectionRow { id: collection, owner, team, idempotency_key: key, request_hash, wanted: new };
    change.insert_collection(&row, now).await?;
    let mut sessions = Vec::with_capacity(new.signers.len());
    for (position, signer) in (0..).zip(&new.signers) {
        let session = SessionId(id()?);
        let row =
            NewSessionRow { id: session, collection, owner, team, position, title: &new.title, due: new.due, signer };
        change.insert_session(&row, now).await?;
        portal.record(change, team, &actor.by, Act::done(Action::SessionPlanned).to(session)).await?;
        sessions.push(session);
    }
    let mut uploads = Vec::with_capacity(new.documents.len());
    for (position, draft) in (0..).zip(&new.documents) {
        let upload = UploadId(id()?);
        change.insert_document(collection, position, upload, draft).await?;
        uploads.push(upload);
    }
    Ok(CollectionPlan { collection, sessions, uploads })
}

/// The plan that this key made before, when the request is the same.
async fn repeated(
    portal: &Portal,
    staff: &Staff,
    key: &str,
    request_hash: Sha256Digest,
) -> Result<Option<CollectionPlan>, ApiError> {
    let mut read = portal.store.read().await?;
    let Some(collection) = read.collection_by_key(staff.id, key).await? else { return Ok(None) };
    if collection.request_hash != request_hash {
        return Err(ApiError::field(
            "Idempotency-Key",
            "This key belongs to another request. Load the page again, then send.",
        ));
    }
    if collection.step == Step::Abandoned {
        return Err(conflict("This attempt was abandoned. Please send again."));
    }
    Ok(Some(CollectionPlan {
        collection: collection.id,
        sessions: read.sessions_in(collection.id).await?.into_iter().map(|session| session.id).collect(),
        uploads: read.documents_in(collection.id).await?.into_iter().map(|document| document.upload).collect(),
    }))
}

pub(super) fn key(headers: &HeaderMap) -> Result<&str, ApiError> {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > KEY_MAX {
        return Err(ApiError::BadRequest("The request needs an Idempotency-Key of 1 to 255 visible characters."));
    }
    Ok(key)
}

/// Hash of the request as it was understood: white space and the order of members do not count.
fn hash(new: &NewCollection) -> Result<Sha256Digest, ApiError> {
    let text = serde_json::to_vec(new).map_err(ApiError::internal)?;
    Ok(Sha256Digest::new(Sha256::digest(text).into()))
}

pub(super) fn refuse_body(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::UnsupportedMediaType("What is to be sent is described in application/json.")
        }
        _ => ApiError::BadRequest("The request is not the JSON of what is to be sent."),
    }
}
