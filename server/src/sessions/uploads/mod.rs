//! `PUT /uploads/{id}`: a planned document streams through to the signing API.
//!
//! One pass in constant memory: bytes are counted, judged by their type and hashed
//! while they go by; a slow API slows the browser down. Can be repeated until the
//! session is sent: the API's earlier copy is deleted then.

mod checked;
mod content;
mod digest;

use std::sync::Arc;

use app::{
    error::{ErrorKind, PortalError},
    model::{Action, UploadId, UploadReceipt, field},
};
use axum::{Json, body::Body, extract::State};
use contract::{Document, DocumentId, DocumentPatch, MimeType, limits};
use http::{HeaderMap, header};
use upstream::UpstreamError;

use super::{Step, desk::conflict, extract::Ids};
use crate::{
    audit::Act,
    backend::portal_error,
    collections::cleanup,
    error::ApiError,
    rights::{Actor, Reach},
    state::Portal,
    store::sessions::documents::DocumentRecord,
};
use checked::{Announced, Refusal, checked};

pub(super) async fn upload(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids(id): Ids<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<UploadReceipt>, ApiError> {
    let place = portal.walls.upload(actor.staff.id)?;
    let document = begun(&portal, &actor, id, &headers).await?;
    let work = {
        let portal = Arc::clone(&portal);
        async move {
            let _place = place;
            receive(&portal, &actor, document, body).await
        }
    };
    portal.to_the_end(work).await.map(Json)
}

/// Finds the planned document, checks what the request announces of it, and
/// records that the upload begins. Not a byte of the body is read before.
async fn begun(portal: &Portal, actor: &Actor, id: UploadId, headers: &HeaderMap) -> Result<DocumentRecord, ApiError> {
    let document = portal.store.read().await?.document(actor.reach, id).await?;
    let document = document.ok_or_else(PortalError::not_found)?;
    check_head(&document, headers)?;
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let mut collection =
        change.collection(actor.reach, document.collection).await?.ok_or_else(PortalError::not_found)?;
    if !collection.step.is_unsent() {
        return Err(too_late());
    }
    collection.step = Step::Uploading;
    change.save_collection(&collection, now).await?;
    change.commit().await?;
    Ok(document)
}

fn check_head(document: &DocumentRecord, headers: &HeaderMap) -> Result<(), ApiError> {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(ApiError::UnsupportedMediaType("A document is uploaded as it is, without Content-Encoding."));
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if MimeType::from_content_type(content_type) != document.mime_type {
        return Err(ApiError::UnsupportedMediaType("The document's Content-Type is not the planned one."));
    }
    let Some(announced) = digest::announced(headers) else {
        return Err(ApiError::BadRequest("An upload needs a Content-Digest header such as sha-256=:…:."));
    };
    if announced != document.browser_hash {
        return Err(changed(document));
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) if length > limits::DOCUMENT_BYTES_MAX => Err(too_large(document)),
        Some(length) if length != document.size => Err(changed(document)),
        _ => Ok(()),
    }
}

/// Passes the bytes on and records what the API has then.
async fn receive(
    portal: &Portal,
    actor: &Actor,
    document: DocumentRecord,
    body: Body,
) -> Result<UploadReceipt, ApiError> {
    let DocumentRecord { upload, collection, .. } = document;
    let announced =
        Announced { mime_type: document.mime_type.clone(), size: document.size, sha256: document.browser_hash };
    let (body, verdict) = checked(body.into_data_stream(), announced);
    let stored = match portal.upstream.upload_document(&document.mime_type, Some(document.size), body).await {
        Ok(stored) => stored,
        Err(error) => return Err(refused(&document, verdict.refusal(), &error)),
    };
    let id = stored.document_id;
    let receipt = match kept(portal, actor, &document, &stored).await {
        Ok(receipt) => receipt,
        Err(error) => {
            // No row knows of it: this is the one chance to delete it.
            if let ApiError::StoreDown(_) = error {
                let _ = portal.upstream.delete_document(id).await;
            }
            return Err(error);
        }
    };
    let name = Some(document.filename.clone());
    let patch = DocumentPatch { filename: name.clone(), title: name, description: None };
    if let Err(error) = portal.upstream.patch_document(id, &patch).await {
        tracing::warn!(collection.id = %collection, upload.id = %upload, %error, "document uploaded but not named");
        dropped(portal, upload, id).await?;
        return Err(portal_error(&error).into());
    }
    tracing::info!(collection.id = %collection, upload.id = %upload, document.id = %id, "document uploaded");
    Ok(receipt)
}

