//! People who sign in at OpenID providers.

use app::model::{Moment, Staff};
use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;
use crate::auth::LoginId;

/// A sign-in that began here and goes on at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// Hash of the state that comes back with the answer.
    pub state: LoginId,
    /// Hash of the cookie of the browser that began it.
    pub cookie: LoginId,
    /// The provider, by its id in the settings.
    pub provider: String,
    /// What the ID token must repeat.
    pub nonce: String,
    /// What the code is worth nothing without (PKCE).
    pub verifier: String,
    /// Where to go afterwards.
    pub return_to: String,
    /// The sign-in that the browser had when it began.
    pub previous: Option<LoginId>,
    /// Whether the same person was asked to sign in once more.
    pub again: bool,
    /// When it began.
    pub begun: Moment,
}

/// What a provider said of a sign-in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLogin {
    /// The provider, by its id in the settings.
    pub provider: String,
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// The provider's own session, if it names it.
    pub sid: Option<String>,
    /// When the person proved who they are, if the provider says.
    pub auth_time: Option<Moment>,
    /// How, if the provider says (OpenID Connect Core, `acr`).
    pub acr: Option<String>,
}

/// How many people came from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comers {
    /// Accounts.
    pub people: u32,
    /// The last sign-in.
    pub last: Option<Moment>,
}

/// Rows about people who sign in at providers.
///
/// # Errors
/// All of them: as [`StoreError`] says.
#[async_trait]
pub trait Providers: Send {
    /// Remembers a sign-in that goes on at a provider.
    async fn begin_trip(&mut self, trip: &Trip) -> Result<(), StoreError>;

    /// Takes the trip of this state and this browser, which nobody can take again.
    async fn end_trip(&mut self, state: LoginId, cookie: LoginId) -> Result<Option<Trip>, StoreError>;

    /// Whose account it is, by what an issuer says.
    async fn known_as(&mut self, issuer: &str, subject: &str) -> Result<Option<Uuid>, StoreError>;

    /// Remembers whose account it is, and that they came just now.
    async fn put_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        staff: Uuid,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;

    /// Whether the owner of an account signs in at a provider.
    async fn has_identity(&mut self, staff: Uuid) -> Result<bool, StoreError>;

    /// Remembers what the provider said of a sign-in: among other things, when its
    /// owner last showed who they are. If it does not say, nobody knows that they did.
    async fn put_provider_login(&mut self, id: LoginId, login: &ProviderLogin) -> Result<(), StoreError>;

    /// What a provider said of a sign-in; nothing of one by password.
    async fn provider_login(&mut self, id: LoginId) -> Result<Option<ProviderLogin>, StoreError>;

    /// The sign-ins of a subject, of a provider's session, or of both where both are given.
    async fn logins_at(
        &mut self,
        issuer: &str,
        subject: Option<&str>,
        sid: Option<&str>,
    ) -> Result<Vec<(LoginId, Staff)>, StoreError>;

    /// Remembers a notice; [`StoreError::Duplicate`] when it was taken before.
    async fn take_notice(&mut self, issuer: &str, jti: &str, expires_at: OffsetDateTime) -> Result<(), StoreError>;

    /// Forgets trips that began before `begun_before`, and notices that expired before `now`.
    async fn forget_trips(&mut self, begun_before: OffsetDateTime, now: OffsetDateTime) -> Result<(), StoreError>;

    /// How many came from this issuer.
    async fn comers(&mut self, issuer: &str) -> Result<Comers, StoreError>;
}
