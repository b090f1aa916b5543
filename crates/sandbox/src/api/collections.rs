//! Document collections.

use axum::{Json, extract::State};
use contract::{
    DocumentCollection, DocumentCollectionId, DocumentReference, Extra, InvalidParam, NewDocumentCollection,
};
use http::StatusCode;

use crate::{
    extract::{JsonBody, PathId},
    packaging::BYTES_MAX,
    problem::ApiError,
    random,
    service::App,
    store::{collections, documents},
};

/// `POST /document-collections`.
pub(super) async fn create(
    State(app): State<App>,
    JsonBody(request): JsonBody<NewDocumentCollection>,
) -> Result<(StatusCode, Json<DocumentCollection>), ApiError> {
    let now = app.clock.now();
    let mut findings = request.validate();
    let mut size = 0_u64;
    let mut tx = app.store.write().await?;
    for (i, reference) in request.documents.iter().enumerate() {
        let reason = match documents::find(&mut tx, reference.document_id, now).await? {
            Some(document) if document.mime_type.is_uploadable() => {
                size = size.saturating_add(document.size);
                continue;
            }
            Some(_) => "is a signature, which cannot be signed again",
            None => "there is no such document, or it is deleted",
        };
        findings.push(InvalidParam::new(format!("documents[{i}].documentId"), reason));
    }
    if !request.package_to.is_empty() && size > BYTES_MAX {
        let reason = format!("must together be at most {BYTES_MAX} bytes to be packaged, are {size}");
        findings.push(InvalidParam::new("documents", reason));
    }
    if !findings.is_empty() {
        return Err(ApiError::InvalidParams(findings));
    }
    let collection = DocumentCollection {
        id: random::collection_id(app.random.as_ref(), now)?,
        documents: request.documents.iter().map(|reference| DocumentReference::from(reference.document_id)).collect(),
        package_to: request.package_to,
        output: None,
        extra: Extra::new(),
    };
    collections::insert(&mut tx, &collection, now).await?;
    tx.commit().await?;
    tracing::info!(collection.id = %collection.id, "collection {} is made", collection.id);
    Ok((StatusCode::CREATED, Json(collection)))
}

/// `GET /document-collections/{documentCollectionId}`.
pub(super) async fn read(
    State(app): State<App>,
    PathId(id): PathId<DocumentCollectionId>,
) -> Result<Json<DocumentCollection>, ApiError> {
    let mut db = app.store.read().await?;
    collections::find(&mut db, id).await?.map(Json).ok_or(ApiError::NotFound)
}

/// `DELETE /document-collections/{documentCollectionId}`: its documents and sessions stay.
pub(super) async fn delete(
    State(app): State<App>,
    PathId(id): PathId<DocumentCollectionId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let deleted = collections::delete(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
