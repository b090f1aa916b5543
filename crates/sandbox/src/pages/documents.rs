//! The documents, each on a page of its own, in turn.

use axum::response::{IntoResponse, Response};
use contract::{DocumentAction, MimeType};
use http::Uri;
use maud::{Markup, html};

use super::{
    endings, files,
    guest::{Guest, PageError, query_value},
    layout::{file_size, plain_text},
    markdown,
    text::{Texts, fill},
    way::{Active, Stop, Submission},
};
use crate::store::{
    documents::{self, StoredDocument},
    visits::EventKind,
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
    document.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| document.save_as())
}

/// What the signer does with a document.
pub(super) fn action_badge(text: &Texts, action: &DocumentAction) -> Markup {
    match action {
        DocumentAction::Sign => html! { span.badge { (text.to_sign) } },
        _ => html! { span.badge.quiet { (text.for_information) } },
    }
}

/// The documents, and the one of them that the page is about.
struct Reading {
    documents: Vec<(StoredDocument, DocumentAction)>,
    /// From 1.
    number: usize,
    /// The first that is not read; nobody sees one behind it.
    first_unread: Option<usize>,
}

impl Reading {
    /// The document that the query asks for, or the first unread one.
    async fn find(active: &Active, uri: &Uri) -> Result<Self, PageError> {
        let documents = of(active).await?;
        let read = |(document, _): &(StoredDocument, _)| active.visit.read.contains(&document.id);
        let first_unread = documents.iter().position(|document| !read(document)).map(|index| index + 1);
        let asked: Option<usize> = query_value(uri, "number").and_then(|number| number.parse().ok());
        let last = first_unread.unwrap_or(documents.len());
        let number = asked.filter(|number| (1..=last).contains(number)).or(first_unread).unwrap_or(1);
        Ok(Self { documents, number, first_unread })
    }

    fn document(&self) -> Option<&(StoredDocument, DocumentAction)> {
        self.documents.get(self.number.checked_sub(1)?)
    }
}

fn href(active: &Active, number: usize) -> String {
    active.href_with(Stop::Documents.page(), &[("number", &number.to_string())])
}

/// `GET /sign-session/documents`.
pub(super) async fn show(uri: Uri, active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Documents)?;
    let text = active.text;
    let reading = Reading::find(&active, &uri).await?;
    let Some((document, action)) = reading.document() else {
        return Err(PageError::instead(endings::withdrawn(&active)));
    };
    let (number, all) = (reading.number, reading.documents.len());
    let name = name(document);
    let is_text = document.mime_type != MimeType::Pdf;
    let ui = active.session.terms.ui.as_ref();
    let minimal = is_text && ui.and_then(|ui| ui.minimal_text_mode).unwrap_or(false);
    let main = html! {
        (active.step_line_with(Stop::Documents, (number > 1).then(|| href(&active, number - 1))))
        @if all > 1 { p.kind { (fill(text.document_of, &[("n", &number), ("all", &all)])) } }
        h1 { (name) }
        @if !minimal {
            p.about {
                (action_badge(text, action)) " "
                span.file {
                    @if name != document.save_as() { (document.save_as()) " · " }
                    (file_size(document.size))
                }
            }
            @if *action != DocumentAction::Sign { p { (text.view_note) } }
            @if let Some(description) = document.description.as_deref().filter(|text| !text.trim().is_empty()) {
                (plain_text(description))
            }
        }
        section.document.minimal[minimal] aria-label=(name) {
            @if is_text {
                (content(&active, document).await?)
            } @else {
                p.open {
                    a.button.quiet href=(files::href(&active, document)) target="_blank" rel="noopener" {
                        (text.open_document) " (" (text.opens_in_new_tab) ")"
                    }
                }
                object data=(files::href(&active, document)) type="application/pdf" aria-label=(name) {
                    p { (text.no_viewer) }
                }
            }
        }
        (active.form_to(&href(&active, number), html! { p.act { button { (text.have_read) } } }))
        (contents(&active, &reading))
        (active.more_actions())
    };
    Ok(active.page(&name, main))
}

/// A text document's text.
async fn content(active: &Active, document: &StoredDocument) -> Result<Markup, PageError> {
    let bytes = active.app.blobs.read_all(&document.digest.hex()).await?;
    let source = String::from_utf8_lossy(&bytes);
    Ok(match document.mime_type {
        // Wide tables are moved sideways in their box, so it takes the focus.
        MimeType::Markdown => html! { div.markdown tabindex="0" { (markdown::render(&source)) } },
        _ => plain_text(&source),
    })
}

/// All documents, with links to those that can be seen already.
fn contents(active: &Active, reading: &Reading) -> Markup {
    let text = active.text;
    let last = reading.first_unread.unwrap_or(reading.documents.len());
    html! {
        @if reading.documents.len() > 1 {
            nav.contents aria-label=(text.documents) {
                h2 { (text.documents) }
                ol {
                    @for (number, (document, action)) in (1..).zip(&reading.documents) {
                        li {
                            @if number == reading.number {
                                span aria-current="page" { (name(document)) }
                            } @else if number <= last {
                                a href=(href(active, number)) { (name(document)) }
                            } @else {
                                span { (name(document)) }
                            }
                            " "
                            (action_badge(text, action))
                            @if active.visit.read.contains(&document.id) { " " span.read { (text.read_already) } }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /sign-session/documents`: the signer has read the document.
pub(super) async fn read(uri: Uri, mut submission: Submission) -> Result<Response, PageError> {
    let active = &mut submission.active;
    active.arrive(Stop::Documents)?;
    // Nobody has read what is not there any more.
    let reading = Reading::find(active, &uri).await?;
    let Some((document, _)) = reading.document() else {
        return Err(PageError::instead(endings::withdrawn(active)));
    };
    if active.visit.read.insert(document.id) {
        active.save(EventKind::Viewed(document.id)).await?;
    }
    Ok(active.go(active.next().page()).into_response())
}
