//! `POST /sign-in/provider`: a browser goes to a provider to sign in.

use std::sync::Arc;

use app::{
    form::{FormOutcome, Onward},
    paths,
};
use axum::{
    Form,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use http::{HeaderMap, StatusCode, Uri, header};
use openidconnect::{
    AuthenticationFlow, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse,
    },
};
use serde::Deserialize;
use time::Duration;

use super::{
    claims::{More, TokenAnswer},
    http::Cause,
    provider::{Known, Provider},
};
use crate::{
    auth::{LoginId, LoginToken, return_to},
    clock::moment,
    error::ApiError,
    pages,
    state::Portal,
    store::providers::Trip,
};

/// The cookie of a browser that is on its way to a provider. Providers' pages are
/// another site: only a Lax cookie comes back from there (RFC 6265bis 8.8.2).
const COOKIE: &str = "__Host-Http-signing-in";
/// How long a sign-in at a provider may take.
pub(super) const TRIP: Duration = Duration::minutes(10);

type Client = openidconnect::Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginForm {
    /// The provider's id.
    provider: String,
    return_to: Option<String>,
    /// Whether somebody who is signed in shows once more that it is they.
    #[serde(default)]
    again: bool,
}

pub(super) async fn begin(
    State(portal): State<Arc<Portal>>,
    login: Option<axum::Extension<LoginId>>,
    jar: CookieJar,
    Form(form): Form<BeginForm>,
) -> Result<Response, ApiError> {
    let login = login.map(|axum::Extension(id)| id);
    let Some(provider) = portal.providers.find(&form.provider) else {
        return Ok(refuse(&portal, StatusCode::NOT_FOUND, "There is no such provider. Choose another way in.").await);
    };
    if form.again && !came_from(&portal, login, provider).await? {
        return Err(ApiError::BadRequest("You did not sign in at this provider, so you cannot confirm it there."));
    }
    let now = portal.clock.now();
    let known = match provider.known(now).await {
        Ok(known) => known,
        Err(_) => {
            let message =
                format!("{} cannot be reached. Try again in a moment, or tell an admin.", provider.config.name);
            return Ok(refuse(&portal, StatusCode::SERVICE_UNAVAILABLE, &message).await);
        }
    };
    let client = client(&portal, provider, &known).map_err(ApiError::internal)?;
    let state = LoginToken::new(portal.random.as_ref())?;
    // One cookie for all tabs: each trip has a state of its own.
    let browser = match browser(&jar) {
        Some(browser) => browser,
        None => LoginToken::new(portal.random.as_ref())?,
    };
    let verifier = PkceCodeVerifier::new(portal.random.token256()?);
    let sent = (CsrfToken::new(state.expose().to_owned()), Nonce::new(portal.random.token256()?));
    let nonce = sent.1.secret().clone();
    let ask = client
        .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, move || sent.0, move || sent.1)
        .add_scopes(provider.config.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let ask =
        if form.again { ask.set_max_age(std::time::Duration::ZERO).add_prompt(CoreAuthPrompt::Login) } else { ask };
    let (address, ..) = ask.url();
    let trip = Trip {
        state: state.id(),
        cookie: browser.id(),
        provider: provider.config.id.clone(),
        nonce,
        verifier: verifier.into_secret(),
        return_to: return_to::safe(form.return_to.as_deref()).to_owned(),
        previous: login,
        again: form.again,
        begun: moment(now),
    };
    let mut write = portal.store.write().await?;
    write.begin_trip(&trip).await?;
    write.commit().await?;
    let page = onward(&portal, Onward::to(address.as_str(), format!("Go to {}", provider.config.name))).await;
    Ok((jar.add(cookie(&browser)), page).into_response())
}

/// Whether a sign-in was made at this provider.
async fn came_from(portal: &Portal, login: Option<LoginId>, provider: &Provider) -> Result<bool, ApiError> {
    let Some(login) = login else { return Ok(false) };
    let from = portal.store.read().await?.provider_login(login).await?;
    Ok(from.is_some_and(|from| from.provider == provider.config.id))
}

/// The library's client for this provider.
pub(super) fn client(portal: &Portal, provider: &Provider, known: &Known) -> Result<Client, Cause> {
    use openidconnect::{AuthType, ClientId, ClientSecret, core::CoreClientAuthMethod};
    use secrecy::ExposeSecret;

    let config = &provider.config;
    let methods = known.metadata.token_endpoint_auth_methods_supported();
    let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
    // Without a word about it, Basic is what providers take (Discovery 3).
    let auth = if takes(CoreClientAuthMethod::ClientSecretBasic) { AuthType::BasicAuth } else { AuthType::RequestBody };
    let redirect = format!("{}{}", portal.config.origin(), paths::provider_callback(&config.id));
    let client = Client::from_provider_metadata(
        known.metadata.clone(),
        ClientId::new(config.client_id.clone()),
        Some(ClientSecret::new(config.client_secret.expose_secret().to_owned())),
    );
    Ok(client.set_auth_type(auth).set_redirect_uri(RedirectUrl::new(redirect)?))
}

/// What a browser shows that is on its way to a provider.
pub(super) fn browser(jar: &CookieJar) -> Option<LoginToken> {
    LoginToken::parse(jar.get(COOKIE)?.value())
}

fn cookie(browser: &LoginToken) -> Cookie<'static> {
    Cookie::build((COOKIE, browser.expose().to_owned()))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(TRIP)
        .build()
}

/// The sign-in page, saying why somebody did not get in.
pub(super) async fn refuse(portal: &Arc<Portal>, status: StatusCode, message: &str) -> Response {
    let outcome = FormOutcome { message: Some(message.to_owned()), ..FormOutcome::default() };
    pages::again(portal, Uri::from_static(paths::SIGN_IN), status, outcome, None).await
}

/// A page that leads on by itself. Not a redirect: `form-action` of our policy would
/// stop it on its way to a provider, and on the way back the new cookie, which is
/// Strict, would not be sent along.
pub(crate) async fn onward(portal: &Arc<Portal>, onward: Onward) -> Response {
    let mut request = Request::default();
    *request.uri_mut() = Uri::from_static(paths::SIGN_IN);
    request.extensions_mut().insert(onward);
    let page = pages::render(portal, request).await;
    // The address that it was loaded by may hold a code.
    let headers = HeaderMap::from_iter([(header::REFERRER_POLICY, http::HeaderValue::from_static("no-referrer"))]);
    (headers, page).into_response()
}
