//! Who may see a page: the link must be good, the session open, the steps before done.

use std::error::Error;

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Redirect, Response},
};
use contract::{Language, RedirectSettings};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use maud::{Markup, html};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::{
    endings,
    layout::Page,
    text::{self, EN, Texts},
};
use crate::{
    extract::read_body,
    keys::{Purpose, fingerprint},
    problem::{self, ApiError, internal_causes},
    random,
    service::App,
    signing::{ActError, Actor},
    step::{Input, Refused, step},
    store::{
        sessions::{self, StoredSession},
        visits::{self, EventKind, Origin, Visit},
    },
};

/// Longest form in bytes: a reason of 2048 characters, each of 12 bytes when encoded, and more.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// Why a page is not shown.
pub(super) enum PageError {
    /// Another answer instead.
    Instead(Box<Response>),
    /// The service failed; the cause is logged.
    Internal(Box<dyn Error + Send + Sync>),
}

internal_causes!(PageError);

impl PageError {
    pub(super) fn instead(response: Response) -> Self {
        Self::Instead(Box::new(response))
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Internal(cause) => Self::Internal(cause),
            // A form that cannot be read: too long, or it broke off.
            _ => Self::instead(endings::stale_form(&EN)),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Instead(response) => *response,
            Self::Internal(cause) => {
                tracing::error!(error = %problem::chain(cause.as_ref()), "a signer's page failed");
                endings::failed(&EN)
            }
        }
    }
}

/// A browser with a good link. The session may be in any state.
pub(super) struct Guest {
    pub(super) app: App,
    pub(super) session: StoredSession,
    pub(super) text: &'static Texts,
    pub(super) language: Language,
    pub(super) now: OffsetDateTime,
    pub(super) origin: Origin,
    cookie: Option<String>,
}

impl FromRequestParts<App> for Guest {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let Ok(origin) = Origin::from_request_parts(parts, app).await;
        let now = app.clock.now();
        let unknown = || PageError::instead(endings::unknown(&EN));
        let link: Uuid = query_value(parts, "sessionId").and_then(|link| link.parse().ok()).ok_or_else(unknown)?;
        let mut db = app.store.read().await?;
        let session = sessions::find_by_link(&mut db, link, now).await?.ok_or_else(unknown)?;
        let language = session.terms.ui.as_ref().and_then(|ui| ui.language.clone()).unwrap_or(Language::En);
        let cookie = cookie_value(&parts.headers, &cookie_name(&session));
        Ok(Self { app: app.clone(), text: text::in_language(&language), session, language, now, origin, cookie })
    }
}

impl Guest {
    /// Lets nobody past whose session cannot be acted on; the page says why.
    pub(super) fn admit(&self) -> Result<(), PageError> {
        match step(self.session.standing.clone(), Input::Visit, self.now) {
            Ok(_) => Ok(()),
            Err(refused) => Err(self.refuse(refused)),
        }
    }

    /// The page that explains a refusal.
    pub(super) fn refuse(&self, refused: Refused) -> PageError {
        PageError::instead(match refused {
            Refused::Unfinished => self.go("").into_response(),
            Refused::ReasonTooLong => endings::stale_form(self.text),
            refused => endings::closed(self, refused),
        })
    }

    /// The page for an act that did not come about.
    pub(super) fn explain(&self, error: ActError) -> PageError {
        match error {
            ActError::Unknown => PageError::instead(endings::unknown(self.text)),
            ActError::Refused(refused) => self.refuse(refused),
            ActError::DocumentGone(_) => PageError::instead(endings::withdrawn(self)),
            ActError::Internal(cause) => PageError::Internal(cause),
        }
    }

    /// This browser's visit, if it has begun one.
    pub(super) async fn visit(&self) -> Result<Option<(String, Visit)>, PageError> {
        let Some(cookie) = &self.cookie else { return Ok(None) };
        let mut db = self.app.store.read().await?;
        let visit = visits::find(&mut db, &fingerprint(cookie), self.session.id, self.now).await?;
        Ok(visit.map(|visit| (cookie.clone(), visit)))
    }

    /// Begins a visit. Answers the cookie to set.
    pub(super) async fn begin_visit(&self) -> Result<HeaderValue, PageError> {
        let cookie = random::hex_text::<32>(self.app.random.as_ref())?;
        let hash = fingerprint(&cookie);
        let mut tx = self.app.store.write().await?;
        visits::begin(&mut tx, &hash, &self.session, self.now, &self.origin).await?;
        tx.commit().await?;
        let public_url = &self.app.config.public_url;
        let path = public_url.path().trim_end_matches('/');
        let secure = if public_url.scheme() == "https" { "; Secure" } else { "" };
        let name = cookie_name(&self.session);
        // Lax, not Strict: signers come from a mail or a portal on another site, and the
        // redirect that skips the welcome page would not carry a strict cookie.
        let cookie = format!("{name}={cookie}; Path={path}/sign-session; HttpOnly; SameSite=Lax{secure}");
        Ok(HeaderValue::try_from(cookie).map_err(http::Error::from)?)
    }

