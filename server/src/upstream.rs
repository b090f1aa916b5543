//! The one place that chooses between the embedded signing service and a vendor's.

use std::{net::SocketAddr, path::Path, sync::Arc};

use sandbox::{Sandbox, SandboxError};
use secrecy::SecretString;
use time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use upstream::{BreakerLimits, HttpSigningApi, Reach, Settings, SettingsError, SigningApi, UpstreamError, Vitals};
use url::Url;

use crate::{
    config::{SandboxConfig, UpstreamKind},
    random::{Random, RandomError},
    secrets::Watched,
    start::bind,
    webhooks::{self, Encoding, Scheme},
};

/// The API client that the portal is at the embedded service.
const SANDBOX_CLIENT: &str = "sandbox-calm-heron-164";

/// The account that the embedded service names in its events.
const SANDBOX_ACCOUNT: &str = "sandbox-account";

/// Why the signing API cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The settings of the account are wrong.
    #[error("the signing API's settings cannot be used")]
    Settings(#[from] SettingsError),
    /// The embedded service does not start.
    #[error("the embedded signing service does not start")]
    Sandbox(#[from] SandboxError),
    /// The embedded service's address is taken.
    #[error(transparent)]
    Listen(#[from] crate::start::ListenError),
    /// An address cannot be made.
    #[error("the embedded signing service's address cannot be made")]
    Address(#[from] url::ParseError),
    /// There is no secret to be had.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The signing API, and the embedded service if that is what it is.
pub(crate) struct Connected {
    pub(crate) api: Arc<dyn SigningApi>,
    pub(crate) vitals: Vitals,
    pub(crate) embedded: Option<Embedded>,
    /// The account's secret, if it is in a file.
    pub(crate) secret: Option<Watched>,
}

/// The embedded service, ready to serve.
pub(crate) struct Embedded {
    pub(crate) public_url: Url,
    /// By whom the service is asked for its events, if it is.
    pub(crate) subscriber: Option<Subscriber>,
    sandbox: Sandbox,
    listener: TcpListener,
}

impl Embedded {
    /// Serves until `shutdown`.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        self.sandbox.serve(self.listener, shutdown.cancelled()).await;
    }
}

/// Asks the embedded service for its events.
pub(crate) struct Subscriber {
    api: Arc<HttpSigningApi>,
    secret: SecretString,
}

impl Subscriber {
    /// What its events are known by.
    pub(crate) fn source(&self) -> webhooks::Source {
        webhooks::Source {
            scheme: Scheme::OfBody { header: Scheme::DEFAULT_HEADER, encoding: Encoding::Hex },
            secrets: vec![self.secret.clone()],
            account: SANDBOX_ACCOUNT.to_owned(),
        }
    }

    /// Has events posted to the portal that listens at `address`.
    pub(crate) async fn subscribe(&self, address: SocketAddr) -> Result<(), SubscribeError> {
        let receiver = format!("http://{address}{}", app::paths::WEBHOOK).parse()?;
        Ok(self.api.subscribe(&receiver, &self.secret).await?)
    }
}

/// Why there is no subscription yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubscribeError {
    /// The receiver's address cannot be made.
    #[error("the receiver's address cannot be made")]
    Address(#[from] url::ParseError),
    /// The service did not take it; ask again.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Gets the signing API ready. The embedded service is reached like any other: by
/// HTTP, with a client id and a secret, which is made anew at each start.
pub(crate) async fn connect(
    kind: &UpstreamKind,
    data_dir: &Path,
    random: &dyn Random,
    clock: Arc<dyn sandbox::clock::Clock>,
    breaker: BreakerLimits,
) -> Result<Connected, ConnectError> {
    match kind {
        UpstreamKind::Http(account) => {
            let mut settings = account.settings.clone();
            settings.breaker = breaker;
            let used = settings.client_secret.clone();
            let api = HttpSigningApi::new(settings)?;
            let rotation = api.rotation();
            let secret = account.secret_file.clone().map(|file| Watched { file, rotation, used });
            Ok(Connected { vitals: api.vitals(), api: Arc::new(api), embedded: None, secret })
        }
        UpstreamKind::Sandbox(config) => {
            let (listener, address) = bind("sandbox.listen", config.listen).await?;
            let secret = SecretString::from(random.token256()?);
            let public_url = with_port(&config.public_url, address);
            let sandbox = open(config, &public_url, data_dir, secret.clone(), clock).await?;
            let mut settings = Settings::new(
                format!("http://{address}/sign").parse()?,
                format!("http://{address}/auth/open/connect/token").parse()?,
                SANDBOX_CLIENT,
                secret,
                Reach::Private,
            );
            settings.breaker = breaker;
            let api = Arc::new(HttpSigningApi::new(settings)?);
            let subscriber = match config.events {
                true => Some(Subscriber { api: Arc::clone(&api), secret: SecretString::from(random.token256()?) }),
                false => None,
            };
            let embedded = Some(Embedded { public_url, subscriber, sandbox, listener });
            Ok(Connected { vitals: api.vitals(), api, embedded, secret: None })
        }
    }
}

async fn open(
    config: &SandboxConfig,
    public_url: &Url,
    data_dir: &Path,
    secret: SecretString,
    clock: Arc<dyn sandbox::clock::Clock>,
) -> Result<Sandbox, SandboxError> {
    let clients = vec![(SANDBOX_CLIENT.to_owned(), secret)];
    let mut settings = sandbox::SandboxConfig::new(data_dir.join("sandbox"), public_url.clone(), clients);
    SANDBOX_ACCOUNT.clone_into(&mut settings.account_id);
    settings.token_ttl = Duration::seconds(config.token_ttl_seconds.into());
    settings.package_level = config.package_level;
    settings.control_plane = config.control_plane;
    Sandbox::open(settings, clock, Arc::new(sandbox::SystemRandom)).await
}

/// The public address, with the port that was given for port 0.
pub(crate) fn with_port(url: &Url, address: SocketAddr) -> Url {
    let mut url = url.clone();
    if url.port() == Some(0) {
        // Fails only for addresses without a host, which are refused before.
        let _ = url.set_port(Some(address.port()));
    }
    url
}
