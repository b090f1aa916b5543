//! One's own account: where one is signed in, the password, the second factor. Plain
//! forms, whose pages are among the others.
//!
//! Setting or removing a factor takes a fresh sign-in: whoever finds a browser open
//! could otherwise lock its owner out. Changing the password asks for the old one.

use std::sync::Arc;

use app::{
    error::{ErrorKind, FieldError, PortalError},
    form::FormOutcome,
    model::{Action, Staff},
    paths,
};
use axum::{
    Extension, Form,
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use http::{StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    audit::{Act, By, Subject},
    auth::{self, LoginId, LoginToken, factor, password_rules},
    error::ApiError,
    pages,
    rights::{Access, Routes},
    security::client::ClientIp,
    state::Portal,
    store::Write,
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(paths::ACCOUNT, Access::SignedIn, page)
        .post(paths::ACCOUNT, Access::SignedIn, act)
        .get(paths::FACTOR, Access::SignedIn, no_page)
        .post(paths::FACTOR, Access::SignedInFresh, about_factor)
}

async fn page(State(portal): State<Arc<Portal>>, request: Request) -> Response {
    pages::render(&portal, request).await
}

/// What is shown under this address is the answer to a form.
async fn no_page() -> Redirect {
    Redirect::to(paths::ACCOUNT)
}

/// Who asks, and by which sign-in.
#[derive(Clone)]
struct Me {
    staff: Staff,
    login: LoginId,
    by: By,
}

/// A page once more, or for the first time, with what came of a form.
async fn again(portal: &Arc<Portal>, me: Me, uri: &'static str, status: StatusCode, outcome: FormOutcome) -> Response {
    let mut request = Request::default();
    *request.uri_mut() = Uri::from_static(uri);
    request.extensions_mut().insert(me.staff);
    request.extensions_mut().insert(me.login);
    request.extensions_mut().insert(outcome);
    let mut response = pages::render(portal, request).await;
    *response.status_mut() = status;
    response
}

fn wrong(field: &str, message: impl Into<String>) -> FormOutcome {
    let finding = FieldError { field: field.to_owned(), message: message.into() };
    FormOutcome { fields: vec![finding], ..FormOutcome::default() }
}

async fn commit(change: Write) -> Result<(), ApiError> {
    Ok(change.commit().await?)
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    End,
    EndOthers,
    Password,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountForm {
    act: What,
    #[serde(default, rename = "sign-in")]
    sign_in: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default, rename = "new-password")]
    new_password: SecretString,
}

async fn act(
    State(portal): State<Arc<Portal>>,
    Extension(staff): Extension<Staff>,
    Extension(login): Extension<LoginId>,
    Extension(ClientIp(address)): Extension<ClientIp>,
    by: By,
    jar: CookieJar,
    Form(form): Form<AccountForm>,
) -> Result<Response, ApiError> {
    let me = Me { staff, login, by };
    match form.act {
        What::End | What::EndOthers => end(&portal, &me, &form).await,
        What::Password => {
            let now = portal.clock.now();
            let account = me.staff.id.to_string();
            if let Err(retry_after) = portal.auth.count(&account, address, now) {
                let error = ApiError::SlowDown { retry_after };
                let outcome = FormOutcome { message: Some(error.to_string()), ..FormOutcome::default() };
                let mut response = again(&portal, me, paths::ACCOUNT, error.status(), outcome).await;
                response.headers_mut().extend(error.retry_header());
                return Ok(response);
            }
            let response = change_password(&portal, me, jar, form).await?;
            if response.status().is_redirection() {
                portal.auth.forgive(&account, address);
            }
            Ok(response)
        }
    }
}

/// Ends one of one's own sign-ins, or all others.
async fn end(portal: &Portal, me: &Me, form: &AccountForm) -> Result<Response, ApiError> {
    let mut change = portal.store.write().await?;
    let count = match form.act {
        What::End => {
            let limits = portal.config.login;
            let now = portal.clock.now();
            let mine = change.logins_of(me.staff.id, now - limits.lifetime, now - limits.idle).await?;
            let one = mine.iter().find(|seen| seen.id.handle() == form.sign_in).ok_or_else(PortalError::not_found)?;
            change.end_login(one.id).await?;
            1
        }
        What::EndOthers | What::Password => change.end_other_logins(me.staff.id, me.login).await?,
    };
    let act = Act::done(Action::SignInEnded).to(Subject::account(me.staff.id));
    portal.record(&mut change, me.staff.team, &me.by, act.saying(format!("{count} by the person"))).await?;
    commit(change).await?;
    portal.hub.signed_out();
    Ok(Redirect::to(paths::ACCOUNT).into_response())
}

