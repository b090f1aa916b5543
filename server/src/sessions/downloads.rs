//! `GET /sessions/{session}/files/{document}`: a document or result of a session,
//! passed through from the signing API and hashed on its way.

use std::sync::Arc;

use app::{
    error::{ErrorKind, PortalError},
    model::{Action, SessionId, TeamId},
};
use axum::{body::Body, extract::State, response::Response};
use bytes::Bytes;
use contract::{DocumentId, MimeType, Sha256Digest};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderValue, header};
use sha2::{Digest, Sha256};
use upstream::{DownloadBody, UpstreamError};

use super::{disposition::attachment, extract::Ids, observe};
use crate::{
    audit::Act,
    backend::{portal_error, result_filename},
    error::ApiError,
    rights::Actor,
    state::Portal,
};

/// A file that a session's page offers.
struct File {
    name: String,
    mime_type: MimeType,
    sha256: Sha256Digest,
}

pub(super) async fn download(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Ids((session, document)): Ids<(SessionId, DocumentId)>,
) -> Result<Response, ApiError> {
    let (team, file) = find(&portal, &actor, session, document).await?;
    let download = match portal.upstream.download_document(document).await {
        Ok(download) => download,
        Err(UpstreamError::NotFound(_)) => return Err(deleted()),
        Err(error) => return Err(portal_error(&error).into()),
    };
    let mut change = portal.store.write().await?;
    let act = Act::done(Action::FileOpened).to(document).saying(session.to_string());
    portal.record(&mut change, team, &actor.by, act).await?;
    change.commit().await?;
    tracing::info!(session.id = %session, document.id = %document, "download begun");

    let mut response = Response::new(Body::from_stream(verified(download.stream, file.sha256)));
    let headers = response.headers_mut();
    let content_type = HeaderValue::try_from(content_type(&file.mime_type));
    headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if let Some(length) = download.content_length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers.insert(header::CONTENT_DISPOSITION, attachment(&file.name));
    // Should a browser show it after all, then without scripts and in an origin of its own.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Finds what the document is to this session. Nothing is asked of the API about
/// a document that is neither its own nor a result of it.
async fn find(
    portal: &Portal,
    actor: &Actor,
    session: SessionId,
    document: DocumentId,
) -> Result<(TeamId, File), ApiError> {
    let mut read = portal.store.read().await?;
    let record = read.session(actor.reach, session).await?.ok_or_else(PortalError::not_found)?;
    let documents = read.documents_of(&record).await?;
    if let Some(own) = documents.iter().find(|own| own.document == Some(document)) {
        let (name, mime_type) = (own.filename.clone(), own.mime_type.clone());
        return Ok((record.team, File { name, mime_type, sha256: own.browser_hash }));
    }
    let results = read.results_of(&record).await?;
    drop(read);
    let mut result =
        results.into_iter().find(|result| result.document == document).ok_or_else(PortalError::not_found)?;
    if result.api_hash.is_none() {
        observe::ask_about(portal.upstream.as_ref(), &mut result).await.map_err(|error| portal_error(&error))?;
    }
    let original = documents.iter().find(|own| own.document.is_some() && own.document == result.original);
    let file = File {
        name: result_filename(result.kind, original.map(|own| own.filename.as_str()), &record.title),
        mime_type: result.mime_type.unwrap_or_else(|| MimeType::from("application/octet-stream")),
        sha256: result.api_hash.ok_or_else(deleted)?,
    };
    Ok((record.team, file))
}

fn deleted() -> ApiError {
    let text = "The signing service has deleted this file: it keeps files until the due date only.";
    PortalError::new(ErrorKind::NotFound, text).into()
}

fn content_type(mime_type: &MimeType) -> String {
    match mime_type {
        MimeType::Text | MimeType::Markdown => format!("{mime_type}; charset=utf-8"),
        _ => mime_type.to_string(),
    }
}

/// Why a download breaks off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    #[error("the document is not the one that the API named")]
    Different,
}

/// Passes bytes on while hashing them. The last piece is held back until the hash
/// is known to be right; otherwise the download breaks off, and browsers discard it.
fn verified(body: DownloadBody, sha256: Sha256Digest) -> impl Stream<Item = Result<Bytes, Broken>> + Send {
    let start = Some((body, Sha256::new(), Bytes::new()));
    stream::unfold(start, move |state| async move {
        let (mut body, mut hash, mut held) = state?;
        loop {
            match body.next().await {
                Some(Ok(piece)) if piece.is_empty() => {}
                Some(Ok(piece)) => {
                    hash.update(&piece);
                    let before = std::mem::replace(&mut held, piece);
                    if !before.is_empty() {
                        return Some((Ok(before), Some((body, hash, held))));
                    }
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "download broke off");
                    return Some((Err(error.into()), None));
                }
                None if Sha256Digest::new(hash.finalize_reset().into()) == sha256 => return Some((Ok(held), None)),
                None => {
                    tracing::error!("download broken off: its hash differs from the one that the API named");
                    return Some((Err(Broken::Different), None));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(pieces: &[&'static [u8]], whole: &[u8]) -> (Vec<u8>, bool) {
        let body: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        let sha256 = Sha256Digest::new(Sha256::digest(whole).into());
        let mut passed = Vec::new();
        let mut stream = Box::pin(verified(Box::pin(stream::iter(body)), sha256));
        while let Some(piece) = stream.next().await {
            let Ok(piece) = piece else { return (passed, false) };
            passed.extend_from_slice(&piece);
        }
        (passed, true)
    }

    #[tokio::test]
    async fn passes_on_what_hashes_right() {
        assert_eq!(run(&[b"one ", b"", b"two ", b"three"], b"one two three").await, (b"one two three".to_vec(), true));
        assert_eq!(run(&[], b"").await, (Vec::new(), true));
    }

    #[tokio::test]
    async fn never_completes_what_hashes_wrong() {
        assert_eq!(run(&[b"one ", b"two ", b"thre3"], b"one two three").await, (b"one two ".to_vec(), false));
        assert_eq!(run(&[b"one ", b"two "], b"one two three").await, (b"one ".to_vec(), false));
    }
}
