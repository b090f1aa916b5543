//! Who is asking: set-up of the first account, sign-in, sign-out, and whose a
//! request is.

mod begin;
mod browser;
mod code_page;
mod cookie;
pub(crate) mod factor;
mod forms;
mod guard;
pub(crate) mod half_way;
mod limits;
pub(crate) mod names;
pub mod oidc;
pub(crate) mod password_rules;
mod passwords;
mod return_to;
mod setup_link;
mod step_up;
mod token;
mod totp;
mod vault;

use std::{
    net::IpAddr,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use app::model::Action;
use argon2::Params;
use secrecy::SecretString;
use time::OffsetDateTime;

use crate::{
    audit::{Act, By},
    error::ApiError,
    random::Random,
    rights::Routes,
    state::Portal,
    store::StoreError,
};

pub(crate) use begin::begin;
pub use cookie::NAME as COOKIE;
pub(crate) use cookie::signed_in;
pub use factor::{ForgetError, forget as forget_factors};
pub(crate) use forms::after_password;
pub use guard::{BACKGROUND_HEADER, still_signed_in};
pub(crate) use guard::{Standing, identify, reads_html, send_to_factor, turn_away};
pub use passwords::standard_cost;
pub(crate) use step_up::{Proven, demand};
pub use token::{LoginId, LoginToken};
pub use vault::{KeyError, Vault};

use limits::LoginLimits;
use passwords::{Passwords, Verdict};
use setup_link::SetupLink;

/// How often sign-ins that ended by themselves are forgotten.
const SWEEP: Duration = Duration::from_secs(3600);

/// What signing in needs beside the database.
pub struct Auth {
    setup: SetupLink,
    passwords: Passwords,
    limits: LoginLimits,
    vault: Vault,
    /// Whether an account was seen; accounts are disabled, never removed.
    has_accounts: AtomicBool,
}

impl Auth {
    /// Hashes passwords at this cost.
    pub fn new(cost: Params, random: Arc<dyn Random>, vault: Vault) -> Self {
        let passwords = Passwords::new(cost, random);
        let has_accounts = AtomicBool::new(false);
        Self { setup: SetupLink::default(), passwords, limits: LoginLimits::default(), vault, has_accounts }
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The PHC string of a new password.
    ///
    /// # Errors
    /// The portal is busy with others.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, ApiError> {
        self.passwords.hash(password).await
    }

    /// Whether this is the password with that hash.
    ///
    /// # Errors
    /// The portal is busy with others.
    pub(crate) async fn is_password(&self, password: SecretString, stored: Option<String>) -> Result<bool, ApiError> {
        Ok(self.passwords.verify(password, stored).await? != Verdict::Wrong)
    }

    /// Counts a password before it is compared, by account and address.
    ///
    /// # Errors
    /// How long to wait instead.
    pub(crate) fn count(&self, account: &str, address: IpAddr, now: OffsetDateTime) -> Result<(), Duration> {
        self.limits.count(account, address, now)
    }

    /// Takes back a password that was right.
    pub(crate) fn forgive(&self, account: &str, address: IpAddr) {
        self.limits.forgive(account, address);
    }

    /// The link by which the first account is made.
    #[must_use]
    pub fn setup(&self) -> &SetupLink {
        &self.setup
    }
}

/// Set-up, sign-in and sign-out.
pub(crate) fn routes(routes: Routes) -> Routes {
    oidc::routes(forms::routes(routes))
}

/// Forgets ended sign-ins now and then, until the portal stops.
pub(crate) async fn sweep(portal: Arc<Portal>) {
    let mut ticks = tokio::time::interval(SWEEP);
    while portal.shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = sweep_once(&portal).await {
            tracing::warn!(error = %crate::error::chain(&error), "ended sign-ins could not be forgotten");
        }
    }
}

async fn sweep_once(portal: &Portal) -> Result<(), StoreError> {
    let now = portal.clock.now();
    let limits = portal.config.login;
    let mut write = portal.store.write().await?;
    for (id, staff) in write.end_expired_logins(now - limits.lifetime, now - limits.idle).await? {
        let act = Act::done(Action::SignInEnded).saying("too old");
        portal.record(&mut write, staff.team, &By::login(staff.id, id), act).await?;
    }
    oidc::sweep(&mut *write, now).await?;
    write.commit().await
}
