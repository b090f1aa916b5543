//! Browsers that are signed in.

use app::model::{Moment, Staff};
use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;
use crate::auth::LoginId;

/// A signed-in browser.
#[derive(Debug)]
pub struct Login {
    /// Who signed in.
    pub staff: Staff,
    /// When.
    pub created: Moment,
    /// When a person last did something.
    pub active: Moment,
    /// When the person last showed who they are.
    pub proved: Moment,
    /// Whether the person has a password here.
    pub has_password: bool,
    /// Whether the person has a second factor here.
    pub has_factor: bool,
}

/// A sign-in to be recorded.
pub struct NewLogin {
    /// SHA-256 of its token.
    pub id: LoginId,
    /// Who signs in.
    pub staff: Uuid,
    /// What the browser calls itself, in plain words.
    pub browser: String,
    /// Where it is; empty if that is not known.
    pub address: String,
    /// When.
    pub now: OffsetDateTime,
}

/// A sign-in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// SHA-256 of its token.
    pub id: LoginId,
    /// When.
    pub created: Moment,
    /// When a person last did something.
    pub active: Moment,
    /// What the browser called itself, in plain words.
    pub browser: String,
    /// Where it was.
    pub address: String,
}

/// Signed-in browsers.
#[async_trait]
pub trait Logins: Send {
    /// Records a sign-in.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn insert_login(&mut self, login: &NewLogin) -> Result<(), StoreError>;

    /// Finds a sign-in, whether it has expired or not, with what its owner may do now.
    /// The sign-ins of a disabled account are not found.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn login(&mut self, id: LoginId) -> Result<Option<Login>, StoreError>;

    /// A person's sign-ins, the last used first, those left out that are too old.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn logins_of(
        &mut self,
        staff: Uuid,
        created_after: OffsetDateTime,
        active_after: OffsetDateTime,
    ) -> Result<Vec<Seen>, StoreError>;

    /// Records that a person did something.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn touch_login(&mut self, id: LoginId, now: OffsetDateTime) -> Result<(), StoreError>;

    /// Gives a sign-in another token, since its owner has just shown again who they are;
    /// answers whether there was such a sign-in.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn renew_login(&mut self, id: LoginId, new: LoginId, now: OffsetDateTime) -> Result<bool, StoreError>;

    /// Ends a sign-in, if there is one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn end_login(&mut self, id: LoginId) -> Result<(), StoreError>;

    /// Ends all sign-ins of a person; answers how many.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn end_logins_of(&mut self, staff: Uuid) -> Result<u64, StoreError>;

    /// Ends all sign-ins of a person but this one; answers how many.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn end_other_logins(&mut self, staff: Uuid, but: LoginId) -> Result<u64, StoreError>;

    /// Ends everybody's sign-ins but this one; answers how many.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn end_all_logins_but(&mut self, but: LoginId) -> Result<u64, StoreError>;

    /// Forgets sign-ins that began before `created_before` or saw nobody since
    /// `active_before`; answers which, and whose.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn end_expired_logins(
        &mut self,
        created_before: OffsetDateTime,
        active_before: OffsetDateTime,
    ) -> Result<Vec<(LoginId, Staff)>, StoreError>;
}
