//! `/sign`: the signing API's endpoints, one file per family.

mod archive;
mod collections;
mod documents;
mod metadata;
mod sessions;
mod terms;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};

pub(crate) use documents::stream;

use crate::{control, oauth, problem::ApiError, service::App};

/// The routes of `/sign`. All want an access token, unknown ones too.
pub(crate) fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/archive-documents/{archiveDocumentId}", get(archive::download))
        .route("/documents", post(documents::upload))
        .route("/documents/{documentId}", get(documents::download).delete(documents::delete))
        .route("/documents/{documentId}/metadata", get(metadata::read).patch(metadata::change))
        .route("/document-collections", post(collections::create))
        .route("/document-collections/{documentCollectionId}", get(collections::read).delete(collections::delete))
        .route("/signing-sessions", get(sessions::list).post(sessions::create))
        .route("/signing-sessions/{sessionId}", get(sessions::read).delete(sessions::delete))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), control::inject_fault))
        .layer(middleware::from_fn_with_state(app.clone(), require_token))
}

pub(crate) async fn require_token(State(app): State<App>, request: Request, next: Next) -> Result<Response, ApiError> {
    oauth::authorize(&app, request.headers())?;
    Ok(next.run(request).await)
}

pub(crate) async fn not_found() -> ApiError {
    ApiError::NotFound
}

pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}
