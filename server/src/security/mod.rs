//! What every request and every answer must have, whatever it is about.

pub mod client;
pub mod csrf;
pub(crate) mod headers;
pub mod limits;
pub(crate) mod meter;
pub(crate) mod reports;
pub mod seats;
