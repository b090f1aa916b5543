//! The test identity provider's form.

use axum::response::{IntoResponse, Response};
use maud::html;

use super::{
    guest::{Active, PageError, Stop, Submission},
    layout::complaint,
};
use crate::{identity, store::visits::EventKind};

/// Longest name and number that are taken, in characters.
const FIELD_MAX: usize = 255;

/// What stands in the form.
struct Entered {
    provider: String,
    name: String,
    national_id: String,
}

/// `GET /sign-session/identify`.
pub(super) async fn show(active: Active) -> Result<Response, PageError> {
    active.arrive(Stop::Identify)?;
    let (name, national_id) = identity::test_person(&active.session.terms);
    let provider = identity::providers(&active.session.terms).swap_remove(0);
    Ok(page(&active, &Entered { provider, name, national_id }, None))
}

fn page(active: &Active, entered: &Entered, wrong: Option<(&str, &str)>) -> Response {
    let text = active.text;
    let invalid = |field: &str| wrong.filter(|(name, _)| *name == field).map(|_| "true");
    let described = |field: &str| invalid(field).map(|_| "complaint");
    let main = html! {
        (active.step_line(Stop::Identify))
        h1 { (text.identify_heading) }
        p.lead { (text.identify_note) }
        (active.form("identify", html! {
            (complaint(wrong.map(|(_, reason)| reason)))
            fieldset {
                legend { (text.provider) }
                @for (i, provider) in identity::providers(&active.session.terms).iter().enumerate() {
                    div.choice {
                        input type="radio" name="provider" id={ "provider-" (i) } value=(provider)
                            checked[*provider == entered.provider] required;
                        label for={ "provider-" (i) } { (label(provider)) }
                    }
                }
            }
            div.field {
                label for="name" { (text.name) }
                input type="text" id="name" name="name" value=(entered.name) autocomplete="off" required
                    maxlength=(FIELD_MAX) aria-invalid=[invalid("name")] aria-describedby=[described("name")];
            }
            div.field {
                label for="national-id" { (text.national_id) }
                input type="text" id="national-id" name="nationalId" value=(entered.national_id) autocomplete="off"
                    maxlength=(FIELD_MAX) aria-invalid=[invalid("nationalId")] aria-describedby=[described("nationalId")];
            }
            button { (text.identify) }
        }))
        (active.other_choices())
    };
    active.page(&format!("{} · {}", text.identify_heading, active.session.terms.title), main)
}

/// The provider's name for people.
fn label(provider: &str) -> &str {
    if provider == identity::DEFAULT_PROVIDER { "Test eID" } else { provider }
}

/// `POST /sign-session/identify`: believes everything, except that it is the intended signer.
pub(super) async fn authenticate(mut submission: Submission) -> Result<Response, PageError> {
    submission.active.arrive(Stop::Identify)?;
    let short = |text: &str| text.chars().take(FIELD_MAX).collect::<String>();
    let mut entered = Entered {
        provider: submission.field("provider").to_owned(),
        name: short(submission.field("name")),
        national_id: short(submission.field("nationalId")),
    };
    let active = &mut submission.active;
    let mut providers = identity::providers(&active.session.terms);
    if !providers.contains(&entered.provider) {
        entered.provider = providers.swap_remove(0);
    }
    if entered.name.is_empty() {
        return Ok(page(active, &entered, Some(("name", active.text.name_missing))));
    }
    let national_id = Some(entered.national_id.clone()).filter(|number| !number.is_empty());
    if !identity::is_intended(&active.session.terms, national_id.as_deref()) {
        active.save(EventKind::AuthenticationFailed).await?;
        return Ok(page(active, &entered, Some(("nationalId", active.text.mismatch))));
    }
    let identity = identity::authenticate(&active.app, entered.provider, entered.name, national_id, active.now);
    active.visit.identity = Some(identity.map_err(|error| active.explain(error))?);
    active.save(EventKind::Authenticated).await?;
    Ok(active.go(active.next().page()).into_response())
}
