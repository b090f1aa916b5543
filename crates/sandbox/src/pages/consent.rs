//! The text that the signer agrees to.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::{
    consent_text,
    form::Errors,
    guest::PageError,
    layout::plain_text,
    way::{Active, Stop, Submission},
};
use crate::store::visits::{EventKind, GivenConsent};

/// `GET /sign-session/consent`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Consent)?;
    Ok(page(&active, &Errors::none(active.text)))
}

fn page(active: &Active, errors: &Errors) -> Response {
    let text = active.text;
    let main = html! {
        (active.step_line(Stop::Consent))
        (errors.summary())
        h1 { (text.consent_heading) }
        section.card { (plain_text(&consent_text(&active.session.terms, &active.language))) }
        (active.form("consent", html! {
            (errors.message("agree"))
            div.choice {
                input type="checkbox" id="agree" name="agree" value="yes" required
                    aria-describedby=[errors.described_by("agree", false)] aria-invalid=[errors.invalid("agree")];
                label for="agree" { (text.agree) }
            }
            p.act { button { (text.proceed) } }
        }))
        (active.more_actions())
    };
    active.page(&errors.title(text.consent_heading), main)
}

/// `POST /sign-session/consent`: keeps the text word for word, as it was shown.
pub(super) async fn give(mut submission: Submission) -> Result<Response, PageError> {
    submission.active.arrive(Stop::Consent)?;
    let agreed = submission.field("agree") == "yes";
    let active = &mut submission.active;
    if !agreed {
        let mut errors = Errors::none(active.text);
        errors.add("agree", active.text.agree_missing);
        return Ok(page(active, &errors));
    }
    active.visit.consent = Some(GivenConsent {
        text: consent_text(&active.session.terms, &active.language),
        language: active.language.clone(),
        at: active.now,
    });
    active.save(EventKind::Consented).await?;
    Ok(active.go(active.next().page()).into_response())
}
