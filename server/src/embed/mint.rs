//! `POST /embed/tokens`: a page's own server asks for a token.

use std::sync::Arc;

use app::{
    error::{FieldError, PortalError},
    model::{Action, EmbedField, Moment, Widget},
};
use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::token::{self, Claims, Resource, Use};
use crate::{
    audit::{Act, Subject},
    error::ApiError,
    rights::Agent,
    state::Portal,
};

/// Most sessions that one token names.
const RESOURCES_MAX: usize = 50;

/// What a token is asked for with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// The widget's public id.
    widget: String,
    /// What to let see.
    resources: Vec<Resource>,
    /// What to let see beside the state; what the widget may, if left out.
    fields: Option<Vec<EmbedField>>,
    /// The origin that it is for; all of the widget's, if left out.
    origin: Option<String>,
    /// Seconds until it ends.
    ttl: Option<i64>,
    /// A frame, if left out.
    #[serde(rename = "for", default = "for_frame")]
    typ: Use,
}

const fn for_frame() -> Use {
    Use::Embed
}

/// A token.
#[derive(Serialize)]
pub(super) struct Minted {
    token: String,
    /// By this it can be taken back.
    jti: Uuid,
    /// When it ends, in seconds since 1970-01-01T00:00:00Z.
    expires: i64,
    /// The image's address, with a token for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

pub(super) async fn mint(
    State(portal): State<Arc<Portal>>,
    agent: Agent,
    wish: Result<Json<Wish>, JsonRejection>,
) -> Result<(StatusCode, Json<Minted>), ApiError> {
    let Json(wish) = wish.map_err(|error| ApiError::field("body", error.body_text()))?;
    let mut read = portal.store.read().await?;
    let widget = read.live_widget(&wish.widget).await?.filter(|widget| widget.team == agent.program.team);
    let widget = widget.ok_or_else(|| ApiError::field("widget", "There is no such widget of this key's team."))?;
    let mut findings = check(&wish, &widget);
    for resource in &wish.resources {
        if let Resource::Session(id) = resource
            && read.session(agent.reach, *id).await?.is_none()
        {
            findings.push(finding("resources", format!("There is no session {id} of this key's team.")));
        }
    }
    if !findings.is_empty() {
        return Err(PortalError::invalid(findings).into());
    }
    let now = portal.clock.now();
    let iat = now.unix_timestamp();
    let jti = portal.random.uuid_v7(now)?;
    let claims = Claims {
        aud: wish.origin.map_or_else(|| widget.origins.clone(), |origin| vec![origin]),
        widget: widget.public_id.clone(),
        key: agent.program.key,
        resources: wish.resources,
        fields: wish.fields.unwrap_or_else(|| widget.fields.clone()),
        jti,
        iat,
        exp: iat.saturating_add(wish.ttl.unwrap_or_else(|| wish.typ.life_max())),
    };
    let token = token::write(&portal.embed.keys, wish.typ, &claims);
    let url = (wish.typ == Use::Badge)
        .then(|| format!("{}{}?t={token}", portal.config.origin(), app::paths::embed_badge(&widget.public_id)));
    Ok((StatusCode::CREATED, Json(Minted { token, jti, expires: claims.exp, url })))
}

/// What is wrong with the wish, each at its field.
fn check(wish: &Wish, widget: &Widget) -> Vec<FieldError> {
    let mut findings = Vec::new();
    let life_max = wish.typ.life_max();
    if wish.ttl.is_some_and(|ttl| !(1..=life_max).contains(&ttl)) {
        findings.push(finding("ttl", format!("A token for this lives for 1 to {life_max} seconds.")));
    }
    if let Some(origin) = wish.origin.as_ref().filter(|origin| !widget.origins.contains(origin)) {
        let origin: String = origin.chars().take(100).collect();
        findings.push(finding("origin", format!("{origin} is no origin of this widget.")));
    }
    if wish.fields.iter().flatten().any(|field| !widget.fields.contains(field)) {
        findings.push(finding("fields", "This widget does not show all of these.".to_owned()));
    }
    let is_one_session = matches!(wish.resources[..], [Resource::Session(_)]);
    let is_some = (1..=RESOURCES_MAX).contains(&wish.resources.len());
    if (widget.kind.is_of_one() || wish.typ == Use::Badge) && !is_one_session {
        findings.push(finding("resources", "Name one session: [\"session:<id>\"].".to_owned()));
    } else if !is_some {
        findings.push(finding("resources", format!("Name 1 to {RESOURCES_MAX} sessions, or [\"view\"].")));
    }
    findings
}

fn finding(field: &str, message: String) -> FieldError {
    FieldError { field: field.to_owned(), message }
}

/// `DELETE /embed/tokens/{jti}`: takes a token back. The next read with it fails; a
/// stream ends within half a minute.
pub(super) async fn revoke(
    State(portal): State<Arc<Portal>>,
    agent: Agent,
    Path(jti): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let now = portal.moment();
    // No token lives longer. Whose it is does not matter: who knows its random id may end it.
    let expires = Moment(now.0.saturating_add(Use::Badge.life_max().saturating_mul(1000)));
    let mut change = portal.store.write().await?;
    change.revoke_token(jti, expires, now).await?;
    let act = Act::done(Action::TokenRevoked).to(Subject::key(agent.program.key)).saying(jti.to_string());
    portal.record(&mut change, agent.program.team, &agent.by, act).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
