//! How to reach the signing API.

use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use crate::{BreakerLimits, PoolSizes};

/// Where requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// To public addresses by https only: the vendor's API.
    #[default]
    Public,
    /// To any address, also by plain http: the embedded signing service on
    /// loopback, or one on a private network.
    Private,
}

/// How to reach the signing API.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API's address, for example `https://api.signicat.com/sign`.
    pub base_url: Url,
    /// The OAuth token endpoint, for example `https://api.signicat.com/auth/open/connect/token`.
    pub token_url: Url,
    /// The API client's id.
    pub client_id: String,
    /// The API client's secret.
    pub client_secret: SecretString,
    /// Where requests may go.
    pub reach: Reach,
    /// Certificates of authorities to trust beside the system's, in PEM.
    pub authorities_pem: Vec<u8>,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// Longest wait before a failed read or delete is tried again; it doubles for
    /// the second and last time. The wait is a random part of it.
    pub retry_wait: Duration,
    /// When an API that fails is left to rest.
    pub breaker: BreakerLimits,
    /// How many calls there may be at once.
    pub pools: PoolSizes,
    /// Longest answer other than a document, in bytes.
    pub answer_bytes_max: usize,
    /// Largest document downloaded, in bytes. Results are larger than what was
    /// uploaded: a package holds up to 100 documents.
    pub download_bytes_max: u64,
}

impl Settings {
    /// Settings with the usual limits.
    #[must_use]
    pub fn new(
        base_url: Url,
        token_url: Url,
        client_id: impl Into<String>,
        client_secret: SecretString,
        reach: Reach,
    ) -> Self {
        Self {
            base_url,
            token_url,
            client_id: client_id.into(),
            client_secret,
            reach,
            authorities_pem: Vec::new(),
            deadlines: Deadlines::default(),
            retry_wait: Duration::from_millis(200),
            breaker: BreakerLimits::default(),
            pools: PoolSizes::default(),
            answer_bytes_max: 4 * 1024 * 1024,
            download_bytes_max: 256 * 1024 * 1024,
        }
    }

    /// Checks what can be checked without the network.
    ///
    /// # Errors
    /// The first thing that is wrong, by the setting's name.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        for (name, url) in [("base URL", &self.base_url), ("token URL", &self.token_url)] {
            let scheme_ok = url.scheme() == "https" || (url.scheme() == "http" && self.reach == Reach::Private);
            if !scheme_ok {
                return Err(SettingsError::Scheme(name));
            }
            if !url.username().is_empty()
                || url.password().is_some()
                || url.query().is_some()
                || url.fragment().is_some()
            {
                return Err(SettingsError::Decorated(name));
            }
            let private = match url.host() {
                Some(Host::Ipv4(ip)) => !crate::client::is_public(ip.into()),
                Some(Host::Ipv6(ip)) => !crate::client::is_public(ip.into()),
                _ => false,
            };
            if private && self.reach == Reach::Public {
                return Err(SettingsError::PrivateAddress(name));
            }
        }
        if self.client_id.trim().is_empty() {
            return Err(SettingsError::NoClientId);
        }
        Ok(())
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The address has the wrong scheme.
    #[error("the signing API's {0} must begin with https:// (http:// is for the embedded service only)")]
    Scheme(&'static str),
    /// The address has parts that belong elsewhere.
    #[error("the signing API's {0} must have no user name, password, query or fragment")]
    Decorated(&'static str),
    /// The address is not a public one.
    #[error("the signing API's {0} must not be a private or link-local address")]
    PrivateAddress(&'static str),
    /// There is no client id.
    #[error("the signing API's client id is missing")]
    NoClientId,
    /// The additional certificates cannot be read.
    #[error("the certificates of additional authorities are not valid PEM")]
    Authorities(#[source] reqwest::Error),
    /// The TLS set-up of this machine is of no use, for example for want of root certificates.
    #[error("the HTTP client cannot be built; does this machine have root certificates?")]
    Client(#[source] reqwest::Error),
}

/// How long the parts of a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From nothing to a connection, name lookup and TLS included.
    pub connect: Duration,
    /// From sending a request to the head of its answer.
    pub head: Duration,
    /// The same, for creates and for the answer to an upload after its last byte.
    pub create_head: Duration,
    /// Silence between two pieces of a body, either way.
    pub idle: Duration,
    /// A whole call with its repetitions, other than a document's transfer.
    pub total: Duration,
    /// A whole transfer of a document.
    pub transfer: Duration,
    /// Getting an access token, repetitions included.
    pub token: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            head: Duration::from_secs(10),
            create_head: Duration::from_secs(20),
            idle: Duration::from_secs(15),
            total: Duration::from_secs(30),
            transfer: Duration::from_secs(600),
            token: Duration::from_secs(15),
        }
    }
}
