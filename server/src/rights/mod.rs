//! Who may do what: deny by default.
//!
//! The table of roles is [`app::model::Role::scope`]. Here it is enforced, in three
//! steps that cannot be left out:
//!
//! 1. An address exists only by being added to [`Routes`], which asks for its
//!    [`Access`]. One layer checks it before the handler runs.
//! 2. What passes carries an [`Actor`]: who asks, and the [`Reach`] that the checked
//!    permission gives them.
//! 3. Rows are found only within a reach: the store's functions take one. What is
//!    out of reach is not found, with the same words as what does not exist, and
//!    the signing API is not asked.
//!
//! Pages and the server functions behind them ask through
//! [`Desk`](crate::backend::Desk), whose every answer names its permission too.

mod actor;
mod reach;
mod routes;

pub use actor::{Actor, Agent};
pub use reach::Reach;
pub(crate) use routes::Denied;
pub use routes::{Access, Declared, Routes};
