//! The sandbox: an embedded signing service that speaks the signing API's contract.
//!
//! It is a real service over real HTTP, with a store that survives restarts and
//! kills, and with pages on which a signer signs. What it makes has no legal
//! effect: its identity provider believes everybody and its seal is a test one.
//!
//! - [`Sandbox::open`] opens the data directory, [`Sandbox::router`] is the HTTP
//!   side, [`Sandbox::run`] the background work, [`Sandbox::serve`] both on a socket.
//! - `step` decides what a session does next, without IO; `store` and `blobs` keep
//!   things; `signing` does the two final acts; `evidence` makes the signatures, and
//!   `packaging` the packages, by `container`.
//! - `events` tells those who subscribed what happened.
//! - `api` and `oauth` are the contract, `pages` is the signer's side, `control` is
//!   for tests and apart from both.
//!
//! docs/sandbox.md says how to use it and where it differs from the real service.

mod api;
mod blobs;
mod check;
pub mod clock;
pub mod container;
mod control;
mod events;
pub mod evidence;
mod extract;
mod identity;
#[cfg(test)]
mod judges;
mod keys;
mod oauth;
mod openapi;
mod packaging;
mod pages;
pub mod pdf;
mod private_files;
mod problem;
mod random;
mod service;
mod signing;
pub mod step;
mod store;
mod sweep;
#[cfg(test)]
mod tools;
mod tsa;

use std::{io, path::PathBuf, sync::Arc};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, header};
use secrecy::SecretString;
use time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use url::Url;

pub use random::{Random, SystemRandom};

use clock::Clock;
use service::{App, Service};

/// How long a connection may be silent between two requests. Clients keep theirs for up to a minute, and a
/// request sent on a connection that is just being closed fails.
const SILENCE_MAX: std::time::Duration = std::time::Duration::from_secs(75);

/// What a sandbox is started with.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Directory of the database, the documents and the keys. Made if it is missing; its owner's alone.
    pub data_dir: PathBuf,
    /// Address under which signers' browsers reach the router, for example `http://localhost:3001`.
    pub public_url: Url,
    /// The account that tokens name.
    pub account_id: String,
    /// Ids and secrets of the clients that may get tokens. A client may have several.
    pub clients: Vec<(String, SecretString)>,
    /// Names of the identity providers on offer when a session names none; at least one.
    pub identity_providers: Vec<String>,
    /// How long a token is good for. The real service takes 1 to 3600 s.
    pub token_ttl: Duration,
    /// For how many minutes a document is kept that no session refers to.
    pub orphan_minutes: i64,
    /// How long packages can be verified without asking the authority.
    pub package_level: container::Level,
    /// For how long after an event its delivery is tried, unless the subscription says otherwise: up to a week.
    pub event_lifetime: Duration,
    /// Whether `/__sandbox/*` is there. For tests alone: it asks for no credentials.
    pub control_plane: bool,
}

