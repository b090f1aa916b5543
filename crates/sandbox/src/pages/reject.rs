//! The two ways out: rejecting for good, and putting it off.

use axum::response::{IntoResponse, Response};
use contract::limits::REJECT_REASON_MAX;
use maud::html;

use super::{
    guest::{Active, PageError, Submission},
    layout::complaint,
};
use crate::{
    signing,
    store::visits::{self, EventKind},
};

/// `GET /sign-session/reject`: asks for a reason. Whoever may open the link may reject.
pub(super) async fn show(active: Active) -> Response {
    page(&active, "", None)
}

fn page(active: &Active, reason: &str, wrong: Option<&str>) -> Response {
    let text = active.text;
    let main = html! {
        h1 { (text.reject) }
        p.lead { (text.reject_lead) }
        (active.form("reject", html! {
            (complaint(wrong))
            div.field {
                label for="reason" { (text.reason) }
                textarea id="reason" name="reason" rows="5" maxlength=(REJECT_REASON_MAX)
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "complaint")] { (reason) }
            }
            button.final { (text.reject_for_good) }
        }))
        p { a href=(active.href(active.next().page())) { (text.back) } }
    };
    active.page(&format!("{} · {}", text.reject, active.session.terms.title), main)
}

/// `POST /sign-session/reject`.
pub(super) async fn reject(submission: Submission) -> Result<Response, PageError> {
    let active = &submission.active;
    // Browsers send the line breaks of a text area as CR LF, and count them as one character.
    let reason = submission.field("reason").replace("\r\n", "\n");
    if reason.chars().count() > REJECT_REASON_MAX {
        return Ok(page(active, &reason, Some(active.text.reason_too_long)));
    }
    let hash = active.cookie_hash();
    signing::reject(&active.app, &active.actor(&hash), Some(reason).filter(|reason| !reason.is_empty()))
        .await
        .map_err(|error| active.explain(error))?;
    Ok(active.leave(|redirects| &redirects.reject))
}

/// `POST /sign-session/cancel`: the session stays open, this visit ends.
pub(super) async fn cancel(submission: Submission) -> Result<Response, PageError> {
    let active = &submission.active;
    active.save(EventKind::Cancelled).await?;
    let mut tx = active.app.store.write().await?;
    visits::end(&mut tx, &active.cookie_hash()).await?;
    tx.commit().await?;
    Ok(active.leave(|redirects| &redirects.cancel).into_response())
}
