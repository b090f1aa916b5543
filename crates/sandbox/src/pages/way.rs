//! The way from the welcome page to the signature: which stops it has, who may be at which, and their forms.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::request::Parts;
use maud::{Markup, html};

use super::{
    endings,
    guest::{Guest, PageError},
    layout::Page,
    text::fill,
};
use crate::{
    extract::read_body,
    identity,
    keys::{Purpose, fingerprint},
    problem::ApiError,
    service::App,
    signing::Actor,
    store::visits::{self, EventKind, Visit},
};

/// Longest form in bytes: a reason of 2048 characters, each of 12 bytes when encoded, and more.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// The stops on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Authentication that lets the signer see the documents.
    PreAuthenticate,
    Documents,
    Consent,
    /// Authentication for the signature.
    Identify,
    /// Signs, in the flow that seals the evidence.
    Confirm,
    /// Authenticates and signs at once, in a vendor's own flow.
    Native,
}

impl Stop {
    pub(super) fn page(self) -> &'static str {
        match self {
            Self::PreAuthenticate => "pre-authenticate",
            Self::Documents => "documents",
            Self::Consent => "consent",
            Self::Identify => "identify",
            Self::Confirm => "confirm",
            Self::Native => "native",
        }
    }
}

/// A guest on the way, whose session can be acted on.
pub(super) struct Active {
    pub(super) guest: Guest,
    pub(super) visit: Visit,
    cookie: String,
}

impl FromRequestParts<App> for Active {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let guest = Guest::from_request_parts(parts, app).await?;
        guest.admit()?;
        match guest.visit.clone() {
            Some((cookie, visit)) => Ok(Self { guest, visit, cookie }),
            None => Err(PageError::instead(guest.go("").into_response())),
        }
    }
}

impl std::ops::Deref for Active {
    type Target = Guest;

    fn deref(&self) -> &Guest {
        &self.guest
    }
}

impl Active {
    /// The stops of this session, in order.
    fn route(&self) -> Vec<Stop> {
        let terms = &self.session.terms;
        let before = terms.pre_authentication.as_ref().is_some_and(|asked| asked.enabled);
        let end: &[Stop] =
            if identity::vendor(terms).is_some() { &[Stop::Native] } else { &[Stop::Identify, Stop::Confirm] };
        let mut route = Vec::from_iter(before.then_some(Stop::PreAuthenticate));
        route.extend([Stop::Documents, Stop::Consent]);
        route.extend(end);
        route
    }

    fn is_done(&self, stop: Stop) -> bool {
        let progress = self.visit.progress(&self.session.terms);
        match stop {
            Stop::PreAuthenticate => progress.let_in,
            Stop::Documents => progress.viewed,
            Stop::Consent => progress.consented,
            Stop::Identify => progress.authenticated,
            Stop::Confirm | Stop::Native => false,
        }
    }

    /// The first stop that is not done.
    pub(super) fn next(&self) -> Stop {
        self.route().into_iter().find(|stop| !self.is_done(*stop)).unwrap_or(Stop::Confirm)
    }

    /// Sends those away who skip a stop, or come to one that their way does not have.
    pub(super) fn arrive(&self, at: Stop) -> Result<(), PageError> {
        let skipped = self.route().into_iter().take_while(|stop| *stop != at).find(|stop| !self.is_done(*stop));
        match skipped {
            Some(stop) => Err(PageError::instead(self.go(stop.page()).into_response())),
            None => Ok(()),
        }
    }

    /// "Step 2 of 4", and the way back.
    pub(super) fn step_line(&self, at: Stop) -> Markup {
        let route = self.route();
        let index = route.iter().position(|stop| *stop == at).unwrap_or_default();
        let before = index.checked_sub(1).and_then(|index| route.get(index));
        // Whoever was let in stays in.
        let back = before.filter(|stop| **stop != Stop::PreAuthenticate).map(|stop| self.href(stop.page()));
        self.step_line_with(at, back)
    }

