//! `POST /widgets`: the studio's form.

use std::sync::Arc;

use app::{
    error::{FieldError, PortalError},
    form::FormOutcome,
    model::{Action, EmbedField, Standing, TeamId, Widget, WidgetKind, WidgetTheme},
    paths,
};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{StatusCode, Uri};
use serde::Deserialize;
use uuid::Uuid;

use super::origins;
use crate::{
    audit::{Act, Subject},
    auth::names,
    error::ApiError,
    pages,
    rights::Actor,
    state::Portal,
    store::Write,
};

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Make,
    Revoke,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidgetForm {
    act: What,
    widget: Option<Uuid>,
    kind: Option<WidgetKind>,
    theme: Option<WidgetTheme>,
    team: Option<TeamId>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    origins: String,
    /// The empty text for all.
    #[serde(default)]
    standing: String,
    due: Option<String>,
    counts: Option<String>,
    title: Option<String>,
    /// Of the preview alone.
    #[serde(default, rename = "lang")]
    _lang: String,
}

pub(super) async fn act(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Form(form): Form<WidgetForm>,
) -> Result<Response, ApiError> {
    let mut change = portal.store.write().await?;
    let made = match form.act {
        What::Make => make(&portal, &mut change, &actor, &form).await?,
        What::Revoke => {
            revoke(&portal, &mut change, &actor, &form).await?;
            Ok(paths::WIDGETS.to_owned())
        }
    };
    match made {
        Ok(address) => {
            change.commit().await?;
            // Streams of a widget that was taken back end at once.
            portal.hub.wake();
            Ok(Redirect::to(&address).into_response())
        }
        Err(fields) => {
            drop(change);
            // The origins are kept where a form for people keeps a user name.
            let outcome = FormOutcome { name: form.name, username: form.origins, fields, ..FormOutcome::default() };
            let (page, status) = (Uri::from_static(paths::WIDGETS), StatusCode::UNPROCESSABLE_ENTITY);
            Ok(pages::again(&portal, page, status, outcome, Some(actor.staff)).await)
        }
    }
}

/// Answers where the new widget's page is.
async fn make(
    portal: &Portal,
    change: &mut Write,
    actor: &Actor,
    form: &WidgetForm,
) -> Result<Result<String, Vec<FieldError>>, ApiError> {
    let mut findings = Vec::new();
    let mut finding = |field: &str, message: String| findings.push(FieldError { field: field.to_owned(), message });
    let name = names::display(&form.name).map_err(|error| finding("name", error.to_string()));
    let origins = origins::read(&form.origins).map_err(|error| finding("origins", error.to_string()));
    let (Ok(name), Ok(origins)) = (name, origins) else { return Ok(Err(findings)) };
    let (Some(kind), Some(theme), Some(team)) = (form.kind, form.theme, form.team) else {
        return Err(ApiError::BadRequest("The form names no kind, no theme or no team."));
    };
    let standing = match form.standing.as_str() {
        "" => None,
        slug => Some(Standing::from_slug(slug).ok_or_else(|| ApiError::field("standing", "There is no such state."))?),
    };
    if !(actor.reach.covers(team) && change.team_exists(team).await?) {
        return Err(ApiError::field("team", "There is no such team."));
    }
    let fields = [(EmbedField::Due, &form.due), (EmbedField::Counts, &form.counts), (EmbedField::Title, &form.title)];
    let now = portal.clock.now();
    let public_id = format!("wid_{}", URL_SAFE_NO_PAD.encode(portal.random.bytes::<16>()?));
    let widget = Widget {
        id: portal.random.uuid_v7(now)?,
        public_id: public_id.clone(),
        name,
        kind,
        theme,
        team,
        origins,
        fields: fields.into_iter().filter(|(_, is_on)| is_on.is_some()).map(|(field, _)| field).collect(),
        standing,
        created: portal.moment(),
        used: None,
        revoked: None,
    };
    change.add_widget(&widget).await?;
    let act = Act::done(Action::WidgetMade).to(Subject::widget(widget.id)).saying(kind.slug());
    portal.record(change, team, &actor.by, act).await?;
    Ok(Ok(paths::widget(&public_id)))
}

async fn revoke(portal: &Portal, change: &mut Write, actor: &Actor, form: &WidgetForm) -> Result<(), ApiError> {
    let id = form.widget.ok_or(ApiError::BadRequest("The form names no widget."))?;
    let widgets = change.all_widgets(actor.reach.only_team()).await?;
    let widget = widgets.into_iter().find(|widget| widget.id == id).ok_or_else(PortalError::not_found)?;
    if widget.revoked.is_none() {
        change.revoke_widget(id, portal.moment()).await?;
        let act = Act::done(Action::WidgetRevoked).to(Subject::widget(id));
        portal.record(change, widget.team, &actor.by, act).await?;
    }
    Ok(())
}
