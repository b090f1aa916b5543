//! Showing again who one is (ASVS 7.5.1, 7.5.3): some acts are done only for somebody
//! who did so within the last five minutes, so that a browser that was left open, or
//! a cookie that was stolen, is not enough for them. Signing in counts.
//!
//! Addresses say so by their [`Access`](crate::rights::Access). A form that comes too
//! late is answered with a page that asks, and that carries what was typed; that page
//! is sent to the act's own address, where the proof is taken off and the act goes on
//! as if nothing had happened. A link that comes too late leads to a page of its own.
//! Scripts get 403 with the kind `step_up_required`, and can send people there.

use std::sync::Arc;

use app::{
    backend::WayIn,
    error::{ErrorKind, FieldError, PortalError},
    form::{Confirmation, FormOutcome},
    model::{Action, Staff},
    paths,
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use secrecy::SecretString;
use serde::Deserialize;
use time::Duration;
use url::form_urlencoded;

use super::{LoginId, LoginToken, factor, guard::Standing, oidc, passwords::Verdict, reads_html, return_to};
use crate::{
    audit::{Act, By},
    error::ApiError,
    pages,
    security::client::ClientIp,
    state::Portal,
};

/// How long somebody counts as having just shown who they are.
pub(super) const FRESH: Duration = Duration::minutes(5);

const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Deserialize)]
pub(super) struct ConfirmQuery {
    return_to: Option<String>,
}

/// The page that asks, or, for who has answered, the way on.
pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    Extension(standing): Extension<Standing>,
    Query(query): Query<ConfirmQuery>,
    mut request: Request,
) -> Result<Response, ApiError> {
    let target = return_to::safe(query.return_to.as_deref());
    if query.return_to.as_deref() != Some(target) {
        return Ok(Redirect::to(&paths::confirm_then(target)).into_response());
    }
    if !standing.is_fresh {
        let carried = vec![("return_to".to_owned(), target.to_owned())];
        request.extensions_mut().insert(asked(standing, paths::CONFIRM, carried, paths::SESSIONS.to_owned()));
        add_way_back(&portal, request.extensions_mut()).await?;
    }
    Ok(pages::render(&portal, request).await)
}

