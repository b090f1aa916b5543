//! Pages on which the way ends: done, put off, or not possible.

use axum::response::{IntoResponse, Response};
use contract::LifecycleState;
use http::StatusCode;
use maud::{Markup, html};
use url::Url;

use super::{
    guest::{Guest, PageError},
    layout::{Page, moment},
    text::{EN, Message, Texts},
};
use crate::step::Refused;

fn ending(text: &'static Texts, status: StatusCode, message: &Message, more: Markup) -> Response {
    let main = html! {
        h1 { (message.heading) }
        p.lead { (message.body) }
        (more)
    };
    Page { status, ..Page::new(text, message.heading, main) }.into_response()
}

/// The page that says why a session cannot be acted on. What is no fault has status 200.
pub(super) fn closed(guest: &Guest, refused: Refused) -> Response {
    let text = guest.text;
    let (status, message) = match refused {
        Refused::Blocked => (StatusCode::OK, &text.blocked),
        Refused::AlreadySigned => (StatusCode::OK, &text.already_signed),
        Refused::AlreadyRejected => (StatusCode::OK, &text.already_rejected),
        Refused::Overdue => (StatusCode::GONE, &text.overdue),
        Refused::LinkExpired => (StatusCode::GONE, &text.expired),
        Refused::Unfinished | Refused::ReasonTooLong => (StatusCode::OK, &text.stale_form),
    };
    ending(text, status, message, about(guest))
}

/// `GET /sign-session/outcome`: where the way ends when the caller gave no address of its own.
pub(super) async fn outcome(guest: Guest) -> Result<Response, PageError> {
    let text = guest.text;
    let (message, more) = match guest.session.standing.state {
        LifecycleState::Signed => (&text.signed, about(&guest)),
        LifecycleState::Rejected => (&text.rejected, about(&guest)),
        _ => {
            guest.admit()?;
            (&text.put_off, html! { (about(&guest)) p { a.button href=(guest.href("")) { (text.start) } } })
        }
    };
    Ok(ending(text, StatusCode::OK, message, more))
}

/// Which session it is about.
fn about(guest: &Guest) -> Markup {
    let open = matches!(guest.session.standing.state, LifecycleState::Ready | LifecycleState::Blocked);
    html! {
        section.card {
            h2 { (guest.session.terms.title) }
            @if open {
                dl {
                    dt { (guest.text.link_works_until) }
                    dd { (moment(guest.session.standing.link_expires)) }
                }
            }
        }
    }
}

/// A document was deleted under the signer's eyes.
pub(super) fn withdrawn(guest: &Guest) -> Response {
    let onward = guest.target(|redirects| &redirects.error);
    ending(guest.text, StatusCode::GONE, &guest.text.withdrawn, link(guest.text, onward))
}

fn link(text: &Texts, onward: Option<Url>) -> Markup {
    html! { @if let Some(url) = onward { p { a.button href=(url) { (text.proceed) } } } }
}

/// There is no session with such a link.
pub(super) fn unknown(text: &'static Texts) -> Response {
    ending(text, StatusCode::NOT_FOUND, &text.unknown, html! {})
}

/// The form is not one of ours, or from before a restart of the visit.
pub(super) fn stale_form(text: &'static Texts) -> Response {
    ending(text, StatusCode::FORBIDDEN, &text.stale_form, html! {})
}

/// The service failed.
pub(super) fn failed(text: &'static Texts) -> Response {
    ending(text, StatusCode::INTERNAL_SERVER_ERROR, &text.failed, html! {})
}

/// Any other address among the signer's pages.
pub(super) async fn nothing_here() -> Response {
    unknown(&EN)
}
