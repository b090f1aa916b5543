//! Who is asking: set-up of the first account, sign-in, sign-out, and the check
//! that every request passes but those on the list in [`crate::router`].

mod token;

pub use token::{LoginId, LoginToken};
