//! Signing out at the provider as well (OpenID Connect RP-Initiated Logout 1.0).
//!
//! No ID token is kept for it: the provider knows this portal by its client id, and
//! may ask the person whether they mean it.

use std::time::Duration;

use app::paths;
use openidconnect::{ClientId, LogoutRequest, PostLogoutRedirectUrl};
use url::Url;

use crate::{auth::LoginId, error::ApiError, state::Portal, store::Connection};

/// How long signing out here waits for a provider that has to be asked first.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where a sign-in that ends leads at its provider, with the provider's name; nowhere
/// if it was made here, or settings say so, or the provider does not offer it.
///
/// # Errors
/// The database is out of reach.
pub(crate) async fn way_out(
    portal: &Portal,
    connection: &mut Connection,
    login: LoginId,
) -> Result<Option<(Url, String)>, ApiError> {
    let Some(from) = connection.provider_login(login).await? else { return Ok(None) };
    let Some(provider) = portal.providers.find(&from.provider).filter(|provider| provider.config.logout) else {
        return Ok(None);
    };
    let known = tokio::time::timeout(PATIENCE, provider.known(portal.clock.now())).await;
    let Ok(Ok(known)) = known else { return Ok(None) };
    let Some(endpoint) = known.metadata.additional_metadata().end_session_endpoint.clone() else { return Ok(None) };
    let back = format!("{}{}", portal.config.origin(), paths::SIGN_IN);
    let back = PostLogoutRedirectUrl::new(back).map_err(ApiError::internal)?;
    let request = LogoutRequest::from(endpoint)
        .set_client_id(ClientId::new(provider.config.client_id.clone()))
        .set_post_logout_redirect_uri(back);
    Ok(Some((request.http_get_url(), provider.config.name.clone())))
}
