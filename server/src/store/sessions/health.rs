//! Whether the signing API answers.

use app::model::Moment;
use async_trait::async_trait;

use super::StoreError;

/// Whether the signing API answers.
#[async_trait]
pub trait Health: Send {
    /// Since when the API has not answered, if it does not.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn stale_since(&mut self) -> Result<Option<Moment>, StoreError>;

    /// Records that the API does not answer, since `now` unless it was silent before.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn api_is_silent(&mut self, now: Moment) -> Result<(), StoreError>;

    /// Records that the API answers.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn api_answers(&mut self) -> Result<(), StoreError>;
}
