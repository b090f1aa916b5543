//! What every request shares.

use std::sync::Arc;

use app::model::Moment;
use leptos::config::LeptosOptions;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use upstream::SigningApi;

use crate::{
    auth::{Auth, oidc::Providers},
    clock::Clock,
    config::Config,
    embed::Embed,
    live::Hub,
    metrics::Metrics,
    random::Random,
    security::limits::Walls,
    site::Site,
    store::Store,
    webhooks::Receiver,
};

/// The running portal.
pub struct Portal {
    /// Its settings.
    pub config: Config,
    /// Its rows.
    pub store: Store,
    /// The signing API.
    pub upstream: Arc<dyn SigningApi>,
    /// How the signing API does.
    pub vitals: upstream::Vitals,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// What signing in needs beside the database.
    pub auth: Auth,
    /// Where people may sign in beside here.
    pub providers: Providers,
    /// What widgets need beside the database.
    pub embed: Embed,
    /// What is counted for operators.
    pub metrics: Metrics,
    /// Who asks too often, and what is too much at once.
    pub walls: Walls,
    /// The browser's files.
    pub site: Site,
    /// What pages need to know of the browser's files.
    pub leptos: LeptosOptions,
    /// Wakes live streams; `Hub::default()`.
    pub hub: Hub,
    /// When it was put together.
    pub started: Moment,
    /// Told when files that may change are to be read now.
    pub reload: watch::Sender<()>,
    /// Whose events are believed.
    pub webhooks: Receiver,
    /// Ends streams and background work when the portal stops.
    pub shutdown: CancellationToken,
    /// Work that outlives the request that asked for it; waited for when the portal stops.
    pub tasks: TaskTracker,
}
