//! `POST /api-keys`: what an admin does about keys, as a plain form.

use std::sync::Arc;

use app::{
    error::{FieldError, PortalError},
    form::{FormOutcome, SecretLink},
    model::{Action, KEY_DAYS_MAX, KEY_ROLES, Role, TeamId},
    paths,
};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{StatusCode, Uri};
use serde::Deserialize;
use time::Duration;
use uuid::Uuid;

use super::ApiSecret;
use crate::{
    audit::{Act, Subject},
    auth::names,
    error::ApiError,
    pages,
    rights::Actor,
    state::Portal,
    store::{Write, keys::NewKey},
};

/// What is to be done.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Make,
    Revoke,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyForm {
    act: What,
    key: Option<Uuid>,
    role: Option<Role>,
    team: Option<TeamId>,
    days: Option<u16>,
    #[serde(default)]
    name: String,
}

pub(super) async fn act(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Form(form): Form<KeyForm>,
) -> Result<Response, ApiError> {
    let mut change = portal.store.write().await?;
    let made = match form.act {
        What::Make => make(&portal, &mut change, &actor, &form).await?,
        What::Revoke => {
            revoke(&portal, &mut change, &actor, &form).await?;
            change.commit().await?;
            return Ok(Redirect::to(paths::API_KEYS).into_response());
        }
    };
    let (status, outcome) = match made {
        Ok(secret) => {
            change.commit().await?;
            let link = Some(SecretLink(secret.expose().to_owned()));
            (StatusCode::OK, FormOutcome { link, ..FormOutcome::default() })
        }
        Err(finding) => {
            let outcome = FormOutcome { name: form.name, fields: vec![finding], ..FormOutcome::default() };
            (StatusCode::UNPROCESSABLE_ENTITY, outcome)
        }
    };
    Ok(pages::again(&portal, Uri::from_static(paths::API_KEYS), status, outcome, Some(actor.staff)).await)
}

async fn make(
    portal: &Portal,
    change: &mut Write,
    actor: &Actor,
    form: &KeyForm,
) -> Result<Result<ApiSecret, FieldError>, ApiError> {
    let name = match names::display(&form.name) {
        Ok(name) => name,
        Err(error) => return Ok(Err(FieldError { field: "name".to_owned(), message: error.to_string() })),
    };
    let (Some(role), Some(team), Some(days)) = (form.role, form.team, form.days) else {
        return Err(ApiError::BadRequest("The form names no role, no team or no days."));
    };
    if !KEY_ROLES.contains(&role) {
        return Err(ApiError::field("role", "Programs cannot have this role."));
    }
    if !(1..=KEY_DAYS_MAX).contains(&days) {
        return Err(ApiError::field("days", format!("A key lives for 1 to {KEY_DAYS_MAX} days.")));
    }
    if !change.team_exists(team).await? {
        return Err(ApiError::field("team", "There is no such team."));
    }
    let now = portal.clock.now();
    let secret = ApiSecret::new(portal.random.as_ref())?;
    let id = portal.random.uuid_v7(now)?;
    let key = NewKey {
        id,
        hash: secret.hash(),
        hint: secret.hint(),
        name: &name,
        role,
        team,
        created: portal.moment(),
        expires: crate::sessions::of_time(now + Duration::days(days.into())),
    };
    change.add_key(&key).await?;
    let act = Act::done(Action::KeyMade).to(Subject::key(id)).saying(format!("{} for {days} days", role.slug()));
    portal.record(change, team, &actor.by, act).await?;
    Ok(Ok(secret))
}

async fn revoke(portal: &Portal, change: &mut Write, actor: &Actor, form: &KeyForm) -> Result<(), ApiError> {
    let id = form.key.ok_or(ApiError::BadRequest("The form names no key."))?;
    let key = change.key(id).await?.ok_or_else(PortalError::not_found)?;
    if change.revoke_key(id, portal.moment()).await? {
        portal.record(change, key.team, &actor.by, Act::done(Action::KeyRevoked).to(Subject::key(id))).await?;
    }
    Ok(())
}
