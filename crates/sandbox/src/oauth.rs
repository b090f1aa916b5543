//! `POST /auth/open/connect/token`: client credentials for an access token (RFC 6749 §4.4).

use std::{collections::HashSet, sync::PoisonError};

use axum::{
    Json, Router,
    extract::{Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{control, extract::read_body, keys::Purpose, problem::ApiError, random, service::App};

/// The one scope there is; what a client may do is not a matter of scopes in this API.
pub(crate) const SCOPE: &str = "signicat-api";
/// Where tokens are issued.
pub(crate) const PATH: &str = "/auth/open/connect/token";
/// Longest token request in bytes.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// What an access token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    account_id: String,
    scope: String,
    iat: i64,
    exp: i64,
    jti: String,
    /// Which tokens are good after all were expired for a test; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    era: Option<String>,
}

/// An error in the words of RFC 6749 §5.2.
struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl OAuthError {
    fn bad_request(error: &'static str, description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description }
    }

    fn invalid_client() -> Self {
        let description = "the client is unknown, or its secret is wrong";
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"sandbox\""));
        }
        response
    }
}

/// The token endpoint.
pub(crate) fn router(app: &App) -> Router<App> {
    Router::new().route(PATH, post(token)).layer(middleware::from_fn_with_state(app.clone(), control::inject_fault))
}

/// Answers a token request.
async fn token(State(app): State<App>, request: Request) -> Response {
    let headers = request.headers().clone();
    let form = match read_body(request, FORM_BYTES_MAX).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    match issue(&app, &headers, &form) {
        Ok(Ok(answer)) => Json(answer).into_response(),
        Ok(Err(error)) => error.into_response(),
        Err(error) => error.into_response(),
    }
}

fn issue(app: &App, headers: &HeaderMap, form: &[u8]) -> Result<Result<serde_json::Value, OAuthError>, ApiError> {
    let client = match check(app, headers, form) {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let now = app.clock.now();
    let claims = Claims {
        iss: "sandbox".into(),
        sub: client.clone(),
        account_id: app.config.account_id.clone(),
        scope: SCOPE.into(),
        iat: now.unix_timestamp(),
        exp: now.saturating_add(app.config.token_ttl).unix_timestamp(),
        jti: random::hex_text::<16>(app.random.as_ref())?,
        era: app.faults.era(),
    };
    let token = app.keys.issue(Purpose::AccessToken, &claims)?;
    tracing::info!(client.id = client, "client {client} got an access token");
    Ok(Ok(json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": app.config.token_ttl.whole_seconds(),
        "scope": SCOPE,
    })))
}

/// The id of the client that asks, if all is right with the request.
fn check(app: &App, headers: &HeaderMap, form: &[u8]) -> Result<String, OAuthError> {
    let form: Vec<(String, String)> = serde_urlencoded::from_bytes(form)
        .map_err(|_| OAuthError::bad_request("invalid_request", "the body must be a URL-encoded form"))?;
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    // RFC 6749 §3.2. Which of two is meant, nobody can know.
    let mut seen = HashSet::new();
    if !form.iter().all(|(key, _)| seen.insert(key)) {
        return Err(OAuthError::bad_request("invalid_request", "each parameter may be there once"));
    }

    let basic = headers.get(header::AUTHORIZATION).map(|value| basic_credentials(value).ok_or(())).transpose();
    let basic = basic.map_err(|()| OAuthError::invalid_client())?;
    let (id, secret) = match (basic, field("client_secret")) {
        (Some(_), Some(_)) => {
            let description = "the client must authenticate in one way: by header or by body";
            return Err(OAuthError::bad_request("invalid_request", description));
        }
        (Some(credentials), None) => credentials,
        (None, Some(secret)) => (field("client_id").unwrap_or_default().to_owned(), secret.to_owned()),
        (None, None) => return Err(OAuthError::invalid_client()),
    };
    if !is_known(app, &id, &secret) {
        return Err(OAuthError::invalid_client());
    }
    match field("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(OAuthError::bad_request("unsupported_grant_type", "only client_credentials is supported"));
        }
        None => return Err(OAuthError::bad_request("invalid_request", "grant_type is required")),
    }
    // Clients are known that ask for no scope.
    match field("scope") {
        None | Some("" | SCOPE) => Ok(id),
        Some(_) => Err(OAuthError::bad_request("invalid_scope", "the only scope is signicat-api")),
    }
}

fn basic_credentials(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    let plain = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
    Some((plain(id)?, plain(secret)?))
}

/// Whether a client has these credentials. Takes the same time wherever they differ.
fn is_known(app: &App, id: &str, secret: &str) -> bool {
    let secret = Sha256::digest(secret);
    let clients = app.clients.read().unwrap_or_else(PoisonError::into_inner);
    clients.iter().fold(false, |known, (known_id, known_secret)| {
        let right_secret = Sha256::digest(known_secret.expose_secret()).ct_eq(&secret);
        known | (known_id == id && bool::from(right_secret))
    })
}

/// Whether a request carries a token of ours that has not expired.
pub(crate) fn authorize(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let header = headers.get(header::AUTHORIZATION).ok_or(ApiError::InvalidToken("a bearer token is required"))?;
    let token = header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or(ApiError::InvalidToken("the Authorization header must be: Bearer, a space, the token"))?;
    let claims: Claims = app
        .keys
        .claims(Purpose::AccessToken, token)
        .ok_or(ApiError::InvalidToken("the token was not issued by this service"))?;
    let expired = app.clock.now().unix_timestamp() >= claims.exp || app.faults.has_expired(claims.era.as_deref());
    if expired || claims.account_id != app.config.account_id {
        return Err(ApiError::InvalidToken("the token has expired"));
    }
    Ok(())
}
