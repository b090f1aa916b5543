//! Who opened a link: the session it leads to, and how far this browser has come in it.

use std::error::Error;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Redirect, Response},
};
use contract::{Language, RedirectSettings};
use http::{HeaderMap, HeaderValue, Uri, header, request::Parts};
use time::OffsetDateTime;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::{
    endings::{self, Untold},
    text::{self, Texts},
};
use crate::{
    keys::fingerprint,
    problem::{self, ApiError, internal_causes},
    random,
    service::App,
    signing::ActError,
    step::{Input, Progress, Refused, step},
    store::{
        sessions::{self, StoredSession},
        visits::{self, Origin, Visit},
    },
};

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
            // A form that cannot be read: it broke off.
            _ => Self::instead(Untold::StaleForm.into_response()),
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Instead(response) => *response,
            Self::Internal(cause) => {
                tracing::error!(error = %problem::chain(cause.as_ref()), "a signer's page failed");
                Untold::Failed.into_response()
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
    /// This browser's visit and the cookie that names it, if it has begun one.
    pub(super) visit: Option<(String, Visit)>,
}

impl FromRequestParts<App> for Guest {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let Ok(origin) = Origin::from_request_parts(parts, app).await;
        let now = app.clock.now();
        let wished = text::preferred(&parts.headers);
        let unknown = || PageError::instead(endings::unknown(text::in_language(&wished)));
        let link: Uuid = query_value(&parts.uri, "sessionId").and_then(|link| link.parse().ok()).ok_or_else(unknown)?;
        let mut db = app.store.read().await?;
        let Some(session) = sessions::find_by_link(&mut db, link, now).await? else {
            let deleted = sessions::is_deleted(&mut db, link).await?;
            return Err(if deleted {
                PageError::instead(endings::deleted(text::in_language(&wished)))
            } else {
                unknown()
            });
        };
        let visit = match cookie_value(&parts.headers, &cookie_name(&session)) {
            Some(cookie) => {
                let visit = visits::find(&mut db, &fingerprint(&cookie), session.id, now).await?;
                visit.map(|visit| (cookie, visit))
            }
            None => None,
        };
        let language = session.terms.ui.as_ref().and_then(|ui| ui.language.clone()).unwrap_or(wished);
        Ok(Self { app: app.clone(), text: text::in_language(&language), session, language, now, origin, visit })
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

    /// How far this browser has come.
    pub(super) fn progress(&self) -> Progress {
        let terms = &self.session.terms;
        self.visit.as_ref().map_or_else(|| Visit::default().progress(terms), |(_, visit)| visit.progress(terms))
    }

    /// The session's title, for those who may know it.
    pub(super) fn title(&self) -> Option<&str> {
        self.progress().let_in.then_some(self.session.terms.title.as_str())
    }

    /// The page that explains a refusal.
    pub(super) fn refuse(&self, refused: Refused) -> PageError {
        PageError::instead(match refused {
            Refused::Unfinished => self.go("").into_response(),
            Refused::ReasonTooLong => endings::stale_form(self.text, Some(self.href(""))),
            refused => endings::closed(self, refused),
        })
    }

    /// The page for an act that did not come about.
    pub(super) fn explain(&self, error: ActError) -> PageError {
        match error {
            ActError::Unknown => PageError::instead(endings::deleted(self.text)),
            ActError::Refused(refused) => self.refuse(refused),
            ActError::DocumentGone(_) => PageError::instead(endings::withdrawn(self)),
            ActError::Internal(cause) => PageError::Internal(cause),
        }
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
        self.href_with(page, &[])
    }

    /// The same, with more in the query.
    pub(super) fn href_with(&self, page: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("sessionId", &self.session.link.to_string()).extend_pairs(more);
        format!("./{page}?{}", query.finish())
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

/// The value of a parameter in the query string.
pub(super) fn query_value(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
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
