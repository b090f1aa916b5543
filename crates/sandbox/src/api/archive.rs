//! Archived documents: bytes out, for as long as the session asked.

use axum::{extract::State, response::Response};
use contract::ArchiveDocumentId;

use super::documents::stream_file;
use crate::{extract::PathId, problem::ApiError, service::App, store::archive};

/// `GET /archive-documents/{archiveDocumentId}`: the bytes, streamed.
pub(super) async fn download(
    State(app): State<App>,
    PathId(id): PathId<ArchiveDocumentId>,
) -> Result<Response, ApiError> {
    let mut db = app.store.read().await?;
    let file = archive::find(&mut db, id, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    drop(db);
    stream_file(&app, &file.digest, &file.mime_type, file.size).await
}
