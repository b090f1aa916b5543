//! The first page: what is to be signed, and by when.

use axum::response::{IntoResponse, Response};
use http::header;
use maud::html;

use super::{
    documents,
    guest::{Guest, PageError},
    layout::{Page, moment},
    way::Stop,
};

/// `GET /sign-session/`: begins a visit, unless this browser is on one already.
pub(super) async fn show(guest: Guest) -> Result<Response, PageError> {
    guest.admit()?;
    let cookie = match guest.visit {
        Some(_) => None,
        None => Some(guest.begin_visit().await?),
    };
    let hidden = guest.session.terms.ui.as_ref().and_then(|ui| ui.hide_welcome_screen).unwrap_or(false);
    // The last stop sends whoever comes too early to the first one that is not done.
    let ahead = hidden || !guest.progress().let_in;
    let mut response = if ahead { guest.go(Stop::Confirm.page()).into_response() } else { page(&guest).await? };
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn page(guest: &Guest) -> Result<Response, PageError> {
    let text = guest.text;
    let title = &guest.session.terms.title;
    let documents = documents::of(guest).await?;
    let main = html! {
        h1 { (title) }
        p.lead { (text.welcome_lead) }
        section.card {
            h2 { (text.documents) }
            ul.files {
                @for (document, action) in &documents {
                    li {
                        span { (documents::name(document)) }
                        (documents::action_badge(text, action))
                    }
                }
            }
        }
        section.card {
            dl {
                dt { (text.sign_by) }
                dd { (moment(guest.session.standing.due)) }
                @if guest.session.standing.link_expires < guest.session.standing.due {
                    dt { (text.link_works_until) }
                    dd { (moment(guest.session.standing.link_expires)) }
                }
            }
        }
        p.act { a.button href=(guest.href(Stop::Confirm.page())) { (text.start) } }
    };
    Ok(Page::new(text, title, main).into_response())
}
