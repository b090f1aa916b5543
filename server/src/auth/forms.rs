//! Set-up, sign-in and sign-out: plain forms, which work before any script has come.

use std::sync::{Arc, atomic::Ordering};

use app::{
    error::FieldError,
    form::{FormOutcome, Onward},
    model::{Action, Role, Staff, TeamId},
    paths::{self, sign_in_then},
};
use axum::{
    Form,
    extract::{Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    LoginId, LoginToken, begin, code_page, cookie, half_way, names, oidc,
    password_rules::{self, WeakPassword},
    passwords::Verdict,
    return_to, step_up,
};
use crate::{
    audit::{Act, By, Subject},
    error::ApiError,
    pages,
    rights::{Access, Routes},
    security::client::ClientIp,
    state::Portal,
    store::{Write, staff},
};

/// Set-up, sign-in and sign-out.
pub(super) fn routes(routes: Routes) -> Routes {
    code_page::routes(routes)
        .get(paths::SETUP, Access::Anyone, setup_page)
        .post(paths::SETUP, Access::Anyone, set_up)
        .get(paths::SIGN_IN, Access::Anyone, sign_in_page)
        .post(paths::SIGN_IN, Access::Anyone, sign_in)
        .post(paths::SIGN_OUT, Access::SignedIn, sign_out)
        .get(paths::CONFIRM, Access::SignedIn, step_up::page)
        .post(paths::CONFIRM, Access::SignedInFresh, step_up::confirmed)
}

/// What the team is called that the first account belongs to.
const FIRST_TEAM: &str = "First team";

#[derive(Deserialize)]
struct SetupQuery {
    #[serde(default)]
    token: String,
}

async fn setup_page(
    State(portal): State<Arc<Portal>>,
    Query(query): Query<SetupQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    if has_staff(&portal).await? {
        return Ok(Redirect::to(paths::SIGN_IN).into_response());
    }
    if portal.auth.setup.accepts(&query.token, portal.clock.now()) {
        return Ok(pages::render(&portal, request).await);
    }
    let outcome = FormOutcome { fields: vec![bad_link()], ..FormOutcome::default() };
    Ok(pages::again(&portal, request.uri().clone(), StatusCode::FORBIDDEN, outcome, None).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: SecretString,
}

async fn set_up(
    State(portal): State<Arc<Portal>>,
    by: By,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<SetupForm>,
) -> Result<Response, ApiError> {
    if has_staff(&portal).await? {
        return Ok(Redirect::to(paths::SIGN_IN).into_response());
    }
    let token = utf8_percent_encode(&form.token, NON_ALPHANUMERIC);
    let uri = Uri::try_from(format!("{}?token={token}", paths::SETUP)).map_err(ApiError::internal)?;
    let outcome = FormOutcome { name: form.name.clone(), username: form.username.clone(), ..FormOutcome::default() };
    let now = portal.clock.now();
    if !portal.auth.setup.accepts(&form.token, now) {
        let outcome = FormOutcome { fields: vec![bad_link()], ..outcome };
        return Ok(pages::again(&portal, uri, StatusCode::FORBIDDEN, outcome, None).await);
    }
    let (name, username) = match check_account(&form) {
        Ok(account) => account,
        Err(fields) => {
            let outcome = FormOutcome { fields, ..outcome };
            return Ok(pages::again(&portal, uri, StatusCode::UNPROCESSABLE_ENTITY, outcome, None).await);
        }
    };
    let password_hash = portal.auth.passwords.hash(form.password).await?;

    let id = portal.random.uuid_v7(now)?;
    let team = TeamId(portal.random.uuid_v7(now)?);
    let mut write = portal.store.write().await?;
    // Looked at again inside the transaction: of two who come at once, one is first.
    if write.any_account().await? {
        return Ok(Redirect::to(paths::SIGN_IN).into_response());
    }
    write.insert_team(team, FIRST_TEAM, now).await?;
    let account = staff::NewStaff {
        id,
        username: &username,
        name: &name,
        password_hash: &password_hash,
        role: Role::Admin,
        team,
        created_at: now,
    };
    write.insert_account(&account).await?;
    let staff = Staff { id, name, role: Role::Admin, team };
    let login = begin(&portal, &mut write, by.clone(), &headers, &staff, "set-up").await?;
    let by = by.signed_in(id, login.id());
    portal.record(&mut write, team, &by, Act::done(Action::TeamMade).to(team)).await?;
    let made = Act::done(Action::AccountMade).to(Subject::account(id)).saying(Role::Admin.slug());
    portal.record(&mut write, team, &by, made).await?;
    commit(write).await?;
    portal.auth.setup.use_up();
    tracing::info!(staff.id = %id, "the first account was made");
    Ok((jar.add(cookie::signed_in(&login)), Redirect::to(paths::SESSIONS)).into_response())
}

/// The name and the user name as they are stored, or what is wrong with the form.
fn check_account(form: &SetupForm) -> Result<(String, String), Vec<FieldError>> {
    let finding = |field: &str, message: String| FieldError { field: field.to_owned(), message };
    let mut findings = Vec::new();
    let name = names::display(&form.name).map_err(|error| findings.push(finding("name", error.to_string())));
    let username = names::user(&form.username).map_err(|error| findings.push(finding("username", error.to_string())));
    let judged = username.as_deref().unwrap_or_default();
    if let Err(weakness) = password_rules::check(form.password.expose_secret(), judged) {
        findings.push(finding("password", WeakPassword::to_string(&weakness)));
    }
    match (name, username) {
        (Ok(name), Ok(username)) if findings.is_empty() => Ok((name, username)),
        _ => Err(findings),
    }
}

fn bad_link() -> FieldError {
    FieldError {
        field: "token".to_owned(),
        message: "This set-up link is not valid, or no longer. Start the portal again; it prints a new one.".to_owned(),
    }
}

#[derive(Deserialize)]
struct SignInQuery {
    return_to: Option<String>,
}

async fn sign_in_page(
    State(portal): State<Arc<Portal>>,
    Query(query): Query<SignInQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    if request.extensions().get::<Staff>().is_some() {
        return Ok(Redirect::to(return_to::safe(query.return_to.as_deref())).into_response());
    }
    if !portal.config.login.local || !portal.config.providers.is_empty() || has_staff(&portal).await? {
        return Ok(pages::render(&portal, request).await);
    }
    let message = "There is no account yet. Open the set-up link that the portal printed where it was started; \
                   starting it again prints a new one.";
    let outcome = FormOutcome { message: Some(message.to_owned()), ..FormOutcome::default() };
    Ok(pages::again(&portal, request.uri().clone(), StatusCode::OK, outcome, None).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: SecretString,
    return_to: Option<String>,
}

async fn sign_in(
    State(portal): State<Arc<Portal>>,
    axum::Extension(ClientIp(address)): axum::Extension<ClientIp>,
    by: By,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, ApiError> {
    let target = return_to::safe(form.return_to.as_deref()).to_owned();
    let refuse = async |status, message: String| {
        let uri = Uri::try_from(sign_in_then(&target)).map_err(ApiError::internal)?;
        let outcome = FormOutcome { username: form.username.clone(), message: Some(message), ..FormOutcome::default() };
        Ok::<_, ApiError>(pages::again(&portal, uri, status, outcome, None).await)
    };
    if !portal.config.login.local {
        return refuse(
            StatusCode::FORBIDDEN,
            "Passwords are switched off at this desk. Choose another way in.".to_owned(),
        )
        .await;
    }
    // What cannot be a user name is nobody's; it is counted and compared all the same.
    let username = names::user(&form.username).unwrap_or_default();
    if let Err(retry_after) = portal.auth.limits.count(&username, address, portal.clock.now()) {
        let error = ApiError::SlowDown { retry_after };
        let mut response = refuse(error.status(), error.to_string()).await?;
        response.headers_mut().extend(error.retry_header());
        return Ok(response);
    }
    let account = portal.store.read().await?.credentials(&username).await?;
    let (known, stored) = account.map(|account| (account.staff, account.password_hash)).unzip();
    let stored = stored.flatten();
    let verdict = portal.auth.passwords.verify(form.password, stored).await?;
    let Some(staff) = known.clone().filter(|_| verdict != Verdict::Wrong) else {
        refused(&portal, &by, known.as_ref()).await?;
        tracing::info!("a sign-in was refused");
        let message = "The user name or the password is wrong.".to_owned();
        return refuse(StatusCode::UNAUTHORIZED, message).await;
    };
    portal.auth.limits.forgive(&username, address);

    let mut write = portal.store.write().await?;
    if let Verdict::RightButCheap(renewed) = verdict {
        write.set_password_hash(staff.id, &renewed).await?;
    }
    let password_hash = write.password_hash(staff.id).await?.unwrap_or_default();
    let next = after_password(&portal, &mut write, by, &headers, &staff, &password_hash).await?;
    commit(write).await?;
    Ok(next.lead(jar, &target))
}

/// Where somebody stands who has just shown or chosen the password.
pub(crate) enum Next {
    /// Signed in.
    In(LoginToken),
    /// Half way: the code is still to come.
    Code(Cookie<'static>),
}

/// Signs in who has just shown or chosen the password, unless the account has a
/// second factor. Part of `change`.
///
/// # Errors
/// The database or the source of randomness failed.
pub(crate) async fn after_password(
    portal: &Portal,
    change: &mut Write,
    by: By,
    headers: &HeaderMap,
    staff: &Staff,
    password_hash: &str,
) -> Result<Next, ApiError> {
    if change.factor(staff.id).await?.is_some_and(|factor| factor.is_confirmed) {
        return Ok(Next::Code(half_way::cookie(portal, staff, password_hash)?));
    }
    Ok(Next::In(begin(portal, change, by, headers, staff, "password").await?))
}

impl Next {
    /// The answer that leads on to `target`, by way of the code if it is still to come.
    pub(crate) fn lead(self, jar: CookieJar, target: &str) -> Response {
        match self {
            Self::In(token) => (jar.add(cookie::signed_in(&token)), Redirect::to(target)).into_response(),
            Self::Code(cookie) => (jar.add(cookie), Redirect::to(&paths::sign_in_code_then(target))).into_response(),
        }
    }
}

/// Records a wrong password. One row for a known and for an unknown user name, so
/// that neither takes longer. What was typed is not in it: some type their password.
async fn refused(portal: &Portal, by: &By, known: Option<&Staff>) -> Result<(), ApiError> {
    let act = Act::refused(Action::SignIn);
    let mut write = portal.store.write().await?;
    match known {
        Some(staff) => portal.record(&mut write, staff.team, by, act.to(Subject::account(staff.id))).await?,
        None => portal.record_at_large(&mut write, by, act).await?,
    }
    commit(write).await
}

async fn sign_out(
    State(portal): State<Arc<Portal>>,
    by: By,
    axum::Extension(id): axum::Extension<LoginId>,
    axum::Extension(staff): axum::Extension<Staff>,
    jar: CookieJar,
) -> Result<Response, ApiError> {
    let way_out = oidc::way_out(&portal, &mut *portal.store.read().await?, id).await?;
    let mut write = portal.store.write().await?;
    write.end_login(id).await?;
    portal.record(&mut write, staff.team, &by, Act::done(Action::SignOut)).await?;
    commit(write).await?;
    portal.hub.signed_out();
    tracing::info!(staff.id = %staff.id, "signed out");
    let forget =
        (HeaderName::from_static("clear-site-data"), HeaderValue::from_static(r#""cache", "cookies", "storage""#));
    let next = match way_out {
        Some((url, name)) => oidc::onward(&portal, Onward::to(url.as_str(), format!("Sign out at {name} too"))).await,
        None => Redirect::to(paths::SIGN_IN).into_response(),
    };
    Ok(([forget], jar.add(cookie::signed_out()), next).into_response())
}

/// Whether there is an account. Once there is, there always is: the form that anybody can
/// ask for then takes no connection of the database from those who work.
async fn has_staff(portal: &Portal) -> Result<bool, ApiError> {
    let known = &portal.auth.has_accounts;
    if !known.load(Ordering::Relaxed) {
        known.store(portal.store.read().await?.any_account().await?, Ordering::Relaxed);
    }
    Ok(known.load(Ordering::Relaxed))
}

async fn commit(write: Write) -> Result<(), ApiError> {
    Ok(write.commit().await?)
}