/// Replaces the password. All other sign-ins end, and this one gets another token.
async fn change_password(
    portal: &Arc<Portal>,
    me: Me,
    jar: CookieJar,
    form: AccountForm,
) -> Result<Response, ApiError> {
    let mut read = portal.store.read().await?;
    let stored = read.password_hash(me.staff.id).await?;
    let username = read.username(me.staff.id).await?.unwrap_or_default();
    drop(read);
    if !portal.auth.is_password(form.password, stored.clone()).await? {
        let mut change = portal.store.write().await?;
        portal.record(&mut change, me.staff.team, &me.by, Act::refused(Action::PasswordChanged)).await?;
        commit(change).await?;
        let outcome = wrong("password", "This is not your password.");
        return Ok(again(portal, me, paths::ACCOUNT, StatusCode::UNPROCESSABLE_ENTITY, outcome).await);
    }
    if let Err(weakness) = password_rules::check(form.new_password.expose_secret(), &username) {
        let outcome = wrong("new-password", weakness.to_string());
        return Ok(again(portal, me, paths::ACCOUNT, StatusCode::UNPROCESSABLE_ENTITY, outcome).await);
    }
    let password_hash = portal.auth.hash(form.new_password).await?;
    let token = LoginToken::new(portal.random.as_ref())?;
    let mut change = portal.store.write().await?;
    // Of two who change it at once, one is first; the other has compared with the old one.
    let is_same = change.password_hash(me.staff.id).await? == stored;
    if !is_same || !change.renew_login(me.login, token.id(), portal.clock.now()).await? {
        return Err(PortalError::new(ErrorKind::Conflict, "Your account changed meanwhile. Please try again.").into());
    }
    change.set_password_hash(me.staff.id, &password_hash).await?;
    change.end_other_logins(me.staff.id, token.id()).await?;
    let by = me.by.signed_in(me.staff.id, token.id());
    let act = Act::done(Action::PasswordChanged).to(Subject::account(me.staff.id));
    portal.record(&mut change, me.staff.team, &by, act).await?;
    commit(change).await?;
    portal.hub.signed_out();
    Ok((jar.add(auth::signed_in(&token)), Redirect::to(paths::ACCOUNT)).into_response())
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AboutFactor {
    Begin,
    Confirm,
    Codes,
    Remove,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactorForm {
    act: AboutFactor,
    #[serde(default)]
    code: SecretString,
}

async fn about_factor(
    State(portal): State<Arc<Portal>>,
    Extension(staff): Extension<Staff>,
    Extension(login): Extension<LoginId>,
    by: By,
    Form(form): Form<FactorForm>,
) -> Result<Response, ApiError> {
    let me = Me { staff, login, by };
    let mut change = portal.store.write().await?;
    if change.password_hash(me.staff.id).await?.is_none() {
        return Err(conflict("You sign in at a provider, which asks for a second factor itself."));
    }
    let is_set = change.factor(me.staff.id).await?.is_some_and(|factor| factor.is_confirmed);
    let set = |detail: &str| Act::done(Action::FactorSet).to(Subject::account(me.staff.id)).saying(detail);
    let outcome = match form.act {
        AboutFactor::Begin | AboutFactor::Confirm if is_set => {
            return Err(conflict("You have a second factor already. Remove it first to set up another."));
        }
        AboutFactor::Begin => {
            let offer = factor::offer(&portal, &mut change, &me.staff).await?;
            FormOutcome { offer: Some(offer), ..FormOutcome::default() }
        }
        AboutFactor::Confirm => {
            // Nobody guesses here: the key is shown beside it.
            let Some(codes) = factor::confirm(&portal, &mut change, &me.staff, &form.code).await? else {
                let Some(offer) = factor::offered(&portal, &mut change, &me.staff).await? else {
                    return Ok(Redirect::to(paths::ACCOUNT).into_response());
                };
                let message = "This is not the code of now. Does the clock of your phone go right?";
                let outcome = FormOutcome { offer: Some(offer), ..wrong("code", message) };
                return Ok(again(&portal, me, paths::FACTOR, StatusCode::UNPROCESSABLE_ENTITY, outcome).await);
            };
            portal.record(&mut change, me.staff.team, &me.by, set("codes of an app")).await?;
            FormOutcome { codes: Some(codes), ..FormOutcome::default() }
        }
        AboutFactor::Codes | AboutFactor::Remove if !is_set => {
            return Err(conflict("You have no second factor."));
        }
        AboutFactor::Codes => {
            let codes = factor::new_codes(&portal, &mut change, &me.staff).await?;
            portal.record(&mut change, me.staff.team, &me.by, set("new recovery codes")).await?;
            FormOutcome { codes: Some(codes), ..FormOutcome::default() }
        }
        AboutFactor::Remove => {
            if portal.config.needs_factor(me.staff.role) {
                return Err(conflict(
                    "Your role needs a second factor. An admin can remove it, so that you set up another.",
                ));
            }
            change.remove_factor(me.staff.id).await?;
            let act = Act::done(Action::FactorRemoved).to(Subject::account(me.staff.id)).saying("by the person");
            portal.record(&mut change, me.staff.team, &me.by, act).await?;
            commit(change).await?;
            return Ok(Redirect::to(paths::ACCOUNT).into_response());
        }
    };
    commit(change).await?;
    Ok(again(&portal, me, paths::FACTOR, StatusCode::OK, outcome).await)
}

fn conflict(message: &str) -> ApiError {
    PortalError::new(ErrorKind::Conflict, message).into()
}