/// Tells the page where somebody confirms who signed in at a provider.
async fn add_way_back(portal: &Portal, extensions: &mut Extensions) -> Result<(), ApiError> {
    if let Some(id) = extensions.get::<LoginId>().copied()
        && let Some(way) = oidc::way_back(portal, id).await?
    {
        extensions.insert(way);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmForm {
    return_to: Option<String>,
}

/// Who comes here has answered.
pub(super) async fn confirmed(axum::Form(form): axum::Form<ConfirmForm>) -> Redirect {
    Redirect::to(&paths::confirm_then(return_to::safe(form.return_to.as_deref())))
}

/// What a request goes on with whose sender has shown who they are: itself, the proof
/// taken off, and the token of its sign-in, if it is another now.
pub(crate) type Proven = (Request, Option<LoginToken>);

/// Lets a request pass whose sender has just shown who they are, or does so by it.
///
/// # Errors
/// The answer for one who has not.
pub(crate) async fn demand(portal: &Arc<Portal>, request: Request) -> Result<Proven, Response> {
    let Some(standing) = request.extensions().get::<Standing>().copied() else {
        return Err(super::turn_away(&request));
    };
    if !is_form(&request) {
        return if standing.is_fresh { Ok((request, None)) } else { Err(send_away(&request)) };
    }
    let (mut parts, body) = request.into_parts();
    let body = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let body = body.map_err(IntoResponse::into_response)?;
    let (proof, rest) = Proof::taken_off(&body);
    parts.headers.remove(header::CONTENT_LENGTH);
    if standing.is_fresh {
        return Ok((Request::from_parts(parts, Body::from(written(&rest))), None));
    }
    let refused = match proof {
        None if !reads_html(&parts.headers) => return Err(ApiError::from(required()).into_response()),
        None => Findings { status: StatusCode::FORBIDDEN, ..Findings::default() },
        Some(proof) => {
            match prove(portal, &parts.extensions, standing, proof).await.map_err(IntoResponse::into_response)? {
                Ok(token) => {
                    parts.extensions.insert(token.id());
                    return Ok((Request::from_parts(parts, Body::from(written(&rest))), Some(token)));
                }
                Err(refused) => refused.findings(),
            }
        }
    };
    let carried = rest.into_iter().filter(|(name, _)| !name.contains("password")).collect();
    let back = back(&parts.headers, &parts.uri);
    let asked = asked(standing, parts.uri.path(), carried, back);
    add_way_back(portal, &mut parts.extensions).await.map_err(IntoResponse::into_response)?;
    Err(ask(portal, &parts.extensions, asked, refused).await)
}

/// What is asked of somebody, for this act.
fn asked(standing: Standing, action: &str, carried: Vec<(String, String)>, back: String) -> Confirmation {
    Confirmation {
        action: action.to_owned(),
        carried,
        back,
        password: standing.has_password,
        code: standing.has_factor,
    }
}

async fn ask(
    portal: &Arc<Portal>,
    asker: &Extensions,
    asked: Confirmation,
    Findings { status, wait, outcome }: Findings,
) -> Response {
    let mut request = Request::default();
    *request.uri_mut() = Uri::from_static(paths::CONFIRM);
    request.extensions_mut().insert(asked);
    request.extensions_mut().insert(outcome);
    if let Some(staff) = asker.get::<Staff>() {
        request.extensions_mut().insert(staff.clone());
    }
    if let Some(way) = asker.get::<WayIn>() {
        request.extensions_mut().insert(way.clone());
    }
    let mut response = pages::render(portal, request).await;
    *response.status_mut() = status;
    response.headers_mut().extend(wait);
    response
}

/// The answer for what is no form.
fn send_away(request: &Request) -> Response {
    if request.method() == Method::GET && reads_html(request.headers()) {
        let target = request.uri().path_and_query().map_or(paths::SESSIONS, |target| target.as_str());
        return Redirect::to(&paths::confirm_then(target)).into_response();
    }
    ApiError::from(required()).into_response()
}

fn required() -> PortalError {
    PortalError::new(
        ErrorKind::StepUpRequired,
        "This is only done for somebody who has just shown who they are. Confirm that it is you, then try again.",
    )
}

/// The page that the form was on, to go back to.
fn back(headers: &HeaderMap, action: &Uri) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|referer| referer.parse::<Uri>().ok());
    let path = path.as_ref().and_then(|uri| uri.path_and_query()).map_or(action.path(), |path| path.as_str());
    return_to::safe(Some(path)).to_owned()
}

fn is_form(request: &Request) -> bool {
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = sent.split(';').next().unwrap_or_default().trim();
    request.method() == Method::POST && media_type.eq_ignore_ascii_case(FORM)
}

/// What somebody shows who they are by.
struct Proof {
    password: SecretString,
    code: SecretString,
}

/// Why a proof is none.
enum Refused {
    Password,
    Code,
    TooOften(std::time::Duration),
}

/// What the page that asks is to say.
#[derive(Default)]
struct Findings {
    status: StatusCode,
    wait: Option<(HeaderName, HeaderValue)>,
    outcome: FormOutcome,
}

impl Refused {
    fn findings(self) -> Findings {
        let at = |field: &str, message: &str| {
            let fields = vec![FieldError { field: field.to_owned(), message: message.to_owned() }];
            let outcome = FormOutcome { fields, ..FormOutcome::default() };
            Findings { status: StatusCode::FORBIDDEN, wait: None, outcome }
        };
        match self {
            Self::Password => at(Confirmation::PASSWORD, "This is not your password."),
            Self::Code => at(Confirmation::CODE, "This code is wrong, or was used already."),
            Self::TooOften(retry_after) => {
                let error = ApiError::SlowDown { retry_after };
                let outcome = FormOutcome { message: Some(error.to_string()), ..FormOutcome::default() };
                Findings { status: error.status(), wait: error.retry_header(), outcome }
            }
        }
    }
}

