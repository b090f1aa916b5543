//! `POST /api/collections/{id}/send`: creates the planned collection at the signing
//! API, and its sessions.

use std::sync::Arc;

use app::{
    error::{FieldError, PortalError},
    model::{Action, CollectionId, SendOrder, SendOutcome, field},
};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use contract::{DocumentCollectionId, DocumentId, NewDocumentCollection};

use super::{Numbers, Whole, cleanup, plan, stages};
use crate::{
    audit::Act,
    error::ApiError,
    rights::{Actor, Reach},
    sessions::{Ids, Step, conflict},
    state::Portal,
    store::sessions::documents::DocumentRecord,
};

pub(super) async fn send(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<CollectionId>,
    body: Result<Json<SendOrder>, JsonRejection>,
) -> Result<Json<SendOutcome>, ApiError> {
    let order = match body {
        Ok(Json(order)) => order,
        // There need not be anything to say.
        Err(JsonRejection::MissingJsonContentType(_)) => SendOrder::default(),
        Err(rejection) => return Err(plan::refuse_body(rejection)),
    };
    run(&portal, actor, id, Numbers(order.numbers)).await.map(Json)
}

pub(super) async fn run(
    portal: &Arc<Portal>,
    actor: Actor,
    id: CollectionId,
    numbers: Numbers,
) -> Result<SendOutcome, ApiError> {
    let work = {
        let portal = Arc::clone(portal);
        async move { create(&portal, &actor, id, &numbers).await }
    };
    portal.to_the_end(work).await
}

async fn create(portal: &Portal, actor: &Actor, id: CollectionId, numbers: &Numbers) -> Result<SendOutcome, ApiError> {
    let whole = match prepared(portal, actor, id, numbers).await? {
        Prepared::Answer(outcome) => return Ok(outcome),
        Prepared::Ready(whole) => whole,
    };
    let uploaded: Vec<DocumentId> = whole.documents.iter().filter_map(|document| document.document).collect();
    let references = uploaded.iter().copied().map(Into::into).collect();
    let asked =
        NewDocumentCollection { documents: references, package_to: whole.collection.settings.package_to.clone() };
    let upstream = match portal.upstream.create_collection(&asked).await {
        Ok(collection) => collection.id,
        Err(error) => return Err(stages::refused(portal, &actor.by, id, &[], &error).await?),
    };
    match claimed(portal, actor, id, upstream, &uploaded).await? {
        Some(outcome) => Ok(outcome),
        None => stages::ask(portal, &actor.by, id, numbers).await,
    }
}

enum Prepared {
    /// Nothing to do.
    Answer(SendOutcome),
    /// All documents are at the API.
    Ready(Box<Whole>),
}

async fn prepared(portal: &Portal, actor: &Actor, id: CollectionId, numbers: &Numbers) -> Result<Prepared, ApiError> {
    let mut read = portal.store.read().await?;
    let collection = read.collection(actor.reach, id).await?.ok_or_else(PortalError::not_found)?;
    if let Some(outcome) = answer(collection.step)? {
        return Ok(Prepared::Answer(outcome));
    }
    let whole = Whole::of(&mut *read, collection).await?;
    let missing: Vec<FieldError> = whole.documents.iter().filter_map(missing).collect();
    if !missing.is_empty() {
        return Err(PortalError::invalid(missing).into());
    }
    numbers.check(&whole.wanted())?;
    Ok(Prepared::Ready(Box::new(whole)))
}

/// What a collection in this step is answered with, if it is not to be sent.
pub(super) fn answer(step: Step) -> Result<Option<SendOutcome>, ApiError> {
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

/// Commits that the sessions are being created now. Of two requests at once, one
/// gets the claim; the other's collection is deleted, and it gets an answer.
async fn claimed(
    portal: &Portal,
    actor: &Actor,
    id: CollectionId,
    upstream: DocumentCollectionId,
    uploaded: &[DocumentId],
) -> Result<Option<SendOutcome>, ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let mut collection = change.collection(Reach::PORTAL, id).await?.ok_or_else(PortalError::not_found)?;
    let documents = change.documents_in(id).await?;
    let unchanged = documents.iter().map(|document| document.document).eq(uploaded.iter().copied().map(Some));
    if collection.step.is_unsent() && unchanged {
        collection.step = Step::Sending;
        collection.upstream = Some(upstream);
        change.save_collection(&collection, now).await?;
        let act = Act::done(Action::CollectionMade).to(upstream).saying(id.to_string());
        portal.record(&mut change, collection.team, &actor.by, act).await?;
        portal.commit(change).await?;
        return Ok(None);
    }
    change.add_leftover(id, upstream.into(), now).await?;
    portal.commit(change).await?;
    cleanup::sweep_of(portal, id).await?;
    match answer(collection.step)? {
        Some(outcome) => Ok(Some(outcome)),
        None => Err(conflict("A document was exchanged in the meantime. Please send again.")),
    }
}
