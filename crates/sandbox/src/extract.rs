//! How requests are read: ids in paths, JSON bodies, where a request came from.

use std::{net::SocketAddr, str::FromStr};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request},
};
use contract::ParseIdError;
use http::{HeaderMap, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::{problem::ApiError, service::App, store::visits::Origin};

/// Longest JSON body in bytes.
pub(crate) const JSON_BYTES_MAX: usize = 1024 * 1024;
/// Most characters kept of a browser's description of itself.
const USER_AGENT_MAX: usize = 512;

/// The id in the path. The error names it as the route does.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr<Err = ParseIdError> + Send> FromRequestParts<App> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| ApiError::BadRequest("the path must be UTF-8".into()))?;
        let (name, value) = params.iter().next().ok_or(ApiError::NotFound)?;
        value.parse().map(Self).map_err(|error: ParseIdError| ApiError::param(name, error.to_string()))
    }
}

/// A JSON object of at most 1 MiB. What is wrong with it is named by its path.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A JSON array, with the same rules.
pub(crate) struct JsonArray<T>(pub(crate) Vec<T>);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let body = read_json(request).await?;
        // Serde would take an array for an object whose fields all have defaults.
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(ApiError::BadRequest("the body must be a JSON object, is an array".into()));
        }
        parse_json(&body).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for JsonArray<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let body = read_json(request).await?;
        if body.trim_ascii_start().starts_with(b"{") {
            return Err(ApiError::BadRequest("the body must be a JSON array, also for one element".into()));
        }
        parse_json(&body).map(Self)
    }
}

async fn read_json(request: Request) -> Result<Vec<u8>, ApiError> {
    if !is_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType("the Content-Type must be application/json"));
    }
    read_body(request, JSON_BYTES_MAX).await
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|essence| {
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// The body's type without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The length that the headers announce.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a whole body; nothing of it when its announced length is over `max` bytes already.
pub(crate) async fn read_body(request: Request, max: usize) -> Result<Vec<u8>, ApiError> {
    let too_large = || ApiError::TooLarge { max: max.try_into().unwrap_or(u64::MAX) };
    let (parts, body): (_, Body) = request.into_parts();
    if announced_length(&parts.headers).is_some_and(|length| usize::try_from(length).map_or(true, |l| l > max)) {
        return Err(too_large());
    }
    match Limited::new(body, max).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(ApiError::BadRequest("the body broke off".into())),
    }
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let text = error.to_string();
        if !error.is_data() {
            return ApiError::BadRequest(format!("the body is not JSON: {text}"));
        }
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        match path.as_str() {
            "." => ApiError::BadRequest(format!("the body has the wrong shape: {reason}")),
            _ => ApiError::param(path, reason),
        }
    })?;
    deserializer.end().map_err(|error| ApiError::BadRequest(format!("the body is not JSON: {error}")))?;
    Ok(value)
}

impl FromRequestParts<App> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let ip = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical().to_string());
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).chars().take(USER_AGENT_MAX).collect());
        Ok(Self { ip, user_agent })
    }
}