impl Proof {
    /// The proof in a form, if there is one, and the rest of the form.
    fn taken_off(body: &[u8]) -> (Option<Self>, Vec<(String, String)>) {
        let (mut password, mut code, mut rest) = (None, None, Vec::new());
        for (name, value) in form_urlencoded::parse(body) {
            match &*name {
                Confirmation::PASSWORD => password = Some(value.into_owned().into()),
                Confirmation::CODE => code = Some(value.into_owned().into()),
                _ => rest.push((name.into_owned(), value.into_owned())),
            }
        }
        let proof = (password.is_some() || code.is_some())
            .then(|| Self { password: password.unwrap_or_default(), code: code.unwrap_or_default() });
        (proof, rest)
    }
}

fn written(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Compares a proof with what is known of the sender. If it holds, the sign-in gets
/// another token (ASVS 7.2.4), and the one before is of no use any more.
async fn prove(
    portal: &Portal,
    extensions: &Extensions,
    standing: Standing,
    proof: Proof,
) -> Result<Result<LoginToken, Refused>, ApiError> {
    let (Some(staff), Some(id)) = (extensions.get::<Staff>(), extensions.get::<LoginId>()) else {
        return Err(PortalError::unauthenticated().into());
    };
    let Some(ClientIp(address)) = extensions.get::<ClientIp>().copied() else {
        return Err(PortalError::unauthenticated().into());
    };
    let by = By::of(extensions);
    let now = portal.clock.now();
    let account = staff.id.to_string();
    let mut counted = portal.auth.limits.count(&account, address, now);
    if standing.has_factor && counted.is_ok() {
        counted = portal.auth.limits.count_code(staff.id, now);
    }
    if let Err(wait) = counted {
        return Ok(Err(Refused::TooOften(wait)));
    }
    // Without a password here there is nothing to compare: its owner confirms where they sign in.
    let stored = portal.store.read().await?.password_hash(staff.id).await?;
    let verdict = portal.auth.passwords.verify(proof.password, stored).await?;
    let refusal = if verdict == Verdict::Wrong { Some(Refused::Password) } else { None };
    let mut change = portal.store.write().await?;
    let refusal = match refusal {
        None if standing.has_factor => {
            factor::take(portal, &mut change, &by, staff, &proof.code).await?.is_none().then_some(Refused::Code)
        }
        other => other,
    };
    if let Some(refused) = refusal {
        portal.record(&mut change, staff.team, &by, Act::refused(Action::SignInConfirmed)).await?;
        change.commit().await?;
        return Ok(Err(refused));
    }
    let token = LoginToken::new(portal.random.as_ref())?;
    if !change.renew_login(*id, token.id(), now).await? {
        return Err(PortalError::unauthenticated().into());
    }
    let by = by.signed_in(staff.id, token.id());
    portal.record(&mut change, staff.team, &by, Act::done(Action::SignInConfirmed)).await?;
    change.commit().await?;
    portal.auth.limits.forgive(&account, address);
    portal.auth.limits.forgive_code(staff.id);
    portal.hub.signed_out();
    Ok(Ok(token))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn sl_13_a_proof_is_taken_off_the_form() {
        let (proof, rest) = Proof::taken_off(b"act=team&confirm-password=p+%26&team-name=A%26B&confirm-code=123456");
        let proof = proof.unwrap();
        assert_eq!((proof.password.expose_secret(), proof.code.expose_secret()), ("p &", "123456"));
        assert_eq!(written(&rest), "act=team&team-name=A%26B");
        assert!(Proof::taken_off(b"act=team").0.is_none());
    }
}
