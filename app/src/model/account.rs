//! One's own account.

use super::Moment;

/// What somebody sees of their own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name for signing in.
    pub username: String,
    /// The team's name.
    pub team: String,
    /// Whether they have a password here; if not, a provider signs them in.
    pub has_password: bool,
    /// Their second factor.
    pub factor: FactorState,
    /// Whether their role asks for a second factor.
    pub needs_factor: bool,
    /// The browsers that are signed in, the last used first.
    pub sign_ins: Vec<SignIn>,
}

/// How somebody's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorState {
    /// There is none.
    None,
    /// It counts.
    Set {
        /// Recovery codes that were not used yet.
        codes_left: u32,
    },
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Tells it apart from others; the audit trail names it so too. Of no use to sign in.
    pub handle: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// What the browser called itself, in plain words.
    pub browser: String,
    /// Where it was when it signed in.
    pub address: String,
    /// When it signed in.
    pub began: Moment,
    /// When a person last did something in it.
    pub active: Moment,
}
