//! Which program a request is from.

use std::sync::Arc;

use app::{
    error::PortalError,
    model::{Action, ApiKey, KeyState, Moment, Role, TeamId},
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use uuid::Uuid;

use super::ApiSecret;
use crate::{
    audit::{Act, By},
    error::ApiError,
    rights::Denied,
    security::client::ClientIp,
    state::Portal,
};

/// How exactly the last use is known, in milliseconds; saves a write for each request.
const USE_GRAIN: i64 = 60_000;

/// A program that asks by a key of its own. In the extensions of its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The key's id.
    pub key: Uuid,
    /// What it may do.
    pub role: Role,
    /// Whose rows it reaches.
    pub team: TeamId,
    /// When the key stops working.
    pub expires: Moment,
}

/// Finds out which program a request is from, by `Authorization` alone. Who has no
/// good key goes no further.
pub(crate) async fn identify(State(portal): State<Arc<Portal>>, mut request: Request, next: Next) -> Response {
    let found = find(&portal, request.headers()).await;
    let counted = match (&found, request.extensions().get::<ClientIp>()) {
        (Ok(Some(key)), _) => portal.walls.count_key(key.id),
        // Who guesses counts against where they are.
        (Ok(None), Some(ClientIp(address))) => portal.walls.count_stranger(*address),
        _ => Ok(()),
    };
    if let Err(retry_after) = counted {
        return ApiError::SlowDown { retry_after }.into_response();
    }
    match found {
        Ok(Some(key)) => {
            let ApiKey { id, role, team, expires, .. } = key;
            request.extensions_mut().insert(Program { key: id, role, team, expires });
            let by = By::of(request.extensions());
            let mut response = next.run(request).await;
            if response.extensions_mut().remove::<Denied>().is_some()
                && let Err(error) = denied(&portal, team, role, &by).await
            {
                return error.into_response();
            }
            response
        }
        Ok(None) => unauthorised("Send a valid API key: Authorization: Bearer csk_…"),
        Err(error) => error.into_response(),
    }
}

/// The answer for whoever has to send something better in `Authorization`.
pub(crate) fn unauthorised(message: &str) -> Response {
    let error = PortalError::new(PortalError::unauthenticated().kind, message);
    let mut response = ApiError::from(error).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Records that a program asked for what its role does not allow.
async fn denied(portal: &Portal, team: TeamId, role: Role, by: &By) -> Result<(), ApiError> {
    let mut write = portal.store.write().await?;
    portal.record(&mut write, team, by, Act::refused(Action::Denied).saying(role.slug())).await?;
    Ok(write.commit().await?)
}

/// What a request has in `Authorization: Bearer`, if that is all there is.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn find(portal: &Portal, headers: &HeaderMap) -> Result<Option<ApiKey>, ApiError> {
    let Some(secret) = bearer(headers).and_then(ApiSecret::parse) else { return Ok(None) };
    let found = portal.store.read().await?.key_by_hash(secret.hash()).await?;
    let now = portal.moment();
    let Some(key) = found.filter(|key| key.state(now) == KeyState::Good) else { return Ok(None) };
    if key.used.is_none_or(|used| used.0 <= now.0.saturating_sub(USE_GRAIN)) {
        let mut write = portal.store.write().await?;
        write.touch_key(key.id, now).await?;
        write.commit().await?;
    }
    Ok(Some(key))
}
