//! What is known of a provider: its discovery document and its keys.

use std::sync::Arc;

use app::backend::WayIn;
use openidconnect::{
    AdditionalProviderMetadata, EndSessionUrl, IssuerUrl, JsonWebKeySet, ProviderMetadata,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::{Host, Url};

use super::http::{Cause, Http};
use crate::config::{ProviderConfig, is_loopback};

/// How long what is known is taken as it is.
const FRESH: Duration = Duration::hours(1);
/// How long it is used while the provider cannot be asked again.
const STALE: Duration = Duration::hours(24);
/// How long nobody asks again after a provider failed.
const REST: Duration = Duration::seconds(5);
/// How often keys are fetched because one is unknown; whoever sends tokens with keys
/// of their own must not make the portal ask for each.
const KEYS_REST: Duration = Duration::minutes(1);

/// What discovery documents say beside what [`ProviderMetadata`] reads.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct More {
    /// OpenID Connect RP-Initiated Logout 1.0.
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
    /// RFC 9207: answers name their issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

pub(super) type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The keys by which a provider signs.
pub(super) type Keys = JsonWebKeySet<CoreJsonWebKey>;

/// Why a provider cannot be used now.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// Its discovery document or its keys cannot be had; try again later.
    #[error("the provider's discovery document or keys cannot be had")]
    Unavailable(#[source] Cause),
    /// It failed a moment ago and is left alone.
    #[error("the provider failed a moment ago")]
    Resting,
    /// Its discovery document leads where the portal does not go; an operator has to look.
    #[error("the provider's discovery document has an address that is not allowed: {0}")]
    Address(&'static str),
}

/// A provider as it was when it was asked last.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) metadata: Metadata,
    pub(super) keys: Keys,
    at: OffsetDateTime,
}

#[derive(Default)]
struct Memory {
    known: Option<Arc<Known>>,
    failed_at: Option<OffsetDateTime>,
    keys_at: Option<OffsetDateTime>,
}

/// A provider.
pub(crate) struct Provider {
    pub(crate) config: ProviderConfig,
    pub(super) http: Http,
    issuer: IssuerUrl,
    /// Held while the provider is asked, so that one request asks for all.
    memory: Mutex<Memory>,
}

impl Provider {
    /// A provider that was not asked yet.
    ///
    /// # Errors
    /// Its certificates or its issuer cannot be used.
    pub(super) fn new(config: ProviderConfig) -> Result<Self, Cause> {
        Ok(Self {
            http: Http::new(config.reach, &config.authorities_pem)?,
            issuer: IssuerUrl::new(config.issuer.clone())?,
            memory: Mutex::default(),
            config,
        })
    }

    /// What people see of it.
    pub(super) fn way_in(&self) -> WayIn {
        WayIn { id: self.config.id.clone(), name: self.config.name.clone() }
    }

    pub(super) fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// What is known of it; asks it when that is nothing, or old.
    ///
    /// # Errors
    /// As [`DiscoveryError`] says.
    pub(super) async fn known(&self, now: OffsetDateTime) -> Result<Arc<Known>, DiscoveryError> {
        let mut memory = self.memory.lock().await;
        if let Some(known) = memory.known.as_ref().filter(|known| now < known.at + FRESH) {
            return Ok(Arc::clone(known));
        }
        let found = match memory.failed_at {
            Some(at) if now < at + REST => Err(DiscoveryError::Resting),
            _ => self.discover(now).await,
        };
        match found {
            Ok(known) => {
                *memory = Memory { known: Some(Arc::clone(&known)), failed_at: None, keys_at: None };
                Ok(known)
            }
            Err(error) => {
                if !matches!(error, DiscoveryError::Resting) {
                    memory.failed_at = Some(now);
                    tracing::warn!(provider = %self.config.id, error = %crate::error::chain(&error), "a provider cannot be used");
                }
                memory.known.clone().filter(|known| now < known.at + STALE).ok_or(error)
            }
        }
    }

    /// Asks it, whatever is known.
    ///
    /// # Errors
    /// As [`DiscoveryError`] says.
    pub(super) async fn discover(&self, now: OffsetDateTime) -> Result<Arc<Known>, DiscoveryError> {
        // The library compares the issuer with the one that was asked for.
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| DiscoveryError::Unavailable(error.into()))?;
        self.check(&metadata)?;
        Ok(Arc::new(Known { keys: metadata.jwks().clone(), metadata, at: now }))
    }

    /// The same with its keys of now, because a token names one that is not among
    /// them; `None` if they were asked for a moment ago.
    pub(super) async fn with_newer_keys(&self, known: &Known, now: OffsetDateTime) -> Option<Known> {
        let mut memory = self.memory.lock().await;
        if memory.keys_at.is_some_and(|at| now < at + KEYS_REST) {
            // Perhaps another request got them.
            return memory.known.as_deref().filter(|newer| newer.keys != known.keys).cloned();
        }
        memory.keys_at = Some(now);
        let keys = Keys::fetch_async(known.metadata.jwks_uri(), &self.http).await.inspect_err(
            |error| tracing::warn!(provider = %self.config.id, error = %crate::error::chain(error), "a provider's keys cannot be had"),
        );
        let newer = Known { keys: keys.ok()?, ..known.clone() };
        memory.known = Some(Arc::new(newer.clone()));
        Some(newer)
    }

    /// A document must not send the portal's secret, or itself, where settings do not allow.
    fn check(&self, metadata: &Metadata) -> Result<(), DiscoveryError> {
        let token = metadata.token_endpoint().ok_or(DiscoveryError::Address("token_endpoint"))?;
        let end_session = metadata.additional_metadata().end_session_endpoint.as_ref().map(|url| url.url());
        for (name, url) in [
            ("authorization_endpoint", metadata.authorization_endpoint().url()),
            ("token_endpoint", token.url()),
            ("jwks_uri", metadata.jwks_uri().url()),
        ]
        .into_iter()
        .chain(end_session.map(|url| ("end_session_endpoint", url)))
        {
            if !self.allows(url) {
                return Err(DiscoveryError::Address(name));
            }
        }
        Ok(())
    }

    fn allows(&self, url: &Url) -> bool {
        match (url.scheme(), self.config.reach) {
            // Numbers pass by the resolver that keeps to public addresses.
            ("https", upstream::Reach::Public) => matches!(url.host(), Some(Host::Domain(_))),
            ("https", upstream::Reach::Private) => true,
            ("http", _) => self.issuer.url().scheme() == "http" && is_loopback(url),
            _ => false,
        }
    }
}
