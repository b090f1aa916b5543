//! Links by which people choose their password.

use app::model::Staff;
use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;
use crate::auth::LoginId;

/// Links by which people choose their password.
#[async_trait]
pub trait Invitations: Send {
    /// Stores a link's digest; the person's earlier link is of no use any more.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn put_invitation(
        &mut self,
        token: LoginId,
        staff: Uuid,
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError>;

    /// Whose link it is, if it is good at `now` and the account is not disabled; with
    /// their user name.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn invitation(&mut self, token: LoginId, now: OffsetDateTime) -> Result<Option<(Staff, String)>, StoreError>;

    /// Makes a person's link useless, if there is one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn forget_invitation(&mut self, staff: Uuid) -> Result<(), StoreError>;
}
