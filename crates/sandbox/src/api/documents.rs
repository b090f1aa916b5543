//! Documents: bytes in, bytes out.

use axum::{
    Json,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use contract::{Document, DocumentId, MimeType, Sha256Digest, limits};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use time::Duration;
use tokio_util::io::ReaderStream;

use crate::{
    check::Check,
    control::Moment,
    evidence::ENVELOPED_TEXT_MAX,
    extract::{PathId, announced_length},
    pdf,
    problem::ApiError,
    random,
    service::App,
    store::documents::{self, StoredDocument},
};

/// How much of a file is read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// `POST /documents`: stores the raw body. Nothing is read when the headers alone are wrong.
pub(super) async fn upload(State(app): State<App>, request: Request) -> Result<Json<Document>, ApiError> {
    let mime_type = uploadable_type(request.headers())?;
    let max = match mime_type {
        MimeType::Pdf => limits::DOCUMENT_BYTES_MAX,
        // A signature holds the whole text, and verifiers read no longer ones.
        _ => ENVELOPED_TEXT_MAX.try_into().unwrap_or(u64::MAX),
    };
    if announced_length(request.headers()).is_some_and(|length| length > max) {
        return Err(ApiError::TooLarge { max });
    }

    let mut draft = app.blobs.begin(app.random.as_ref()).await?;
    let mut check = Check::new(&mime_type);
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::BadRequest("the body broke off".into()))?;
        if draft.size().saturating_add(chunk.len().try_into().unwrap_or(u64::MAX)) > max {
            return Err(ApiError::TooLarge { max });
        }
        check.see(&chunk);
        draft.write(&chunk).await?;
    }
    check.finish().map_err(|bad| ApiError::BadRequest(bad.to_string()))?;
    if mime_type == MimeType::Pdf {
        let verdict = pdf::check_blocking(draft.bytes().await?).await;
        verdict.map_err(|refusal| ApiError::BadRequest(refusal.to_string()))?;
    }

    let pin = app.blobs.pin().await;
    let (digest, size) = app.blobs.publish(draft, &pin).await?;
    let now = app.clock.now();
    let document = StoredDocument {
        id: random::document_id(app.random.as_ref(), now)?,
        mime_type,
        digest,
        size,
        created_at: now,
        expires_at: now.saturating_add(Duration::minutes(app.config.orphan_minutes)),
        filename: None,
        description: None,
        title: None,
        signed_as: None,
    };
    app.crash.at(Moment::UploadBeforeCommit);
    let mut tx = app.store.write().await?;
    documents::insert(&mut tx, &document).await?;
    tx.commit().await?;
    app.crash.at(Moment::UploadAfterCommit);
    tracing::info!(document.id = %document.id, document.size = size, "document {} is stored", document.id);
    Ok(Json(document.wire()))
}

fn uploadable_type(headers: &HeaderMap) -> Result<MimeType, ApiError> {
    const TYPES: &str = "the Content-Type must be application/pdf, text/plain or text/markdown";
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(ApiError::UnsupportedMediaType("the body must not have a Content-Encoding"));
    }
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(MimeType::from_content_type)
        .filter(MimeType::is_uploadable)
        .ok_or(ApiError::UnsupportedMediaType(TYPES))
}

/// `GET /documents/{documentId}`: the bytes, streamed.
pub(super) async fn download(State(app): State<App>, PathId(id): PathId<DocumentId>) -> Result<Response, ApiError> {
    let mut db = app.store.read().await?;
    let document = documents::find(&mut db, id, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    drop(db);
    stream(&app, &document).await
}

/// An answer with a document's bytes.
pub(crate) async fn stream(app: &App, document: &StoredDocument) -> Result<Response, ApiError> {
    stream_file(app, &document.digest, &document.mime_type, document.size).await
}

/// An answer with a file's bytes.
pub(super) async fn stream_file(
    app: &App,
    digest: &Sha256Digest,
    mime_type: &MimeType,
    size: u64,
) -> Result<Response, ApiError> {
    let file = app.blobs.read(&digest.hex()).await?;
    let mut response = Body::from_stream(ReaderStream::with_capacity(file, CHUNK_BYTES)).into_response();
    let content_type = HeaderValue::from_str(mime_type.as_str()).map_err(http::Error::from)?;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    Ok(response)
}

/// `DELETE /documents/{documentId}`: allowed at any time; a session that needs it cannot be signed any more.
pub(super) async fn delete(State(app): State<App>, PathId(id): PathId<DocumentId>) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.write().await?;
    let deleted = documents::delete(&mut tx, id, app.clock.now()).await?;
    tx.commit().await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
