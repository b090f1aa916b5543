//! Whole stacks for tests: a portal and its embedded signing service, on free
//! ports, in a directory of their own, with clocks that stand still until moved.
//!
//! Everything goes over HTTP, as browsers do it. What cannot be seen from outside
//! is reached through [`TestApp::portal`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "this crate is part of tests, which fail by panicking")]

mod app;
mod counted;
mod requests;
mod site;

pub use app::{LIST, NAME, PASSWORD, Person, TestApp, USERNAME};
pub use requests::{Answer, Browser, Site};