    /// The same with another way back.
    pub(super) fn step_line_with(&self, at: Stop, back: Option<String>) -> Markup {
        let route = self.route();
        let number = route.iter().position(|stop| *stop == at).map_or(1, |index| index + 1);
        html! {
            div.way {
                @if let Some(back) = back { a.back href=(back) { (self.text.back) } }
                p.step { (fill(self.text.step, &[("n", &number), ("all", &route.len())])) }
                div.bar aria-hidden="true" {
                    @for stop in 1..=route.len() { span.past[stop <= number] {} }
                }
            }
        }
    }

    /// Who acts, for the evidence. `cookie_hash` is [`Active::cookie_hash`]'s.
    pub(super) fn actor<'a>(&'a self, cookie_hash: &'a str) -> Actor<'a> {
        Actor { session: self.session.id, cookie_hash, origin: &self.origin }
    }

    pub(super) fn cookie_hash(&self) -> String {
        fingerprint(&self.cookie)
    }

    /// Stores the visit and what just happened in it.
    pub(super) async fn save(&self, happened: EventKind) -> Result<(), PageError> {
        let hash = self.cookie_hash();
        let mut tx = self.app.store.write().await?;
        visits::update(&mut tx, &hash, &self.visit).await?;
        visits::record(&mut tx, self.session.id, Some(&hash), happened, self.now, &self.origin).await?;
        tx.commit().await?;
        Ok(())
    }

    fn form_message(&self) -> String {
        format!("{}/{}", self.session.id, self.cookie)
    }

    /// A form to one of the signer's pages, with the hidden token that proves it is ours. What is wrong with
    /// it we say ourselves, in the page's language.
    pub(super) fn form(&self, page: &str, content: Markup) -> Markup {
        self.form_to(&self.href(page), content)
    }

    /// A form to one of the signer's pages by its address.
    pub(super) fn form_to(&self, action: &str, content: Markup) -> Markup {
        html! {
            form method="post" action=(action) novalidate {
                input type="hidden" name="token" value=(self.app.keys.sign(Purpose::Form, self.form_message().as_bytes()));
                (content)
            }
        }
    }

    /// A page from which forms lead on, in the end to the caller's own addresses.
    pub(super) fn page(&self, heading: &str, main: Markup) -> Response {
        let redirects = self.session.terms.redirect_settings.as_ref();
        let title = match self.guest.title() {
            Some(title) => format!("{heading} · {title}"),
            None => heading.to_owned(),
        };
        Page { redirects, ..Page::new(self.text, &title, main) }.into_response()
    }

    /// The ways out that every page offers. Who is not let in yet can only put it off.
    pub(super) fn more_actions(&self) -> Markup {
        let let_in = self.is_done(Stop::PreAuthenticate);
        html! {
            details.more {
                summary { (self.text.more_actions) }
                ul {
                    @if let_in { li { a href=(self.href("downloads")) { (self.text.download) } } }
                    li { (self.form("cancel", html! { button { (self.text.cancel) } })) }
                    @if let_in { li { a.final href=(self.href("reject")) { (self.text.reject) } } }
                }
            }
        }
    }
}

/// A form that an active guest sent from a page of ours.
pub(super) struct Submission {
    pub(super) active: Active,
    fields: Vec<(String, String)>,
}

impl FromRequest<App> for Submission {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let active = Active::from_request_parts(&mut parts, app).await?;
        let body = match read_body(Request::from_parts(parts, body), FORM_BYTES_MAX).await {
            Err(ApiError::TooLarge { .. }) => return Err(PageError::instead(endings::too_long(active.text))),
            body => body?,
        };
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
        let submission = Self { active, fields };
        let token = submission.field("token");
        if !app.keys.verify(Purpose::Form, submission.active.form_message().as_bytes(), token) {
            return Err(PageError::instead(endings::stale_form(
                submission.active.text,
                Some(submission.active.href("")),
            )));
        }
        Ok(submission)
    }
}

impl Submission {
    /// A field's value without white space around it; empty when there is none.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }
}