/// Records the API's copy, if it is what was announced and still wanted; else it goes.
async fn kept(
    portal: &Portal,
    actor: &Actor,
    document: &DocumentRecord,
    stored: &Document,
) -> Result<UploadReceipt, ApiError> {
    let DocumentRecord { upload, collection: id, browser_hash, .. } = *document;
    let api_hash = stored.document_hash.sha256();
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let collection = change.collection(Reach::PORTAL, id).await?.ok_or_else(PortalError::not_found)?;
    let mut current = change.document(Reach::PORTAL, upload).await?.ok_or_else(PortalError::not_found)?;
    let is_wanted = collection.step.is_unsent();
    let is_same = api_hash == Some(browser_hash);
    if is_wanted {
        if let Some(before) = current.document.take() {
            change.add_leftover(id, before.into(), now).await?;
        }
        // The stream was passed on whole, so this server's hash is the announced one.
        current.server_hash = Some(browser_hash);
        current.api_hash = api_hash;
        current.document = is_same.then_some(stored.document_id);
        change.save_document(&current).await?;
        change.save_collection(&collection, now).await?;
    }
    if !is_wanted || !is_same {
        change.add_leftover(id, stored.document_id.into(), now).await?;
    }
    let act = if is_wanted && is_same { Act::done } else { Act::refused };
    let act = act(Action::DocumentUploaded).to(stored.document_id).saying(id.to_string());
    portal.record(&mut change, collection.team, &actor.by, act).await?;
    change.commit().await?;
    cleanup::sweep_of(portal, id).await?;
    if !is_wanted {
        return Err(too_late());
    }
    let Some(api_hash) = api_hash.filter(|_| is_same) else {
        tracing::error!(collection.id = %id, upload.id = %upload, "the API's hash of a document differs from ours");
        return Err(changed(document));
    };
    Ok(UploadReceipt { server_hash: browser_hash, api_hash })
}

/// Lets go of a copy that is of no use after all.
async fn dropped(portal: &Portal, upload: UploadId, id: DocumentId) -> Result<(), ApiError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut current) = change.document(Reach::PORTAL, upload).await? else { return Ok(()) };
    if current.document == Some(id) {
        current.document = None;
        change.save_document(&current).await?;
        change.add_leftover(current.collection, id.into(), now).await?;
        change.commit().await?;
        cleanup::sweep_of(portal, current.collection).await?;
    }
    Ok(())
}

fn refused(document: &DocumentRecord, refusal: Option<Refusal>, error: &UpstreamError) -> ApiError {
    let DocumentRecord { collection, upload, .. } = document;
    tracing::info!(collection.id = %collection, upload.id = %upload, ?refusal, %error, "document not uploaded");
    match refusal {
        Some(Refusal::Digest | Refusal::TooShort) => return changed(document),
        Some(Refusal::TooLong) => return too_large(document),
        Some(Refusal::Content) => return not_of_its_type(document),
        Some(Refusal::Disconnected) => {
            return ApiError::BadRequest("The upload broke off. Please try again.");
        }
        None => {}
    }
    match error {
        UpstreamError::TooLarge(_) => too_large(document),
        UpstreamError::Invalid(_) | UpstreamError::UnsupportedType(_) => not_of_its_type(document),
        other => portal_error(other).into(),
    }
}

fn changed(document: &DocumentRecord) -> ApiError {
    let number = document.position + 1;
    let text = format!("Document {number} changed on its way. Nothing was kept of it; please choose the file again.");
    PortalError::new(ErrorKind::HashMismatch, text).into()
}

fn too_large(document: &DocumentRecord) -> ApiError {
    let (number, mib) = (document.position + 1, limits::DOCUMENT_BYTES_MAX / (1024 * 1024));
    let text = format!("Document {number} is larger than announced, or than {mib} MiB; choose a smaller file.");
    PortalError::new(ErrorKind::TooLarge, text).into()
}

fn not_of_its_type(document: &DocumentRecord) -> ApiError {
    let text = match document.mime_type {
        MimeType::Pdf => "This file is not a PDF, whatever its name says, or it is damaged. Choose another.",
        _ => "This file is not plain text in UTF-8. Save it as UTF-8 or as PDF, then choose it again.",
    };
    ApiError::field(&format!("{}[{}]", field::DOCUMENTS, document.position), text)
}

fn too_late() -> ApiError {
    conflict("This is no longer being prepared; its documents cannot be exchanged.")
}
