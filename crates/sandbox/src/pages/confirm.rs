//! The last page: everything once more, and the button that signs.

use axum::response::Response;
use contract::DocumentAction;
use maud::html;

use super::{
    documents,
    guest::PageError,
    layout::plain_text,
    way::{Active, Stop, Submission},
};
use crate::signing;

/// `GET /sign-session/confirm`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Confirm)?;
    let text = active.text;
    let (to_sign, others): (Vec<_>, Vec<_>) =
        documents::of(&active).await?.into_iter().partition(|(_, action)| *action == DocumentAction::Sign);
    let main = html! {
        (active.step_line(Stop::Confirm))
        h1 { (text.sign_heading) }
        section.card {
            dl {
                @for (heading, documents) in [(text.to_sign, to_sign), (text.for_information, others)] {
                    @if !documents.is_empty() {
                        dt { (heading) }
                        @for (document, _) in &documents { dd { (documents::name(document)) } }
                    }
                }
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
        (active.form("confirm", html! { p.act { button { (text.sign) } } }))
        (active.more_actions())
    };
    Ok(active.page(text.sign_heading, main))
}

/// `POST /sign-session/confirm`: signs.
pub(super) async fn sign(submission: Submission) -> Result<Response, PageError> {
    submission.active.arrive(Stop::Confirm)?;
    finish(&submission.active).await
}

/// Signs, and ends the signer's way.
pub(super) async fn finish(active: &Active) -> Result<Response, PageError> {
    let hash = active.cookie_hash();
    signing::sign(&active.app, &active.actor(&hash)).await.map_err(|error| active.explain(error))?;
    Ok(active.leave(|redirects| &redirects.success))
}
