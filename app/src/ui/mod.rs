//! Widgets. They know nothing of routes or of the server.

mod badge;
mod document;
mod escape;
mod field;
mod icon;
mod language;
#[cfg(feature = "ssr")]
mod live_region;
mod notice;
#[cfg(feature = "ssr")]
mod page_title;
mod size;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod time;

pub use badge::Badge;
pub(crate) use document::{abbreviated, kind};
pub use field::{Field, TextArea, TextField, described_by, invalid};
#[cfg(feature = "ssr")]
pub use icon::Sprite;
pub use icon::{Glyph, Icon};
pub use language::language_name;
#[cfg(feature = "ssr")]
pub use live_region::LiveRegion;
pub use notice::Notice;
#[cfg(feature = "ssr")]
pub use page_title::PageTitle;
pub use size::size;
#[cfg(feature = "ssr")]
pub use time::Time;
pub use time::{clock_in_browsers_zone, in_browsers_zone, localise};
pub(crate) use time::{date, two_digits};
