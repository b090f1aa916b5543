//! Whose request it is. Whether that is enough, [`rights`](crate::rights) decides.

use std::sync::Arc;

use app::{
    error::{ErrorKind, PortalError},
    model::{Action, Staff},
    paths,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, Method, Uri, header};
use time::{Duration, OffsetDateTime};

use super::{LoginId, cookie, step_up::FRESH};
use crate::{
    audit::{Act, By},
    clock::moment,
    config::LoginConfig,
    error::ApiError,
    rights::Denied,
    state::Portal,
    store::logins,
};

/// How exactly the last activity is known; saves a write for each request.
const ACTIVITY_GRAIN: Duration = Duration::minutes(1);

/// Scripts send this with what they ask for by themselves. It can only shorten a
/// sign-in, never lengthen it.
pub const BACKGROUND_HEADER: &str = "x-background";

/// How the sign-in stands that a request came by. In its extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Whether its owner has just shown who they are.
    pub(crate) is_fresh: bool,
    /// Whether its owner has a password here.
    pub(crate) has_password: bool,
    /// Whether its owner has a second factor here.
    pub(crate) has_factor: bool,
    /// Whether their role asks for one, which they have to set up before anything else.
    pub(crate) lacks_factor: bool,
}

/// Finds out whose request it is, by the cookie alone. Handlers find [`Staff`],
/// [`LoginId`] and [`Standing`] in the request's extensions then.
pub(crate) async fn identify(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    match find(&portal, request.headers(), request.uri()).await {
        Ok(None) => next.run(request).await,
        Ok(Some((staff, id, standing))) => {
            request.extensions_mut().insert(staff.clone());
            request.extensions_mut().insert(id);
            request.extensions_mut().insert(standing);
            let by = By::of(request.extensions());
            let mut response = next.run(request).await;
            if response.extensions_mut().remove::<Denied>().is_some()
                && let Err(error) = denied(&portal, &staff, &by).await
            {
                return error.into_response();
            }
            // For the page that tells of an error.
            response.extensions_mut().insert(staff);
            response
        }
        // Fails closed; the cookie stays good for when the database is back.
        Err(error) => error.into_response(),
    }
}

/// Records that somebody asked for what their role does not allow.
async fn denied(portal: &Portal, staff: &Staff, by: &By) -> Result<(), ApiError> {
    let mut write = portal.store.write().await?;
    portal.record(&mut write, staff.team, by, Act::refused(Action::Denied).saying(staff.role.slug())).await?;
    Ok(write.commit().await?)
}

/// The answer for somebody who is not signed in and has to be.
pub(crate) fn turn_away(request: &Request) -> Response {
    if !reads_html(request.headers()) {
        ApiError::from(PortalError::unauthenticated()).into_response()
    } else if request.method() == Method::GET {
        let target = request.uri().path_and_query().map_or(paths::SESSIONS, |target| target.as_str());
        Redirect::to(&paths::sign_in_then(target)).into_response()
    } else {
        Redirect::to(paths::SIGN_IN).into_response()
    }
}

/// The answer for somebody who has to set up a second factor before anything else.
pub(crate) fn send_to_factor(request: &Request) -> Response {
    if request.method() == Method::GET && reads_html(request.headers()) {
        return Redirect::to(paths::ACCOUNT).into_response();
    }
    let message = "Your role needs a second factor. Set it up on the page of your account first.";
    ApiError::from(PortalError::new(ErrorKind::SecondFactorRequired, message)).into_response()
}

/// Whether a person waits for the answer, rather than a script.
pub(crate) fn reads_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts_html = accept.split(',').any(|item| item.trim_start().starts_with("text/html"));
    // What browsers say of a script's request; a script may accept anything.
    let is_script = headers.get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
    accepts_html && !is_script
}

async fn find(portal: &Portal, headers: &HeaderMap, uri: &Uri) -> Result<Option<(Staff, LoginId, Standing)>, ApiError> {
    let Some(id) = cookie::read(headers).map(|token| token.id()) else { return Ok(None) };
    let Some(login) = portal.store.read().await?.login(id).await? else { return Ok(None) };
    let now = portal.clock.now();
    if !is_good(&login, portal.config.login, now) {
        let mut write = portal.store.write().await?;
        write.end_login(id).await?;
        let by = By::login(login.staff.id, id);
        portal.record(&mut write, login.staff.team, &by, Act::done(Action::SignInEnded).saying("too old")).await?;
        write.commit().await?;
        return Ok(None);
    }
    let is_activity = uri.path() != paths::LIVE && !headers.contains_key(BACKGROUND_HEADER);
    if is_activity && login.active <= moment(now - ACTIVITY_GRAIN) {
        let mut write = portal.store.write().await?;
        write.touch_login(id, now).await?;
        write.commit().await?;
    }
    let standing = Standing {
        is_fresh: login.proved > moment(now - FRESH),
        has_password: login.has_password,
        has_factor: login.has_factor,
        lacks_factor: login.has_password && !login.has_factor && portal.config.needs_factor(login.staff.role),
    };
    Ok(Some((login.staff, id, standing)))
}

/// Whether a sign-in has neither idled nor lived too long.
pub(crate) fn is_good(login: &logins::Login, limits: LoginConfig, now: OffsetDateTime) -> bool {
    login.active > moment(now - limits.idle) && login.created > moment(now - limits.lifetime)
}

/// Whose a sign-in is, if it still holds. For streams, which outlive the request
/// that was checked.
///
/// # Errors
/// The database is out of reach.
pub async fn still_signed_in(portal: &Portal, id: LoginId) -> Result<Option<Staff>, ApiError> {
    let login = portal.store.read().await?.login(id).await?;
    let login = login.filter(|login| is_good(login, portal.config.login, portal.clock.now()));
    Ok(login.map(|login| login.staff))
}
