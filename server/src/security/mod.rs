//! What every request and every answer must have, whatever it is about.

pub(crate) mod csrf;
pub(crate) mod headers;