    /// The address of one of the signer's pages, relative to any other of them.
    pub(super) fn href(&self, page: &str) -> String {
        format!("./{page}?sessionId={}", self.session.link)
    }

    /// Sends the browser to one of the signer's pages.
    pub(super) fn go(&self, page: &str) -> Redirect {
        Redirect::to(&self.href(page))
    }

    /// Where the caller wants the browser to go, with the session's id and the caller's own reference.
    pub(super) fn target(&self, choose: impl Fn(&RedirectSettings) -> &Option<String>) -> Option<Url> {
        let chosen = self.session.terms.redirect_settings.as_ref().and_then(|settings| choose(settings).as_deref());
        let mut url = Url::parse(chosen?).ok()?;
        url.query_pairs_mut().append_pair("sessionId", &self.session.id.to_string());
        if let Some(reference) = &self.session.terms.external_reference {
            url.query_pairs_mut().append_pair("externalReference", reference);
        }
        Some(url)
    }

    /// Ends the signer's way: at the caller's address, or at a page of ours.
    pub(super) fn leave(&self, choose: impl Fn(&RedirectSettings) -> &Option<String>) -> Response {
        match self.target(choose) {
            Some(url) => Redirect::to(url.as_str()).into_response(),
            None => self.go("outcome").into_response(),
        }
    }
}

/// The pages between welcome and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Identify,
    Documents,
    Consent,
    Confirm,
}

impl Stop {
    pub(super) fn page(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Documents => "documents",
            Self::Consent => "consent",
            Self::Confirm => "confirm",
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
        match guest.visit().await? {
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
    fn route(&self) -> [Stop; 4] {
        let identify_first = self.session.terms.pre_authentication.as_ref().is_some_and(|asked| asked.enabled);
        if identify_first {
            [Stop::Identify, Stop::Documents, Stop::Consent, Stop::Confirm]
        } else {
            [Stop::Documents, Stop::Consent, Stop::Identify, Stop::Confirm]
        }
    }

    fn is_done(&self, stop: Stop) -> bool {
        match stop {
            Stop::Identify => self.visit.identity.is_some(),
            Stop::Documents => self.visit.viewed,
            Stop::Consent => self.visit.consent.is_some(),
            Stop::Confirm => false,
        }
    }

    /// The first stop that is not done.
    pub(super) fn next(&self) -> Stop {
        self.route().into_iter().find(|stop| !self.is_done(*stop)).unwrap_or(Stop::Confirm)
    }

    /// Sends those away who skip a stop.
    pub(super) fn arrive(&self, at: Stop) -> Result<(), PageError> {
        let skipped = self.route().into_iter().take_while(|stop| *stop != at).find(|stop| !self.is_done(*stop));
        match skipped {
            Some(stop) => Err(PageError::instead(self.go(stop.page()).into_response())),
            None => Ok(()),
        }
    }

    /// "Step 2/4".
    pub(super) fn step_line(&self, at: Stop) -> Markup {
        let route = self.route();
        let number = route.iter().position(|stop| *stop == at).map_or(1, |index| index + 1);
        html! { p.step { (self.text.step) " " (number) "/" (route.len()) } }
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

    /// A form to one of the signer's pages, with the hidden token that proves it is ours.
    pub(super) fn form(&self, page: &str, content: Markup) -> Markup {
        html! {
            form method="post" action=(self.href(page)) {
                input type="hidden" name="token" value=(self.app.keys.sign(Purpose::Form, self.form_message().as_bytes()));
                (content)
            }
        }
    }

    /// A page from which forms lead on, in the end to the caller's own addresses.
    pub(super) fn page(&self, title: &str, main: Markup) -> Response {
        let redirects = self.session.terms.redirect_settings.as_ref();
        Page { redirects, ..Page::new(self.text, title, main) }.into_response()
    }

    /// The ways out that every page offers.
    pub(super) fn other_choices(&self) -> Markup {
        html! {
            nav.others aria-label=(self.text.other_choices) {
                ul {
                    li { a.button.quiet href=(self.href("reject")) { (self.text.reject) } }
                    li { (self.form("cancel", html! { button.quiet { (self.text.cancel) } })) }
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
        let body = read_body(Request::from_parts(parts, body), FORM_BYTES_MAX).await?;
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
        let submission = Self { active, fields };
        let token = submission.field("token");
        if !app.keys.verify(Purpose::Form, submission.active.form_message().as_bytes(), token) {
            return Err(PageError::instead(endings::stale_form(submission.active.text)));
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

/// The value of a parameter in the query string.
pub(super) fn query_value(parts: &Parts, name: &str) -> Option<String> {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// One cookie per session, so that two sessions in one browser do not disturb each other.
fn cookie_name(session: &StoredSession) -> String {
    format!("visit-{}", session.id)
}

fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}