impl SandboxConfig {
    /// The contract's defaults: one identity provider, tokens for 600 s, orphans for 30 minutes; packages with a
    /// time stamp; no control plane. Events are tried for five minutes, which is as long as receivers should
    /// believe a signed time.
    #[must_use]
    pub fn new(data_dir: PathBuf, public_url: Url, clients: Vec<(String, SecretString)>) -> Self {
        Self {
            data_dir,
            public_url,
            account_id: "sandbox-account".to_owned(),
            clients,
            identity_providers: vec![identity::TEST_EID.to_owned()],
            token_ttl: Duration::seconds(600),
            orphan_minutes: contract::limits::ORPHAN_MINUTES,
            package_level: container::Level::Timestamped,
            event_lifetime: Duration::minutes(5),
            control_plane: false,
        }
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The configuration is wrong; says what and how to mend it.
    #[error("{field} {problem}")]
    Config {
        /// The field of [`SandboxConfig`].
        field: &'static str,
        /// What is wrong with it, and what would be right.
        problem: &'static str,
    },
    /// The data directory or a file in it cannot be used.
    #[error("the data directory {} cannot be used", path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The database cannot be opened or brought up to date.
    #[error("the database in the data directory cannot be opened")]
    Database(#[source] sqlx::Error),
    /// The test authority cannot be loaded or made.
    #[error("the test authority cannot be set up")]
    Authority(#[from] evidence::EvidenceError),
    /// The client that delivers events cannot be made.
    #[error("the HTTP client for events cannot be set up")]
    Sender(#[source] reqwest::Error),
}

/// The embedded signing service.
pub struct Sandbox(App);

impl Sandbox {
    /// Opens the data directory, or makes it, and gets everything ready to serve.
    ///
    /// # Errors
    /// See [`SandboxError`]; nothing runs then.
    pub async fn open(
        config: SandboxConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, SandboxError> {
        check_config(&config)?;
        let dir = config.data_dir.clone();
        let unusable = |source| SandboxError::DataDir { path: config.data_dir.clone(), source };
        private_files::create_dir(&dir).map_err(unusable)?;
        let keys = keys::Keys::load_or_create(&dir.join("secret.key"), random.as_ref()).map_err(unusable)?;
        let blobs = blobs::Blobs::open(dir.join("documents")).map_err(unusable)?;
        let authority =
            evidence::Authority::load_or_create(&dir, clock.now(), &mut |bytes: &mut [u8]| random.fill(bytes))?;
        let store = store::Store::open(&dir.join("sandbox.db")).await.map_err(|error| match error {
            sqlx::Error::Io(source) => unusable(source),
            error => SandboxError::Database(error),
        })?;
        let sender = events::Sender::new().map_err(SandboxError::Sender)?;
        let faults = control::Faults::default();
        let snapshots = control::Snapshots::open(dir.join("snapshots")).map_err(unusable)?;
        let clients = config.clients.clone().into();
        Ok(Self(App::new(Service {
            config,
            clients,
            clock,
            random,
            store,
            blobs,
            keys,
            authority,
            sender,
            faults,
            snapshots,
            crash: control::Crash::default(),
            packaging: packaging::Packaging::new(),
        })))
    }

    /// Everything that is served over HTTP. Serve it with connect info (`SocketAddr`), so that the
    /// evidence names the signer's network address.
    pub fn router(&self) -> Router {
        let app = &self.0;
        let mut router = Router::new()
            .nest("/sign", api::router(app))
            .nest("/events-management", events::router(app))
            .merge(oauth::router(app))
            .route("/openapi.json", get(openapi::serve))
            .route("/livez", get(|| async { "ok\n" }))
            .route("/tsa", post(tsa::stamp))
            .merge(pages::router());
        if app.config.control_plane {
            router = router.nest("/__sandbox", control::router());
        }
        router
            .fallback(api::not_found)
            .method_not_allowed_fallback(api::method_not_allowed)
            .layer(CatchPanicLayer::custom(problem::for_panic))
            .layer(middleware::from_fn_with_state(app.clone(), problem::finish))
            .layer(default_header(header::CACHE_CONTROL, "no-store"))
            .layer(default_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(default_header(header::REFERRER_POLICY, "no-referrer"))
            .with_state(app.clone())
    }

    /// Does the background work until `shutdown`: makes packages, delivers events, and sweeps at once and then every minute.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::select! {
            () = shutdown => {}
            () = sweep::work(&self.0) => {}
            () = packaging::work(&self.0) => {}
            () = events::work(&self.0) => {}
        }
    }

    /// Serves the router on `listener` and does the background work, until `shutdown`;
    /// then finishes the requests that are under way, for a while, and closes the database.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let stop = CancellationToken::new();
        let server = serve::Server::new(serve::Limits { head: SILENCE_MAX, ..serve::Limits::default() });
        let server = server.run(listener, self.router(), stop.clone());
        self.run(async {
            let (cut_off, ()) = tokio::join!(server, async {
                shutdown.await;
                stop.cancel();
            });
            if cut_off > 0 {
                tracing::warn!(connections = cut_off, "some requests did not end in time and are cut off");
            }
        })
        .await;
        self.0.store.close().await;
    }

    /// The root certificate that vouches for the sandbox's signatures, as PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        self.0.authority.root_pem()
    }
}

fn check_config(config: &SandboxConfig) -> Result<(), SandboxError> {
    let wrong = |field, problem| Err(SandboxError::Config { field, problem });
    if !matches!(config.public_url.scheme(), "http" | "https") {
        return wrong("public_url", "must be an http or https address");
    }
    if config.public_url.query().is_some() || config.public_url.fragment().is_some() {
        return wrong("public_url", "must have neither query nor fragment");
    }
    if config.token_ttl < Duration::seconds(1) || config.token_ttl > Duration::hours(1) {
        return wrong("token_ttl", "must be 1 to 3600 seconds");
    }
    if config.identity_providers.is_empty() || config.identity_providers.iter().any(|name| name.trim().is_empty()) {
        return wrong("identity_providers", "must be one name or more, none of them empty");
    }
    if config.orphan_minutes < 1 {
        return wrong("orphan_minutes", "must be at least 1");
    }
    if config.event_lifetime < Duration::seconds(1) || config.event_lifetime > events::LIFETIME_MAX {
        return wrong("event_lifetime", "must be one second to seven days");
    }
    Ok(())
}

fn default_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
