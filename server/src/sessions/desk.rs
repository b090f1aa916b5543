//! What the use-cases of this folder share.

use app::{
    error::{ErrorKind, PortalError},
    model::Moment,
};
use tracing::Instrument;

use crate::{
    error::ApiError,
    state::Portal,
    store::{StoreError, Write},
};

use super::moment;

impl Portal {
    /// The portal's clock, as the browser and the database count.
    pub(crate) fn moment(&self) -> Moment {
        moment::of_time(self.clock.now())
    }

    /// Commits a change of sessions and wakes the live streams.
    ///
    /// # Errors
    /// Nothing was changed.
    pub(crate) async fn commit(&self, change: Write) -> Result<(), StoreError> {
        change.commit().await?;
        self.hub.wake();
        Ok(())
    }

    /// Runs `work` to its end, also when the browser that asked for it goes away:
    /// stopped between two steps, it would leave things at the API for the
    /// reconciler to find. When the portal stops, it waits for such work.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.tasks.spawn(work.in_current_span()).await.map_err(ApiError::internal)?
    }
}

/// Things are not as the request supposes.
pub(crate) fn conflict(message: &str) -> ApiError {
    PortalError::new(ErrorKind::Conflict, message).into()
}
