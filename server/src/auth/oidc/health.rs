//! The providers as an admin sees them: how they are set up, and whether they work now.

use app::{model::ProviderView, paths};

use super::provider::{DiscoveryError, Provider};
use crate::{
    error::{ApiError, chain},
    state::Portal,
};

impl super::Providers {
    /// All of them, each asked just now.
    ///
    /// # Errors
    /// The database is out of reach.
    pub(crate) async fn look(&self, portal: &Portal) -> Result<Vec<ProviderView>, ApiError> {
        let now = portal.clock.now();
        let checks = futures_util::future::join_all(self.iter().map(|provider| provider.discover(now))).await;
        let mut views = Vec::new();
        let mut read = portal.store.read().await?;
        for (provider, check) in self.iter().zip(checks) {
            let comers = read.comers(&provider.config.issuer).await?;
            let trouble = check.as_ref().err().map(|error| trouble(provider, error));
            let known = check.ok();
            let config = &provider.config;
            let origin = portal.config.origin();
            views.push(ProviderView {
                name: config.name.clone(),
                id: config.id.clone(),
                issuer: config.issuer.clone(),
                client_id: config.client_id.clone(),
                claim: config.claim.clone(),
                roles: config.roles.iter().map(|(value, role)| (value.clone(), *role)).collect(),
                default_role: config.default_role,
                trouble,
                ends_there: config.logout
                    && known.is_some_and(|known| known.metadata.additional_metadata().end_session_endpoint.is_some()),
                people: comers.people,
                last: comers.last,
                redirect_uri: format!("{origin}{}", paths::provider_callback(&config.id)),
                logout_uri: format!("{origin}{}", paths::SIGN_IN),
                notices_uri: format!("{origin}{}", paths::LOGOUT_NOTICES),
            });
        }
        Ok(views)
    }
}

/// What is wrong, and what to do about it.
fn trouble(provider: &Provider, error: &DiscoveryError) -> String {
    tracing::warn!(provider = %provider.config.id, error = %chain(error), "a provider cannot be used");
    match error {
        DiscoveryError::Unavailable(_) | DiscoveryError::Resting => format!(
            "Its discovery document or its keys cannot be had, or name another issuer. Compare the setting \
             providers.{}.issuer with the document at {}/.well-known/openid-configuration; the log has the cause.",
            provider.config.id,
            provider.config.issuer.trim_end_matches('/')
        ),
        DiscoveryError::Address(name) => {
            format!("Its discovery document has an address in {name} that the setting reach does not allow.")
        }
    }
}
