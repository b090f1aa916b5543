//! The parts of pages that live in the browser. Only what is called from here
//! reaches the wasm.

mod due_countdown;
mod list_news;
mod live_indicator;
mod new_session;
mod remaining;
mod session;
mod state_badge;

pub use due_countdown::DueCountdown;
pub use list_news::ListNews;
pub use live_indicator::LiveIndicator;
pub use new_session::NewSessionForm;
pub use session::SessionBody;
pub use state_badge::StateBadge;
