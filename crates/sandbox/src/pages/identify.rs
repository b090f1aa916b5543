//! The test identity providers: choosing one, and its form. Before the documents, for the
//! signature, and as a vendor's own flow, which signs in the same step.

use axum::response::{IntoResponse, Response};
use http::Uri;
use maud::{Markup, html};
use time::Duration;

use super::{
    confirm, endings,
    form::{Errors, hint},
    guest::{PageError, query_value},
    text::fill,
    way::{Active, Stop, Submission},
};
use crate::{
    identity::{self, display_name},
    store::visits::{EventKind, Identity, failed_authentications},
};

/// Longest name and number that are taken, in characters.
const FIELD_MAX: usize = 255;
/// How often somebody else than the intended signer may try.
const ATTEMPTS_MAX: u32 = 5;
/// In how long. Whoever guesses numbers gets nowhere, whoever mistypes waits an hour at most.
const ATTEMPTS_IN: Duration = Duration::hours(1);

/// What stands in the form.
struct Entered {
    provider: String,
    name: String,
    national_id: String,
}

/// `GET /sign-session/pre-authenticate`.
pub(super) async fn show_before(uri: Uri, active: Active) -> Result<Response, PageError> {
    show(&uri, &active, Stop::PreAuthenticate).await
}

/// `GET /sign-session/identify`.
pub(super) async fn show_for_signing(uri: Uri, active: Active) -> Result<Response, PageError> {
    show(&uri, &active, Stop::Identify).await
}

/// `GET /sign-session/native`.
pub(super) async fn show_native(uri: Uri, active: Active) -> Result<Response, PageError> {
    show(&uri, &active, Stop::Native).await
}

fn providers(active: &Active, at: Stop) -> Vec<String> {
    let terms = &active.session.terms;
    match at {
        Stop::PreAuthenticate => identity::pre_providers(&active.app, terms),
        Stop::Native => identity::vendor(terms).map(str::to_owned).into_iter().collect(),
        _ => identity::providers(&active.app, terms),
    }
}

/// One provider: its form. Several: the choice, until one is chosen.
async fn show(uri: &Uri, active: &Active, at: Stop) -> Result<Response, PageError> {
    active.arrive(at)?;
    attempts_left(active).await?;
    let mut providers = providers(active, at);
    let asked = query_value(uri, "provider").filter(|name| providers.contains(name));
    let Some(provider) = asked.or_else(|| providers.pop().filter(|_| providers.is_empty())) else {
        return Ok(choice(active, at));
    };
    let known = active.visit.pre_identity.as_ref();
    // The intended signer's number is for the signer to know, not for whoever has the link.
    let number = if identity::checks_national_id(&active.session.terms) { "" } else { identity::TEST_NATIONAL_ID };
    let entered = Entered {
        provider,
        name: known.map_or(identity::TEST_NAME, |identity| &identity.name).to_owned(),
        national_id: known.and_then(|identity| identity.national_id.as_deref()).unwrap_or(number).to_owned(),
    };
    Ok(page(active, at, &entered, &Errors::none(active.text)))
}

fn heading(active: &Active, at: Stop) -> String {
    let text = active.text;
    match at {
        Stop::PreAuthenticate => text.pre_heading.to_owned(),
        Stop::Native => {
            let vendor = identity::vendor(&active.session.terms).unwrap_or_default();
            fill(text.vendor_heading, &[("vendor", &display_name(vendor))])
        }
        _ => text.identify_heading.to_owned(),
    }
}

fn lead(active: &Active, at: Stop) -> Markup {
    html! {
        @if at == Stop::PreAuthenticate { p.lead { (active.text.pre_lead) } }
        @if at == Stop::Native { p.lead { (active.text.vendor_lead) } }
    }
}

fn choice(active: &Active, at: Stop) -> Response {
    let text = active.text;
    let heading = heading(active, at);
    let main = html! {
        (active.step_line(at))
        h1 { (heading) }
        (lead(active, at))
        section.card {
            h2 { (text.choose_provider) }
            ul.providers {
                @for name in providers(active, at) {
                    li { a href=(active.href_with(at.page(), &[("provider", &name)])) { (display_name(&name)) } }
                }
            }
        }
        (active.more_actions())
    };
    active.page(&heading, main)
}

