//! What every request handler shares.

use std::sync::{Arc, RwLock};

use secrecy::SecretString;

use crate::{
    SandboxConfig,
    blobs::Blobs,
    clock::Clock,
    control::{Crash, Faults, Snapshots},
    events::Sender,
    evidence::Authority,
    keys::Keys,
    packaging::Packaging,
    random::Random,
    store::Store,
};

/// Ids and secrets of the clients that may get tokens. A client may have several secrets.
pub(crate) type Clients = Vec<(String, SecretString)>;

/// The running service.
pub(crate) struct Service {
    pub(crate) config: SandboxConfig,
    pub(crate) clients: RwLock<Clients>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) keys: Keys,
    pub(crate) authority: Authority,
    pub(crate) sender: Sender,
    pub(crate) faults: Faults,
    pub(crate) packaging: Packaging,
    pub(crate) snapshots: Snapshots,
    pub(crate) crash: Crash,
}

/// A handle to the service, as axum's state.
#[derive(Clone)]
pub(crate) struct App(Arc<Service>);

impl App {
    pub(crate) fn new(service: Service) -> Self {
        Self(Arc::new(service))
    }
}

impl std::ops::Deref for App {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.0
    }
}
