//! Pages on which the way ends: done, put off, or not possible.

use axum::{
    Extension,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::LifecycleState;
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use url::Url;

use super::{
    guest::{Guest, PageError},
    layout::{Mood, Page, moment, sign},
    text::{self, Message, Texts},
};
use crate::step::Refused;

fn ending(text: &'static Texts, status: StatusCode, mood: Mood, message: &Message, more: Markup) -> Response {
    let main = html! {
        div.ending {
            (sign(mood))
            h1 { (message.heading) }
            p.lead { (message.body) }
        }
        (more)
    };
    Page { status, ..Page::new(text, message.heading, main) }.into_response()
}

/// The page that says why a session cannot be acted on. What is no fault has status 200.
pub(super) fn closed(guest: &Guest, refused: Refused) -> Response {
    let text = guest.text;
    let failed = || guest.target(|redirects| &redirects.error);
    let (status, mood, message, onward) = match refused {
        Refused::Blocked => (StatusCode::OK, Mood::Note, &text.blocked, None),
        Refused::AlreadySigned => {
            let done = guest.visit.is_some().then(|| guest.target(|redirects| &redirects.success)).flatten();
            (StatusCode::OK, Mood::Done, &text.already_signed, done)
        }
        Refused::AlreadyRejected => (StatusCode::OK, Mood::Note, &text.already_rejected, None),
        Refused::Overdue => (StatusCode::GONE, Mood::Trouble, &text.overdue, failed()),
        Refused::LinkExpired => (StatusCode::GONE, Mood::Trouble, &text.expired, failed()),
        Refused::Unfinished | Refused::ReasonTooLong => (StatusCode::OK, Mood::Trouble, &text.stale_form, None),
    };
    let more = html! { (about(guest)) (keep(guest)) (link(text, onward)) };
    ending(text, status, mood, message, more)
}

/// `GET /sign-session/outcome`: where the way ends when the caller gave no address of its own.
pub(super) async fn outcome(guest: Guest) -> Result<Response, PageError> {
    let text = guest.text;
    let (mood, message, more) = match guest.session.standing.state {
        LifecycleState::Signed => (Mood::Done, &text.signed, keep(&guest)),
        LifecycleState::Rejected => (Mood::Note, &text.rejected, html! {}),
        _ => {
            guest.admit()?;
            (Mood::Note, &text.put_off, html! { p.act { a.button href=(guest.href("")) { (text.start) } } })
        }
    };
    Ok(ending(text, StatusCode::OK, mood, message, html! { (about(&guest)) (more) }))
}

/// Which session it is about, for those who may know.
fn about(guest: &Guest) -> Markup {
    let standing = &guest.session.standing;
    let open =
        matches!(standing.state, LifecycleState::Ready | LifecycleState::Blocked) && guest.now < standing.link_expires;
    html! {
        @if guest.title().is_some() || open {
            section.card {
                @if let Some(title) = guest.title() { h2 { (title) } }
                @if open {
                    dl {
                        dt { (guest.text.link_works_until) }
                        dd { (moment(standing.link_expires)) }
                    }
                }
            }
        }
    }
}

/// What was signed can be kept, by the browser that signed it.
fn keep(guest: &Guest) -> Markup {
    let signed = guest.session.standing.state == LifecycleState::Signed;
    html! {
        @if signed && guest.visit.is_some() {
            p.act { a.button.quiet href=(guest.href("downloads")) { (guest.text.download) } }
        }
    }
}

/// A document was deleted under the signer's eyes.
pub(super) fn withdrawn(guest: &Guest) -> Response {
    failure(guest, StatusCode::GONE, &guest.text.withdrawn)
}

/// Others than the intended signer tried too often.
pub(super) fn too_many_attempts(guest: &Guest) -> Response {
    failure(guest, StatusCode::TOO_MANY_REQUESTS, &guest.text.too_many_attempts)
}

/// A failure in a session that the caller may have a page for.
fn failure(guest: &Guest, status: StatusCode, message: &Message) -> Response {
    let onward = guest.target(|redirects| &redirects.error);
    ending(guest.text, status, Mood::Trouble, message, link(guest.text, onward))
}

fn link(text: &Texts, onward: Option<Url>) -> Markup {
    html! { @if let Some(url) = onward { p.act { a.button href=(url) { (text.proceed) } } } }
}

/// There is no session with such a link.
pub(super) fn unknown(text: &'static Texts) -> Response {
    ending(text, StatusCode::NOT_FOUND, Mood::Trouble, &text.unknown, html! {})
}

/// There was one, and its sender deleted it.
pub(super) fn deleted(text: &'static Texts) -> Response {
    ending(text, StatusCode::GONE, Mood::Trouble, &text.deleted, html! {})
}

/// The form is longer than any of ours can be.
pub(super) fn too_long(text: &'static Texts) -> Response {
    ending(text, StatusCode::PAYLOAD_TOO_LARGE, Mood::Trouble, &text.too_long, html! {})
}

/// The form is not one of ours, or from before a restart of the visit. `start` is the link, if it is known.
pub(super) fn stale_form(text: &'static Texts, start: Option<String>) -> Response {
    let again = html! { @if let Some(start) = start { p.act { a.button href=(start) { (text.start) } } } };
    ending(text, StatusCode::FORBIDDEN, Mood::Trouble, &text.stale_form, again)
}

/// An ending from where nobody knows the signer's language. [`tell`] puts it into words.
#[derive(Debug, Clone, Copy)]
pub(super) enum Untold {
    /// The form is not one of ours.
    StaleForm,
    /// The service failed.
    Failed,
}

impl IntoResponse for Untold {
    fn into_response(self) -> Response {
        Extension(self).into_response()
    }
}

/// Says what is still untold in the language that the browser asks for.
pub(super) async fn tell(request: Request, next: Next) -> Response {
    let text = text::in_language(&text::preferred(request.headers()));
    let response = next.run(request).await;
    match response.extensions().get() {
        Some(Untold::StaleForm) => stale_form(text, None),
        Some(Untold::Failed) => ending(text, StatusCode::INTERNAL_SERVER_ERROR, Mood::Trouble, &text.failed, html! {}),
        None => response,
    }
}

/// Any other address among the signer's pages.
pub(super) async fn nothing_here(headers: HeaderMap) -> Response {
    unknown(text::in_language(&text::preferred(&headers)))
}
