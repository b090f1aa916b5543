//! The portal's user interface: pages rendered on the server, islands that live
//! in the browser.
//!
//! Pages are `#[component]`s and never reach the browser as code; what must react
//! there is an `#[island]`. With feature `ssr` this crate is part of the server,
//! with `hydrate` it is linked into the browser's wasm; exactly one is on.

pub mod api;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod error;
pub mod form;
pub mod model;
pub mod paths;
