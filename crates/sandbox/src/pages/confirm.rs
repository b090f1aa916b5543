//! The last page: everything once more, and the button that signs.

use axum::response::Response;
use maud::html;

use super::{
    documents,
    guest::{Active, PageError, Stop, Submission},
    layout::plain_text,
};
use crate::signing;

/// `GET /sign-session/confirm`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Confirm)?;
    let text = active.text;
    let documents = documents::of(&active).await?;
    let main = html! {
        (active.step_line(Stop::Confirm))
        h1 { (text.sign_heading) }
        section.card {
            dl {
                dt { (text.documents) }
                @for (document, _) in &documents { dd { (documents::name(document)) } }
                @if let Some(identity) = &active.visit.identity {
                    dt { (text.signer) }
                    dd { (identity.name) }
                }
                @if let Some(consent) = &active.visit.consent {
                    dt { (text.agreed_to) }
                    dd { (plain_text(&consent.text)) }
                }
            }
        }
        (active.form("confirm", html! { button { (text.sign) } }))
        (active.other_choices())
    };
    Ok(active.page(&format!("{} · {}", text.sign_heading, active.session.terms.title), main))
}

/// `POST /sign-session/confirm`: signs.
pub(super) async fn sign(submission: Submission) -> Result<Response, PageError> {
    let active = &submission.active;
    let hash = active.cookie_hash();
    signing::sign(&active.app, &active.actor(&hash)).await.map_err(|error| active.explain(error))?;
    Ok(active.leave(|redirects| &redirects.success))
}
