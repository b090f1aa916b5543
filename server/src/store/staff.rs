//! Accounts of the people at the desk.

use app::model::{Person, Role, Staff, TeamId};
use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// An account to be made.
pub struct NewStaff<'a> {
    /// Row id.
    pub id: Uuid,
    /// User name as it is compared: NFKC, lower case.
    pub username: &'a str,
    /// Name to show.
    pub name: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// What they are.
    pub role: Role,
    /// Their team.
    pub team: TeamId,
    /// When.
    pub created_at: OffsetDateTime,
}

/// What signing in needs to know of an account.
pub struct Credentials {
    /// Whose they are.
    pub staff: Staff,
    /// PHC string, unless none was chosen yet.
    pub password_hash: Option<String>,
}

/// What stands for the hash of a password that was not chosen yet.
pub const NO_PASSWORD: &str = "";

/// An account, disabled or not.
pub struct Account {
    /// Whose it is.
    pub staff: Staff,
    /// Whether its owner is kept out.
    pub is_disabled: bool,
}

/// Accounts.
#[async_trait]
pub trait Accounts: Send {
    /// Finds an account.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn account(&mut self, id: Uuid) -> Result<Option<Account>, StoreError>;

    /// How many admins can sign in.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn admins(&mut self) -> Result<i64, StoreError>;

    /// Gives an account another role and team. What its owner made stays where it is.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn set_rights(&mut self, id: Uuid, role: Role, team: TeamId) -> Result<(), StoreError>;

    /// Keeps an account's owner out, or lets them in again.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn set_disabled(&mut self, id: Uuid, disabled: bool) -> Result<(), StoreError>;

    /// All accounts, by name.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn people(&mut self) -> Result<Vec<Person>, StoreError>;

    /// Whether there is any account yet.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn any_account(&mut self) -> Result<bool, StoreError>;

    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the user name is taken; otherwise as [`StoreError`] says.
    async fn insert_account(&mut self, staff: &NewStaff<'_>) -> Result<(), StoreError>;

    /// Finds an account by its user name, as it is compared. One that is disabled is
    /// not found.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn credentials(&mut self, username: &str) -> Result<Option<Credentials>, StoreError>;

    /// The hash of an account's password, if it has one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn password_hash(&mut self, id: Uuid) -> Result<Option<String>, StoreError>;

    /// The name by which an account's owner signs in.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn username(&mut self, id: Uuid) -> Result<Option<String>, StoreError>;

    /// Replaces the password's hash, for example by one of higher cost.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn set_password_hash(&mut self, id: Uuid, password_hash: &str) -> Result<(), StoreError>;
}
