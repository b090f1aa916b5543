//! Places for calls, apart by what they are for, so that a flood of one kind
//! leaves room for the others.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use crate::{Fault, Stage, UpstreamError};

tokio::task_local! {
    static IN_BACKGROUND: ();
}

/// Runs `work` so that its calls count as background work, for which nobody waits.
/// Tasks that it spawns do not.
pub async fn in_background<F: Future>(work: F) -> F::Output {
    IN_BACKGROUND.scope((), work).await
}

/// How many calls of each kind there may be at once; more wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSizes {
    /// Calls that a person waits for.
    pub interactive: usize,
    /// Uploads and downloads.
    pub transfers: usize,
    /// Calls of [`in_background`].
    pub background: usize,
}

impl Default for PoolSizes {
    fn default() -> Self {
        Self { interactive: 32, transfers: 48, background: 8 }
    }
}

/// The places.
#[derive(Debug)]
pub(crate) struct Pools {
    interactive: Arc<Semaphore>,
    transfers: Arc<Semaphore>,
    background: Arc<Semaphore>,
}

/// A call's place; dropped, it is free again.
pub(crate) type Place = OwnedSemaphorePermit;

impl Pools {
    pub(crate) fn new(sizes: PoolSizes) -> Self {
        let pool = |size| Arc::new(Semaphore::new(size));
        Self {
            interactive: pool(sizes.interactive),
            transfers: pool(sizes.transfers),
            background: pool(sizes.background),
        }
    }

    /// A place for a call without a document.
    ///
    /// # Errors
    /// None became free before `deadline`; nothing was sent.
    pub(crate) async fn call(&self, deadline: Instant) -> Result<Place, UpstreamError> {
        let in_background = IN_BACKGROUND.try_with(|()| ()).is_ok();
        one(if in_background { &self.background } else { &self.interactive }, deadline).await
    }

    /// A place for a transfer.
    ///
    /// # Errors
    /// None became free before `deadline`; nothing was sent.
    pub(crate) async fn transfer(&self, deadline: Instant) -> Result<Place, UpstreamError> {
        one(&self.transfers, deadline).await
    }
}

async fn one(pool: &Arc<Semaphore>, deadline: Instant) -> Result<Place, UpstreamError> {
    match timeout_at(deadline, Arc::clone(pool).acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        // Nobody closes it; so only time can run out.
        _ => Err(UpstreamError::Unavailable { fault: Fault::Deadline(Stage::Place), retry_after: None, problem: None }),
    }
}