fn page(active: &Active, at: Stop, entered: &Entered, errors: &Errors) -> Response {
    let text = active.text;
    let heading = heading(active, at);
    let checked = identity::checks_national_id(&active.session.terms);
    let needed = identity::needs_national_id(&active.session.terms);
    let main = html! {
        (active.step_line(at))
        (errors.summary())
        h1 { (heading) }
        (lead(active, at))
        section.card {
            @if at != Stop::Native {
                p.provider {
                    span { (text.provider) ": " strong { (display_name(&entered.provider)) } }
                    @if providers(active, at).len() > 1 {
                        " " a href=(active.href(at.page())) { (text.another_provider) }
                    }
                }
            }
            p.hint { (text.identify_note) }
            (active.form(at.page(), html! {
                input type="hidden" name="provider" value=(entered.provider);
                div.field {
                    label for="name" { (text.name) }
                    (errors.message("name"))
                    input type="text" id="name" name="name" value=(entered.name) autocomplete="off" required
                        maxlength=(FIELD_MAX) aria-invalid=[errors.invalid("name")]
                        aria-describedby=[errors.described_by("name", false)];
                }
                div.field {
                    label for="nationalId" { (text.national_id) }
                    @if checked { (hint("nationalId", text.national_id_checked)) }
                    (errors.message("nationalId"))
                    input type="text" id="nationalId" name="nationalId" value=(entered.national_id) autocomplete="off"
                        required[needed] maxlength=(FIELD_MAX) aria-invalid=[errors.invalid("nationalId")]
                        aria-describedby=[errors.described_by("nationalId", checked)];
                }
                p.act { button { (if at == Stop::Native { text.sign } else { text.identify }) } }
            }))
        }
        (active.more_actions())
    };
    active.page(&errors.title(&heading), main)
}

/// `POST /sign-session/pre-authenticate`: lets the signer see the documents.
pub(super) async fn let_in(mut submission: Submission) -> Result<Response, PageError> {
    let identity = match authenticate(&submission, Stop::PreAuthenticate).await? {
        Verdict::Vouched(identity) => identity,
        Verdict::Again(page) => return Ok(page),
    };
    let active = &mut submission.active;
    active.visit.pre_identity = Some(identity);
    active.save(EventKind::PreAuthenticated).await?;
    Ok(active.go("").into_response())
}

/// `POST /sign-session/identify`: identifies the signer for the signature.
pub(super) async fn identify(mut submission: Submission) -> Result<Response, PageError> {
    let identity = match authenticate(&submission, Stop::Identify).await? {
        Verdict::Vouched(identity) => identity,
        Verdict::Again(page) => return Ok(page),
    };
    let active = &mut submission.active;
    active.visit.identity = Some(identity);
    active.save(EventKind::Authenticated).await?;
    Ok(active.go(active.next().page()).into_response())
}

/// `POST /sign-session/native`: identifies the signer and signs.
pub(super) async fn sign_natively(mut submission: Submission) -> Result<Response, PageError> {
    let identity = match authenticate(&submission, Stop::Native).await? {
        Verdict::Vouched(identity) => identity,
        Verdict::Again(page) => return Ok(page),
    };
    let active = &mut submission.active;
    active.visit.identity = Some(identity);
    active.save(EventKind::Authenticated).await?;
    confirm::finish(active).await
}

/// What comes of a form.
enum Verdict {
    Vouched(Identity),
    /// The form once more, with what is wrong.
    Again(Response),
}

/// Believes everything, except that it is the intended signer.
async fn authenticate(submission: &Submission, at: Stop) -> Result<Verdict, PageError> {
    let active = &submission.active;
    active.arrive(at)?;
    let left = attempts_left(active).await?;
    let short = |text: &str| text.chars().take(FIELD_MAX).collect::<String>();
    let entered = Entered {
        provider: submission.field("provider").to_owned(),
        name: short(submission.field("name")),
        national_id: short(submission.field("nationalId")),
    };
    if !providers(active, at).contains(&entered.provider) {
        return Ok(Verdict::Again(choice(active, at)));
    }
    let (text, terms) = (active.text, &active.session.terms);
    let mut errors = Errors::none(text);
    if entered.name.is_empty() {
        errors.add("name", text.name_missing);
    }
    let national_id = Some(entered.national_id.clone()).filter(|number| !number.is_empty());
    if identity::needs_national_id(terms) && national_id.is_none() {
        errors.add("nationalId", text.national_id_missing);
    }
    if errors.is_empty() && !identity::is_intended(terms, national_id.as_deref()) {
        active.save(EventKind::AuthenticationFailed).await?;
        let left = left.saturating_sub(1);
        if left == 0 {
            return Err(PageError::instead(endings::too_many_attempts(active)));
        }
        errors.add("nationalId", fill(text.mismatch, &[("n", &left)]));
    }
    if !errors.is_empty() {
        return Ok(Verdict::Again(page(active, at, &entered, &errors)));
    }
    let identity = identity::authenticate(&active.app, entered.provider, entered.name, national_id, active.now);
    Ok(Verdict::Vouched(identity.map_err(|error| active.explain(error))?))
}

/// How often the signer may still try; the page that says so when no more.
async fn attempts_left(active: &Active) -> Result<u32, PageError> {
    let mut db = active.app.store.read().await?;
    let since = active.now.saturating_sub(ATTEMPTS_IN);
    let failed = failed_authentications(&mut db, active.session.id, since).await?;
    match ATTEMPTS_MAX.saturating_sub(failed) {
        0 => Err(PageError::instead(endings::too_many_attempts(active))),
        left => Ok(left),
    }
}
