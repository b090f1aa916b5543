//! OpenID providers, as an admin sees them.

use super::{Moment, Role};

/// A provider, how it is set up, and whether it works now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderView {
    /// Its id in settings and addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// What it calls this portal.
    pub client_id: String,
    /// The claim that says what people are.
    pub claim: String,
    /// Which of its values gives which role.
    pub roles: Vec<(String, Role)>,
    /// The role of those whose claim gives none.
    pub default_role: Option<Role>,
    /// Why it cannot be used now, and what to do, in a sentence.
    pub trouble: Option<String>,
    /// Whether signing out here leads there.
    pub ends_there: bool,
    /// How many people came from it.
    pub people: u32,
    /// When somebody signed in there last.
    pub last: Option<Moment>,
    /// Where it sends people back to.
    pub redirect_uri: String,
    /// Where it sends people who signed out.
    pub logout_uri: String,
    /// Where it tells of people who signed out.
    pub notices_uri: String,
}
