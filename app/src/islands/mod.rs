//! The parts of pages that live in the browser. Only what is called from here
//! reaches the wasm.
//!
//! Each page that has islands loads a module of its own (`pages::layout::Module`),
//! which holds the islands of that page alone: a feature of this crate a module. The
//! server has them all.

#[cfg(any(feature = "ssr", feature = "sessions", feature = "session"))]
mod due_countdown;
#[cfg(any(feature = "ssr", feature = "sessions"))]
mod list_news;
#[cfg(any(feature = "ssr", feature = "sessions", feature = "session"))]
mod live_indicator;
#[cfg(any(feature = "ssr", feature = "session"))]
mod live_regions;
#[cfg(any(feature = "ssr", feature = "new-session"))]
pub(crate) mod new_session;
#[cfg(any(feature = "ssr", feature = "sessions", feature = "session"))]
mod remaining;
#[cfg(any(feature = "ssr", feature = "session"))]
mod signing_link;
#[cfg(any(feature = "ssr", feature = "sessions"))]
mod state_badge;

#[cfg(any(feature = "ssr", feature = "sessions", feature = "session"))]
pub use due_countdown::DueCountdown;
#[cfg(any(feature = "ssr", feature = "sessions"))]
pub use list_news::ListNews;
#[cfg(any(feature = "ssr", feature = "sessions", feature = "session"))]
pub use live_indicator::LiveIndicator;
#[cfg(any(feature = "ssr", feature = "session"))]
pub use live_regions::LiveRegions;
#[cfg(any(feature = "ssr", feature = "new-session"))]
pub use new_session::NewSessionForm;
#[cfg(any(feature = "ssr", feature = "session"))]
pub use signing_link::SigningLink;
#[cfg(any(feature = "ssr", feature = "sessions"))]
pub use state_badge::StateBadge;
