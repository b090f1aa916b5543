//! Where an invitation's link leads: its owner chooses a password, and is signed in.

use std::sync::Arc;

use app::{error::FieldError, form::FormOutcome, model::Action, paths};
use axum::{
    Form,
    extract::{Query, Request, State},
    response::Response,
};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    audit::{Act, By, Subject},
    auth::{self, LoginToken, password_rules},
    error::ApiError,
    pages,
    state::Portal,
};

#[derive(Deserialize)]
pub(super) struct InvitationQuery {
    #[serde(default)]
    token: String,
}

pub(super) async fn page(
    State(portal): State<Arc<Portal>>,
    Query(query): Query<InvitationQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    let now = portal.clock.now();
    if portal.config.login.local
        && let Some(token) = LoginToken::parse(&query.token)
        && portal.store.read().await?.invitation(token.id(), now).await?.is_some()
    {
        return Ok(pages::render(&portal, request).await);
    }
    Ok(refused(&portal, StatusCode::FORBIDDEN, "", bad_link()).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: SecretString,
}

pub(super) async fn open(
    State(portal): State<Arc<Portal>>,
    by: By,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<InvitationForm>,
) -> Result<Response, ApiError> {
    let now = portal.clock.now();
    let Some(token) = LoginToken::parse(&form.token).filter(|_| portal.config.login.local) else {
        return Ok(refused(&portal, StatusCode::FORBIDDEN, "", bad_link()).await);
    };
    let invited = portal.store.read().await?.invitation(token.id(), now).await?;
    let Some((_, username)) = invited else {
        return Ok(refused(&portal, StatusCode::FORBIDDEN, "", bad_link()).await);
    };
    if let Err(weakness) = password_rules::check(form.password.expose_secret(), &username) {
        let finding = FieldError { field: "password".to_owned(), message: weakness.to_string() };
        return Ok(refused(&portal, StatusCode::UNPROCESSABLE_ENTITY, token.expose(), finding).await);
    }
    let password_hash = portal.auth.hash(form.password).await?;

    let mut change = portal.store.write().await?;
    // Looked at again inside the transaction: a link works once.
    let Some((person, _)) = change.invitation(token.id(), now).await? else {
        return Ok(refused(&portal, StatusCode::FORBIDDEN, "", bad_link()).await);
    };
    change.forget_invitation(person.id).await?;
    change.set_password_hash(person.id, &password_hash).await?;
    // Another password ends what the one before began.
    change.end_logins_of(person.id).await?;
    portal
        .record(&mut change, person.team, &by, Act::done(Action::AccountOpened).to(Subject::account(person.id)))
        .await?;
    // Who has a second factor shows it here too: the link is in place of a password alone.
    let next = auth::after_password(&portal, &mut change, by, &headers, &person, &password_hash).await?;
    change.commit().await?;
    portal.hub.signed_out();
    tracing::info!(staff.id = %person.id, "an invitation was accepted");
    Ok(next.lead(jar, paths::SESSIONS))
}

async fn refused(portal: &Arc<Portal>, status: StatusCode, token: &str, finding: FieldError) -> Response {
    // The token is base64url: it needs no escapes.
    let uri = Uri::try_from(format!("{}?token={token}", paths::INVITATION)).unwrap_or_default();
    pages::again(portal, uri, status, FormOutcome { fields: vec![finding], ..FormOutcome::default() }, None).await
}

fn bad_link() -> FieldError {
    FieldError {
        field: "token".to_owned(),
        message: "This link is not valid, or no longer. Ask an admin of the desk for a new one.".to_owned(),
    }
}
