//! Tokens, and what they are for.

use reqwest::{Method, header};
use serde_json::Value;

use crate::{
    Finding,
    service::{Answer, Service, equal, holds},
};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const SCOPE: (&str, &str) = ("scope", "signicat-api");

async fn ask(service: &Service, form: &[(&str, &str)]) -> Result<Answer, Finding> {
    service.finish(service.token_request().form(form)).await
}

fn credentials(service: &Service) -> [(&str, &str); 2] {
    [("client_id", service.client_id()), ("client_secret", service.secret())]
}

pub(super) async fn form(service: &Service) -> Result<(), Finding> {
    let [id, secret] = credentials(service);
    let answer = ask(service, &[GRANT, SCOPE, id, secret]).await?.expect(200)?.json();
    let kind = answer["token_type"].as_str().unwrap_or_default();
    equal("token_type", kind.to_ascii_lowercase().as_str(), "bearer")?;
    let seconds = &answer["expires_in"];
    holds("expires_in", seconds.as_u64().is_some_and(|seconds| (1..=3600).contains(&seconds)), "1 to 3600", seconds)
}

pub(super) async fn basic(service: &Service) -> Result<(), Finding> {
    let [(_, id), (_, secret)] = credentials(service).map(|(name, text)| (name, form_encoded(text)));
    let request = service.token_request().basic_auth(id, Some(secret)).form(&[GRANT, SCOPE]);
    let answer = service.finish(request).await?.expect(200)?.json();
    equal("access_token is there", answer["access_token"].is_string(), true)
}

/// RFC 6749, 2.3.1: both are form-encoded before they are joined.
fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

pub(super) async fn jwt(service: &Service) -> Result<(), Finding> {
    let [id, secret] = credentials(service);
    let answer = ask(service, &[GRANT, SCOPE, id, secret]).await?.expect(200)?.json();
    let token = answer["access_token"].as_str().unwrap_or_default();
    equal("parts of the token", token.split('.').count(), 3)
}

pub(super) async fn no_scope(service: &Service) -> Result<(), Finding> {
    let [id, secret] = credentials(service);
    ask(service, &[GRANT, id, secret]).await?.expect(200).map(drop)
}

pub(super) async fn wrong_secret(service: &Service) -> Result<(), Finding> {
    let [id, _] = credentials(service);
    let answer = ask(service, &[GRANT, SCOPE, id, ("client_secret", "not the secret")]).await?;
    equal("the status is 4xx", answer.status.is_client_error(), true)?;
    let error = answer.json()["error"].take();
    holds("error", error.is_string(), "a text", &error)
}

pub(super) async fn no_token(service: &Service) -> Result<(), Finding> {
    service.finish(service.anonymous(Method::GET, "/signing-sessions")).await?.problem(401).map(drop)
}

pub(super) async fn bad_token(service: &Service) -> Result<(), Finding> {
    let request = service.anonymous(Method::GET, "/signing-sessions").bearer_auth("e30.e30.AAAA");
    service.finish(request).await?.problem(401).map(drop)
}

pub(super) async fn invalid_token(service: &Service) -> Result<(), Finding> {
    let request = service.anonymous(Method::GET, "/signing-sessions").bearer_auth("e30.e30.AAAA");
    let answer = service.finish(request).await?;
    let challenge =
        answer.headers.get(header::WWW_AUTHENTICATE).is_some_and(|value| value.as_bytes().starts_with(b"Bearer"));
    equal("WWW-Authenticate begins with Bearer", challenge, true)?;
    equal("code", &answer.problem(401)?["code"], "invalid_token")
}

pub(super) async fn unknown_path(service: &Service) -> Result<(), Finding> {
    service.get("/there-is-no-such-path").await?.problem(404).map(drop)
}

pub(super) async fn wrong_method(service: &Service) -> Result<(), Finding> {
    let answer = service.finish(service.request(Method::PUT, "/documents")).await?;
    let allowed = answer.headers.get(header::ALLOW).and_then(|value| value.to_str().ok()).map(str::to_owned);
    equal("Allow", allowed.as_deref(), Some("POST"))?;
    answer.problem(405).map(|problem: Value| drop(problem))
}
