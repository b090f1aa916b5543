//! Puts the portal together, runs it, and takes it apart.

use std::{fs::File, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use ::upstream::{BreakerLimits, SigningApi};
use app::{model::Action, paths};
use argon2::Params;
use axum::Router;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use url::Url;

use crate::{
    audit::{
        self, Act, By,
        heads::{HeadsKey, HeadsKeyError},
    },
    auth::{
        self, Auth, KeyError, Vault,
        oidc::{ProviderError, Providers},
    },
    clock::{Clock, SystemClock},
    collections,
    config::Config,
    embed::{self, Embed},
    error::chain,
    live,
    metrics::{self, Metrics},
    random::{Random, RandomError, SystemRandom},
    router,
    secrets::{self, Watched},
    security::limits::Walls,
    site::Site,
    state::Portal,
    store::{OpenError, Store, StoreError},
    upstream::{self, ConnectError},
    webhooks,
};

/// How long requests may take to end when the portal stops, and then the work that they left.
const DRAIN: Duration = Duration::from_secs(10);

/// What the machine gives, and what tests give instead.
pub struct Machine {
    /// Time, for the portal.
    pub clock: Arc<dyn Clock>,
    /// Time, for the embedded signing service.
    pub sandbox_clock: Arc<dyn sandbox::clock::Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// How dear a password's hash is.
    pub password_cost: Params,
    /// When a signing API that fails is left to rest.
    pub breaker: BreakerLimits,
    /// What stands between the portal and the signing API.
    pub between: Between,
}

/// Given the signing API, answers what the portal takes for it.
pub type Between = Box<dyn FnOnce(Arc<dyn SigningApi>) -> Arc<dyn SigningApi> + Send>;

impl Default for Machine {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            sandbox_clock: Arc::new(sandbox::clock::SystemClock),
            random: Arc::new(SystemRandom),
            password_cost: auth::standard_cost(),
            breaker: BreakerLimits::default(),
            between: Box::new(std::convert::identity),
        }
    }
}

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("setting {setting}: cannot listen on {address}; is it in use?")]
pub struct ListenError {
    setting: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// Why the portal does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("setting data_dir: {} cannot be used", .path.display())]
    DataDir {
        /// The directory.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Another portal uses the data directory.
    #[error("setting data_dir: another portal is running on {}; stop it, or choose another directory", .0.display())]
    InUse(PathBuf),
    /// The address is taken.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The database cannot be opened.
    #[error("the portal's database cannot be opened")]
    Database(#[from] OpenError),
    /// The database cannot be read.
    #[error("the portal's database cannot be read")]
    Store(#[from] StoreError),
    /// The key in the data directory cannot be used.
    #[error("setting data_dir: {0}")]
    Key(#[from] KeyError),
    /// There is no signing API.
    #[error(transparent)]
    Upstream(#[from] ConnectError),
    /// A provider's settings cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// There are no keys for widgets.
    #[error(transparent)]
    Embed(#[from] embed::KeysError),
    /// There is no key to sign the audit trail's heads with.
    #[error(transparent)]
    HeadsKey(#[from] HeadsKeyError),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The public address is none that browsers could send.
    #[error("setting public_url: is no origin that browsers could send")]
    Origin(#[from] tower_http::csrf::ConfigError),
}

/// Why open sessions could not be asked about.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The database failed.
    #[error("the portal's database failed")]
    Store(#[from] StoreError),
    /// The signing API does not answer; try again later.
    #[error("the signing service does not answer; try again later")]
    Silent,
}

/// A portal that listens and is ready to run.
pub struct Server {
    portal: Arc<Portal>,
    router: Router,
    listener: TcpListener,
    address: SocketAddr,
    metrics: Option<(TcpListener, SocketAddr)>,
    embedded: Option<upstream::Embedded>,
    secret: Option<Watched>,
    setup_token: Option<String>,
    heads: HeadsKey,
    /// Keeps other portals away from the data directory.
    lock: File,
}

impl Server {
    /// Opens the data directory, the sockets and the signing API.
    ///
    /// # Errors
    /// As [`StartError`] says; nothing runs then.
    pub async fn open(mut config: Config, machine: Machine) -> Result<Self, StartError> {
        let lock = own(&config.data_dir)?;
        let (listener, address) = bind("listen", config.listen).await?;
        config.public_url = upstream::with_port(&config.public_url, address);
        let metrics = match config.metrics {
            Some(address) => Some(bind("metrics.listen", address).await?),
            None => None,
        };
        let heads = HeadsKey::open(&config.data_dir, machine.random.as_ref())?;
        let store = Store::open(&config.database()).await?;
        let are_sealed = !store.read().await?.with_factor().await?.is_empty();
        let vault = Vault::open(config.data_dir.join("secrets.key"), are_sealed, machine.random.as_ref())?;
        let connected = upstream::connect(
            &config.upstream,
            &config.data_dir,
            machine.random.as_ref(),
            machine.sandbox_clock,
            machine.breaker,
        )
        .await?;
        let subscriber = connected.embedded.as_ref().and_then(|embedded| embedded.subscriber.as_ref());
        let sources = config.webhooks.as_ref().map(webhooks::Source::from).into_iter();
        let sources = sources.chain(subscriber.map(upstream::Subscriber::source)).collect();
        let embed = Embed::open(&config.data_dir, machine.random.as_ref())?;
        let site = Site::open(&config.site_root);
        let portal = Arc::new(Portal {
            leptos: site.leptos_options(&config.site_root),
            site,
            store,
            upstream: (machine.between)(connected.api),
            vitals: connected.vitals,
            auth: Auth::new(machine.password_cost, Arc::clone(&machine.random), vault),
            started: crate::clock::moment(machine.clock.now()),
            providers: Providers::new(&config.providers)?,
            clock: machine.clock,
            random: machine.random,
            embed,
            hub: live::Hub::default(),
            webhooks: webhooks::Receiver::new(sources),
            metrics: Metrics::default(),
            walls: Walls::new(&config.limits),
            reload: watch::Sender::new(()),
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            config,
        });
        collections::reconcile::at_start(&portal).await?;
        recorded(&portal, Action::PortalStarted).await?;
        let is_made = portal.store.read().await?.any_account().await?;
        let setup_token = if is_made || !portal.config.login.local {
            None
        } else {
            Some(portal.auth.setup().print(portal.random.as_ref(), portal.clock.now())?)
        };
        let router = router::router(&portal)?;
        Ok(Self {
            portal,
            router,
            listener,
            address,
            metrics,
            embedded: connected.embedded,
            secret: connected.secret,
            setup_token,
            heads,
            lock,
        })
    }

    /// What its requests share.
    #[must_use]
    pub fn portal(&self) -> &Arc<Portal> {
        &self.portal
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where metrics are, if anywhere.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|(_, address)| *address)
    }

    /// The address of the embedded signing service, if there is one.
    #[must_use]
    pub fn sandbox_url(&self) -> Option<&Url> {
        self.embedded.as_ref().map(|embedded| &embedded.public_url)
    }

    /// The link by which the first account is made, if there is none yet. A secret.
    #[must_use]
    pub fn setup_link(&self) -> Option<String> {
        let token = self.setup_token.as_deref()?;
        Some(format!("{}{}?token={token}", self.portal.config.origin(), paths::SETUP))
    }

    /// Asks the signing API once about every session that can still change, and stops.
    /// Nothing is served meanwhile but the embedded signing service.
    ///
    /// # Errors
    /// As [`ReconcileError`] says.
    pub async fn reconcile(self) -> Result<Vec<live::Change>, ReconcileError> {
        let Self { portal, embedded, lock, .. } = self;
        let stop = CancellationToken::new();
        let service = embedded.map(|embedded| AbortOnDropHandle::new(tokio::spawn(embedded.run(stop.clone()))));
        let outcome = live::reconcile(&portal).await;
        stop.cancel();
        if let Some(service) = service {
            let _ = service.await;
        }
        recorded(&portal, Action::PortalStopped).await?;
        portal.store.close().await;
        drop(lock);
        outcome?.ok_or(ReconcileError::Silent)
    }

    /// Serves until the portal's shutdown token is cancelled, then ends what is under way.
    pub async fn run(self) {
        let Self { portal, router, listener, address, metrics, mut embedded, secret, heads, lock, .. } = self;
        let subscriber = embedded.as_mut().and_then(|embedded| embedded.subscriber.take());
        // The signing service goes last: ending requests may still need it.
        let service = embedded.map(|embedded| {
            let stop = CancellationToken::new();
            (AbortOnDropHandle::new(tokio::spawn(embedded.run(stop.clone()))), stop)
        });
        portal.tasks.spawn(auth::sweep(Arc::clone(&portal)));
        portal.tasks.spawn(audit::heads::run(Arc::clone(&portal), heads));
        portal.tasks.spawn(live::run(Arc::clone(&portal)));
        if let Some(secret) = secret {
            portal.tasks.spawn(secrets::watch(Arc::clone(&portal), secret));
        }
        portal.tasks.spawn(webhooks::run(Arc::clone(&portal)));
        if let Some(subscriber) = subscriber {
            portal.tasks.spawn(webhooks::subscribe(Arc::clone(&portal), subscriber, address));
        }
        let server = serve::Server::new(serve::Limits {
            connections: portal.config.limits.connections,
            per_address: portal.config.limits.connections_per_address,
            proxies: portal.config.trusted_proxies.clone(),
            drain: DRAIN,
            ..serve::Limits::default()
        });
        // Operators can watch the portal stop.
        let watched = metrics.map(|(listener, _)| {
            let router = metrics::router(Arc::clone(&portal), server.connections());
            let running = serve::Server::new(serve::Limits { connections: 16, ..serve::Limits::default() });
            AbortOnDropHandle::new(tokio::spawn(running.run(listener, router, CancellationToken::new())))
        });
        let cut_off = server.run(listener, router, portal.shutdown.clone()).await;
        if cut_off > 0 {
            tracing::warn!(connections = cut_off, "some requests did not end in time and are cut off");
        }
        portal.tasks.close();
        if tokio::time::timeout(DRAIN, portal.tasks.wait()).await.is_err() {
            tracing::warn!("some background work did not end in time and is cut off");
        }
        if let Some((running, stop)) = service {
            stop.cancel();
            if running.await.is_err() {
                tracing::error!("the embedded signing service ended by a fault of its own");
            }
        }
        if let Err(error) = recorded(&portal, Action::PortalStopped).await {
            tracing::error!(error = %chain(&error), "the end could not be recorded");
        }
        portal.store.close().await;
        drop((watched, lock));
        tracing::info!("stopped");
    }
}

/// Records that the portal starts or stops.
async fn recorded(portal: &Portal, action: Action) -> Result<(), StoreError> {
    let mut change = portal.store.write().await?;
    portal.record_at_large(&mut change, &By::PORTAL, Act::done(action)).await?;
    change.commit().await
}

/// Listens, and says which setting is wrong when that fails.
pub(crate) async fn bind(setting: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let failed = |source| ListenError { setting, address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Makes the data directory, its owner's alone, and keeps other portals away from it.
fn own(path: &PathBuf) -> Result<File, StartError> {
    let failed = |source| StartError::DataDir { path: path.clone(), source };
    std::fs::create_dir_all(path).map_err(failed)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(failed)?;
    let lock = File::create(path.join("portal.lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::InUse(path.clone())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}
