//! The text that the signer agrees to.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::{
    consent_text,
    guest::{Active, PageError, Stop, Submission},
    layout::{complaint, plain_text},
};
use crate::store::visits::{EventKind, GivenConsent};

/// `GET /sign-session/consent`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Consent)?;
    Ok(page(&active, None))
}

fn page(active: &Active, wrong: Option<&str>) -> Response {
    let text = active.text;
    let main = html! {
        (active.step_line(Stop::Consent))
        h1 { (text.consent_heading) }
        section.card { (plain_text(&consent_text(&active.session.terms, &active.language))) }
        (active.form("consent", html! {
            (complaint(wrong))
            div.choice {
                input type="checkbox" id="agree" name="agree" value="yes" required
                    aria-describedby=[wrong.map(|_| "complaint")] aria-invalid=[wrong.map(|_| "true")];
                label for="agree" { (text.agree) }
            }
            button { (text.proceed) }
        }))
        (active.other_choices())
    };
    active.page(&format!("{} · {}", text.consent_heading, active.session.terms.title), main)
}

/// `POST /sign-session/consent`: keeps the text word for word, as it was shown.
pub(super) async fn give(mut submission: Submission) -> Result<Response, PageError> {
    submission.active.arrive(Stop::Consent)?;
    let agreed = submission.field("agree") == "yes";
    let active = &mut submission.active;
    if !agreed {
        return Ok(page(active, Some(active.text.agree_missing)));
    }
    active.visit.consent = Some(GivenConsent {
        text: consent_text(&active.session.terms, &active.language),
        language: active.language.clone(),
        at: active.now,
    });
    active.save(EventKind::Consented).await?;
    Ok(active.go(active.next().page()).into_response())
}
