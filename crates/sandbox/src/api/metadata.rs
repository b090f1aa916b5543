//! What is known about a document besides its bytes.

use axum::{Json, extract::State};
use contract::{Document, DocumentId, DocumentPatch};

use crate::{
    extract::{JsonBody, PathId},
    problem::ApiError,
    service::App,
    store::documents,
};

/// `GET /documents/{documentId}/metadata`.
pub(super) async fn read(State(app): State<App>, PathId(id): PathId<DocumentId>) -> Result<Json<Document>, ApiError> {
    let mut db = app.store.read().await?;
    let document = documents::find(&mut db, id, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(document.wire()))
}

/// `PATCH /documents/{documentId}/metadata`: changes what is given; `null` counts as not given.
pub(super) async fn change(
    State(app): State<App>,
    PathId(id): PathId<DocumentId>,
    JsonBody(patch): JsonBody<DocumentPatch>,
) -> Result<Json<Document>, ApiError> {
    let findings = patch.validate();
    if !findings.is_empty() {
        return Err(ApiError::InvalidParams(findings));
    }
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    documents::find(&mut tx, id, now).await?.ok_or(ApiError::NotFound)?;
    documents::patch(&mut tx, id, &patch).await?;
    let document = documents::find(&mut tx, id, now).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok(Json(document.wire()))
}
