//! The documents, shown; and their bytes, for frames and new tabs.

use axum::{
    extract::{FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use contract::{DocumentAction, DocumentId, MimeType};
use http::{HeaderValue, header};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    endings,
    guest::{Active, Guest, PageError, Stop, Submission, query_value},
};
use crate::{
    api,
    service::App,
    store::{
        documents::{self, StoredDocument},
        visits::EventKind,
    },
};

/// The session's documents in order. If one was deleted, the page that says so.
pub(super) async fn of(guest: &Guest) -> Result<Vec<(StoredDocument, DocumentAction)>, PageError> {
    let mut db = guest.app.store.read().await?;
    let mut found = Vec::new();
    for reference in &guest.session.terms.documents {
        match documents::find(&mut db, reference.document_id, guest.now).await? {
            Some(document) => found.push((document, reference.action.clone())),
            None => return Err(PageError::instead(endings::withdrawn(guest))),
        }
    }
    Ok(found)
}

/// What a document is called on the pages.
pub(super) fn name(document: &StoredDocument) -> String {
    document.title.clone().unwrap_or_else(|| document.save_as())
}

/// `GET /sign-session/documents`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Documents)?;
    let text = active.text;
    let documents = of(&active).await?;
    let mut shown = Vec::new();
    for (document, action) in &documents {
        shown.push((document, action, content(&active, document).await?));
    }
    let main = html! {
        (active.step_line(Stop::Documents))
        h1 { (text.read_heading) }
        @for (document, action, content) in shown {
            section.card.document {
                h2 { (name(document)) }
                p.kind { @if *action == DocumentAction::Sign { (text.to_sign) } @else { (text.to_read) } }
                @if let Some(description) = &document.description { p { (description) } }
                (content)
                a href=(href(&active, document)) target="_blank" rel="noopener" {
                    (text.open_document) " (" (text.opens_in_new_tab) ")"
                }
            }
        }
        (active.form("documents", html! { button { (text.have_read) } }))
        (active.other_choices())
    };
    let title = format!("{} · {}", text.read_heading, active.session.terms.title);
    Ok(active.page(&title, main))
}

/// Texts stand in the page. PDFs are framed; browsers without a viewer have the link below.
async fn content(active: &Active, document: &StoredDocument) -> Result<Markup, PageError> {
    let label = name(document);
    if document.mime_type == MimeType::Pdf {
        return Ok(html! { iframe src=(href(active, document)) title=(label) loading="lazy" {} });
    }
    let bytes = active.app.blobs.read_all(&document.digest.hex()).await?;
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    Ok(html! { div.plain-text role="region" aria-label=(label) tabindex="0" { (shown) } })
}

fn href(active: &Active, document: &StoredDocument) -> String {
    format!("{}&documentId={}", active.href("document"), document.id)
}

/// `POST /sign-session/documents`: the signer went through them.
pub(super) async fn read(mut submission: Submission) -> Result<Response, PageError> {
    submission.active.arrive(Stop::Documents)?;
    // Nobody has read what is not there any more.
    of(&submission.active).await?;
    submission.active.visit.viewed = true;
    submission.active.save(EventKind::Viewed).await?;
    Ok(submission.active.go(submission.active.next().page()).into_response())
}

/// `GET /sign-session/document`: one document's bytes, for the browser to show.
pub(super) async fn open(
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
) -> Result<Response, PageError> {
    let (mut parts, _) = request.into_parts();
    let active = Active::from_request_parts(&mut parts, &app).await?;
    active.arrive(Stop::Documents)?;
    let id: Option<DocumentId> = query_value(&parts, "documentId").and_then(|id| id.parse().ok());
    let (document, _) = of(&active)
        .await?
        .into_iter()
        .find(|(document, _)| Some(document.id) == id)
        .ok_or_else(|| PageError::instead(endings::unknown(active.text)))?;
    let mut response = api::stream(&app, &document).await?;
    let headers = response.headers_mut();
    if document.mime_type != MimeType::Pdf {
        // Markdown too: a browser that does not know it would save it instead of showing it.
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    let file_name = utf8_percent_encode(&document.save_as(), NON_ALPHANUMERIC).to_string();
    let disposition = HeaderValue::try_from(format!("inline; filename*=UTF-8''{file_name}"));
    headers.insert(header::CONTENT_DISPOSITION, disposition.map_err(http::Error::from)?);
    // No `sandbox` and no `default-src`: Chromium's viewer would stay empty.
    let policy = "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}
