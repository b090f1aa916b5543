//! The only door from pages to the server.

use std::{pin::Pin, sync::Arc};

use crate::{
    error::PortalError,
    model::{
        Account, ApiKeys, AuditFilter, AuditPage, ListFilter, People, ProviderView, SessionDetail, SessionId,
        SessionList, Staff, SystemStatus, Widgets,
    },
};

/// An answer that takes its time.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, PortalError>> + Send + 'a>>;

/// What pages can ask of the server. Each call says who asks; the server answers
/// only what that person may see.
pub trait Backend: Send + Sync {
    /// A page of the list of sessions.
    fn list_sessions<'a>(&'a self, staff: &'a Staff, filter: ListFilter) -> Answer<'a, SessionList>;

    /// Everybody at the desk.
    fn people<'a>(&'a self, staff: &'a Staff) -> Answer<'a, People>;

    /// All API keys.
    fn api_keys<'a>(&'a self, staff: &'a Staff) -> Answer<'a, ApiKeys>;

    /// How the system does.
    fn system_status<'a>(&'a self, staff: &'a Staff) -> Answer<'a, SystemStatus>;

    /// The OpenID providers, each asked just now.
    fn providers<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Vec<ProviderView>>;

    /// The asker's own account.
    fn account<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Account>;

    /// The widgets that this person may see.
    fn widgets<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Widgets>;

    /// A page of the audit trail.
    fn audit<'a>(&'a self, staff: &'a Staff, filter: AuditFilter) -> Answer<'a, AuditPage>;

    /// One session.
    fn session<'a>(&'a self, staff: &'a Staff, id: SessionId) -> Answer<'a, SessionDetail>;
}

/// How people may sign in. Put into context for every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysIn {
    /// Whether by a password of this portal's.
    pub local: bool,
    /// At which providers.
    pub providers: Vec<WayIn>,
}

impl Default for WaysIn {
    /// By a password, as where nothing else is set up.
    fn default() -> Self {
        Self { local: true, providers: Vec::new() }
    }
}

/// A provider at which people may sign in. In the context of the page that asks
/// somebody to confirm who they are, the one that they came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayIn {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// Put into context when the signing service is the embedded one, so that every page
/// says that its signatures have no legal effect.
#[derive(Debug, Clone, Copy)]
pub struct Sandboxed;

/// The backend of this request, and who asks. Both are put into context by the server.
///
/// # Errors
/// `Unauthenticated` when nobody is signed in.
pub fn authorised() -> Result<(Arc<dyn Backend>, Staff), PortalError> {
    let staff = leptos::prelude::use_context::<Staff>().ok_or_else(PortalError::unauthenticated)?;
    let backend = leptos::prelude::use_context::<Arc<dyn Backend>>()
        .ok_or_else(|| PortalError::new(crate::error::ErrorKind::Internal, "The server could not answer."))?;
    Ok((backend, staff))
}
