//! The two ways out: rejecting for good, and putting it off.

use axum::response::Response;
use contract::limits::REJECT_REASON_MAX;
use maud::html;

use super::{
    form::{Errors, hint},
    guest::PageError,
    text::fill,
    way::{Active, Stop, Submission},
};
use crate::{
    signing,
    store::visits::{self, EventKind},
};

/// `GET /sign-session/reject`: asks for a reason. Whoever may see the documents may reject.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Documents)?;
    Ok(page(&active, "", &Errors::none(active.text)))
}

fn page(active: &Active, reason: &str, errors: &Errors) -> Response {
    let text = active.text;
    // No `maxlength`: browsers would cut off what is pasted without a word.
    let main = html! {
        div.way { a.back href=(active.href(active.next().page())) { (text.back) } }
        (errors.summary())
        h1 { (text.reject) }
        p.lead { (text.reject_lead) }
        (active.form("reject", html! {
            div.field {
                label for="reason" { (text.reason) }
                (hint("reason", &fill(text.reason_hint, &[("max", &REJECT_REASON_MAX)])))
                (errors.message("reason"))
                textarea id="reason" name="reason" rows="6" aria-invalid=[errors.invalid("reason")]
                    aria-describedby=[errors.described_by("reason", true)] { (reason) }
            }
            p.act { button.final { (text.reject_for_good) } }
        }))
    };
    active.page(&errors.title(text.reject), main)
}

/// `POST /sign-session/reject`.
pub(super) async fn reject(submission: Submission) -> Result<Response, PageError> {
    let active = &submission.active;
    active.arrive(Stop::Documents)?;
    // Browsers send the line breaks of a text area as CR LF, and count them as one character.
    let reason = submission.field("reason").replace("\r\n", "\n");
    let length = reason.chars().count();
    if length > REJECT_REASON_MAX {
        let mut errors = Errors::none(active.text);
        errors.add("reason", fill(active.text.reason_too_long, &[("n", &length), ("max", &REJECT_REASON_MAX)]));
        return Ok(page(active, &reason, &errors));
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
    Ok(active.leave(|redirects| &redirects.cancel))
}
