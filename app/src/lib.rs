//! The portal's user interface: pages rendered on the server, islands that live
//! in the browser.
//!
//! Pages are `#[component]`s and never reach the browser as code; what must react
//! there is an `#[island]`. With feature `ssr` this crate is part of the server,
//! with `hydrate` it is linked into the browser's wasm; exactly one is on.
// A page's type is as deep as its markup.
#![recursion_limit = "256"]
// A module that holds one page's islands leaves much of what islands share unused.
#![cfg_attr(
    not(any(feature = "ssr", all(feature = "new-session", feature = "session", feature = "sessions"))),
    expect(dead_code, reason = "what one page does not use, another does")
)]

pub mod api;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod error;
pub mod form;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
mod pages;
pub mod paths;
#[cfg(feature = "ssr")]
mod shell;
pub mod ui;

// What islands share in the browser. The server compiles it, since it renders the
// islands too, and runs none of it.
mod clock;
mod fetch;
mod hashing;
mod listeners;
mod live;
mod num;
mod upload;

#[cfg(feature = "ssr")]
pub use shell::{App, shell};
