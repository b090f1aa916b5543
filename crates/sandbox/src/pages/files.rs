//! The documents' bytes: shown inside pages and in tabs of their own, and saved.

use axum::response::{IntoResponse, Response};
use contract::{DocumentId, LifecycleState, MimeType};
use http::{HeaderName, HeaderValue, Uri, header};
use maud::html;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    documents::{self, name},
    endings,
    guest::{Guest, PageError, query_value},
    layout::{Page, file_size},
};
use crate::{
    api,
    store::documents::{StoredDocument, find},
};

/// Lets those see bytes who are on a visit and let in. They may keep what they signed, too.
fn admit(guest: &Guest) -> Result<(), PageError> {
    if guest.session.standing.state != LifecycleState::Signed {
        guest.admit()?;
    }
    if guest.visit.is_some() && guest.progress().let_in {
        return Ok(());
    }
    Err(PageError::instead(guest.go("").into_response()))
}

/// Where a document can be seen.
pub(super) fn href(guest: &Guest, document: &StoredDocument) -> String {
    guest.href_with("document", &[("documentId", &document.id.to_string())])
}

/// The files of a signed session: a signature for each document.
async fn signatures(guest: &Guest) -> Result<Vec<StoredDocument>, PageError> {
    let mut db = guest.app.store.read().await?;
    let mut found = Vec::new();
    for signature in &guest.session.signatures {
        found.extend(find(&mut db, signature.result_document_id, guest.now).await?);
    }
    Ok(found)
}

/// `GET /sign-session/downloads`: everything that the signer can keep.
pub(super) async fn list(guest: Guest) -> Result<Response, PageError> {
    admit(&guest)?;
    let text = guest.text;
    let mut files: Vec<(String, StoredDocument)> =
        documents::of(&guest).await?.into_iter().map(|(document, _)| (name(&document), document)).collect();
    for signature in signatures(&guest).await? {
        files.push((format!("{}: {}", text.signature_file, signature.save_as()), signature));
    }
    let main = html! {
        div.way { a.back href=(guest.href(if guest.session.signatures.is_empty() { "confirm" } else { "outcome" })) { (text.back) } }
        h1 { (text.download) }
        p.lead { (text.downloads_lead) }
        section.card {
            ul.files {
                @for (name, document) in &files {
                    @let id = document.id.to_string();
                    li {
                        span { (name) " " span.file { (file_size(document.size)) } }
                        a.button.quiet href=(guest.href_with("document", &[("documentId", &id), ("save", "1")]))
                            aria-label={ (text.save) ": " (name) } { (text.save) }
                    }
                }
            }
        }
    };
    let title = format!("{} · {}", text.download, guest.session.terms.title);
    Ok(Page::new(text, &title, main).into_response())
}

/// `GET /sign-session/document`: one document's bytes, for the browser to show or, with `save`, to keep.
pub(super) async fn open(uri: Uri, guest: Guest) -> Result<Response, PageError> {
    admit(&guest)?;
    let id: Option<DocumentId> = query_value(&uri, "documentId").and_then(|id| id.parse().ok());
    let mut files: Vec<StoredDocument> =
        documents::of(&guest).await?.into_iter().map(|(document, _)| document).collect();
    files.extend(signatures(&guest).await?);
    let document = files
        .into_iter()
        .find(|document| Some(document.id) == id)
        .ok_or_else(|| PageError::instead(endings::unknown(guest.text)))?;
    let mut response = api::stream(&guest.app, &document).await?;
    let headers = response.headers_mut();
    let is_pdf = document.mime_type == MimeType::Pdf;
    if !is_pdf {
        // Markdown and XML too: nothing in a document is to be taken for a page.
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    let kind = if query_value(&uri, "save").is_some() { "attachment" } else { "inline" };
    let file_name = utf8_percent_encode(&document.save_as(), NON_ALPHANUMERIC).to_string();
    let disposition = HeaderValue::try_from(format!("{kind}; filename*=UTF-8''{file_name}"));
    headers.insert(header::CONTENT_DISPOSITION, disposition.map_err(http::Error::from)?);
    let policy = if is_pdf {
        // No `sandbox` and no `default-src`: Chromium's viewer would stay empty.
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    } else {
        "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // Shown by these pages alone, also in browsers that know no `frame-ancestors` for what is embedded.
    let resource = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(resource, HeaderValue::from_static("same-origin"));
    Ok(response)
}
