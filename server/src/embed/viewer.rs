//! Whoever looks at a widget: what their token lets them see.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{KeyState, Moment, Widget},
};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, request::Parts};

use super::token::{self, Claims, Use};
use crate::{
    error::ApiError,
    keys::{bearer, unauthorised},
    rights::Reach,
    state::Portal,
};

/// The origin of the page around the frame, as the frame knows it from its browser.
pub(super) const ORIGIN: &str = "x-embed-origin";
/// How exactly the last use is known, in milliseconds; saves a write for each request.
const USE_GRAIN: i64 = 60_000;

/// What a token lets see, looked up and judged at each request. Handlers that take
/// one answer nobody else; what they show lies within its reach.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) widget: Widget,
    pub(super) claims: Claims,
    pub(super) reach: Reach,
    /// The origin that the frame is on.
    origin: String,
}

impl FromRequestParts<Arc<Portal>> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Response> {
        let found = of_frame(portal, &parts.headers).await.map_err(IntoResponse::into_response)?;
        let Some(viewer) = found else { return Err(unauthorised("This token is not good, or not any more.")) };
        let Widget { id, .. } = viewer.widget;
        portal
            .embed
            .count(viewer.claims.jti, id, &viewer.origin, portal.walls.now())
            .map_err(|retry_after| ApiError::SlowDown { retry_after }.into_response())?;
        Ok(viewer)
    }
}

async fn of_frame(portal: &Portal, headers: &HeaderMap) -> Result<Option<Viewer>, ApiError> {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).unwrap_or_default();
    match bearer(headers) {
        Some(token) => find(portal, Use::Embed, token, Some(origin)).await,
        None => Ok(None),
    }
}

/// Who holds this token, if it is good: signed by us for this use, its time not over,
/// its widget, its key and itself not taken back, for this origin, and that still an
/// origin of the widget.
pub(super) async fn find(
    portal: &Portal,
    typ: Use,
    token: &str,
    origin: Option<&str>,
) -> Result<Option<Viewer>, ApiError> {
    let now = portal.moment();
    let Some(claims) = token::read(&portal.embed.keys, typ, token, now.0 / 1000) else { return Ok(None) };
    judge(portal, claims, origin, now).await
}

async fn judge(portal: &Portal, claims: Claims, origin: Option<&str>, now: Moment) -> Result<Option<Viewer>, ApiError> {
    let mut read = portal.store.read().await?;
    let Some(widget) = read.live_widget(&claims.widget).await? else { return Ok(None) };
    let key = read.key(claims.key).await?.filter(|key| key.state(now) == KeyState::Good && key.team == widget.team);
    let is_revoked = key.is_none() || read.is_token_revoked(claims.jti).await?;
    drop(read);
    let is_for = |origin: &str| claims.aud.iter().chain(&widget.origins).filter(|known| *known == origin).count() == 2;
    if is_revoked || origin.is_some_and(|origin| !is_for(origin)) {
        return Ok(None);
    }
    if widget.used.is_none_or(|used| used.0 <= now.0.saturating_sub(USE_GRAIN)) {
        let mut write = portal.store.write().await?;
        write.touch_widget(widget.id, now).await?;
        write.commit().await?;
    }
    let reach = Reach::of_team(widget.team);
    Ok(Some(Viewer { widget, claims, reach, origin: origin.unwrap_or_default().to_owned() }))
}

impl Viewer {
    /// The same viewer as they are now; none when their token is not good any more.
    ///
    /// # Errors
    /// The database is out of reach.
    pub(super) async fn again(&self, portal: &Portal) -> Result<Option<Self>, ApiError> {
        let now = portal.moment();
        if self.claims.exp <= now.0 / 1000 {
            return Ok(None);
        }
        judge(portal, self.claims.clone(), Some(&self.origin), now).await
    }
}

/// A widget that frames may be asked for.
///
/// # Errors
/// There is none of that name, or not any more.
pub(super) async fn widget(portal: &Portal, public_id: &str) -> Result<Widget, ApiError> {
    let found = portal.store.read().await?.live_widget(public_id).await?;
    Ok(found.ok_or_else(PortalError::not_found)?)
}
