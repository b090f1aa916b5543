//! Signing in at OpenID providers.
//!
//! A sign-in is a *trip*: it begins here with a form ([`begin`]), goes on at the
//! provider, and ends with the provider's answer ([`callback`]), which is worth
//! something once, for ten minutes, in the browser that set out. Code, PKCE, nonce and
//! state are those of OpenID Connect Core; what an ID token must be is in [`claims`].
//!
//! People are known by issuer and subject ([`account`]). What they may do is what the
//! provider says at each sign-in ([`mapping`]); their name and mail address decide nothing.
//!
//! Tokens are not stored. What the provider said of a sign-in is a row of
//! [`store::providers`](crate::store::providers): whose it is, the provider's session
//! for its notices of sign-outs ([`notices`]), and when and how the person proved who
//! they are. Acts that ask for a fresh proof send people to the provider once more
//! ([`way_back`]).

mod account;
mod begin;
mod callback;
mod claims;
mod health;
mod http;
mod logout;
mod mapping;
mod notices;
mod provider;

use app::{backend::WayIn, paths};
use time::OffsetDateTime;

use super::LoginId;
use crate::{
    config::ProviderConfig,
    error::ApiError,
    rights::{Access, Routes},
    state::Portal,
    store::{Connection, StoreError},
};

pub(crate) use begin::onward;
pub(crate) use logout::way_out;
use provider::Provider;

/// Sign-in at providers, and their notices of sign-outs.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .post(paths::PROVIDER_SIGN_IN, Access::Anyone, begin::begin)
        .get(paths::PROVIDER_CALLBACK_ROUTE, Access::Anyone, callback::callback)
        .post(paths::LOGOUT_NOTICES, Access::Machines, notices::take)
}

/// A provider's settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("setting providers.{id}: its issuer or its certificates cannot be used")]
pub struct ProviderError {
    id: String,
    source: http::Cause,
}

/// The providers at which people may sign in.
pub struct Providers(Vec<Provider>);

impl Providers {
    /// Those of the settings. None is asked yet.
    ///
    /// # Errors
    /// A provider's settings cannot be used.
    pub fn new(configs: &[ProviderConfig]) -> Result<Self, ProviderError> {
        let provider = |config: &ProviderConfig| {
            Provider::new(config.clone()).map_err(|source| ProviderError { id: config.id.clone(), source })
        };
        configs.iter().map(provider).collect::<Result<_, _>>().map(Self)
    }

    fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    fn find(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.config.id == id)
    }

    /// The name for people of an issuer.
    pub(crate) fn name_of(&self, issuer: &str) -> Option<&str> {
        self.iter().find(|provider| provider.config.issuer == issuer).map(|provider| provider.config.name.as_str())
    }

    /// What the sign-in page offers.
    pub(crate) fn ways_in(&self) -> Vec<WayIn> {
        self.iter().map(Provider::way_in).collect()
    }
}

/// The provider at which the owner of this sign-in can show once more who they are;
/// nowhere if the sign-in was made here.
///
/// A form that posts `provider`, `again=true` and `return_to` to
/// [`paths::PROVIDER_SIGN_IN`] sends them there (`max_age=0`, `prompt=login`). The
/// sign-in that follows takes the place of this one; it is the same person's, and its
/// proof is younger than the form.
///
/// # Errors
/// The database is out of reach.
pub(crate) async fn way_back(portal: &Portal, id: LoginId) -> Result<Option<WayIn>, ApiError> {
    let login = portal.store.read().await?.provider_login(id).await?;
    let provider = login.and_then(|login| portal.providers.find(&login.provider));
    Ok(provider.map(Provider::way_in))
}

/// Forgets trips that nobody ended, and notices that could not be repeated any more.
///
/// # Errors
/// As [`StoreError`] says.
pub(super) async fn sweep(connection: &mut Connection, now: OffsetDateTime) -> Result<(), StoreError> {
    connection.forget_trips(now - begin::TRIP, now).await
}
