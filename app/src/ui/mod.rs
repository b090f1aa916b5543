//! Widgets. They know nothing of routes or of the server.

mod badge;
#[cfg(any(feature = "ssr", feature = "new-session"))]
mod document;
#[cfg(feature = "ssr")]
mod escape;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod heard;
mod icon;
mod language;
#[cfg(feature = "ssr")]
mod live_region;
mod notice;
#[cfg(feature = "ssr")]
mod page_title;
#[cfg(feature = "ssr")]
mod pager;
mod size;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub(crate) mod time;

pub use badge::Badge;
#[cfg(any(feature = "ssr", feature = "new-session"))]
pub(crate) use document::{abbreviated, kind};
#[cfg(feature = "ssr")]
pub use escape::rcdata as escape_text;
#[cfg(feature = "ssr")]
pub use field::{Field, FieldNote, TextArea, TextField, described_by};
#[cfg(feature = "ssr")]
pub use heard::Heard;
#[cfg(feature = "ssr")]
pub use icon::Sprite;
pub use icon::{Glyph, Icon};
pub use language::language_name;
#[cfg(feature = "ssr")]
pub use live_region::LiveRegion;
pub use notice::Notice;
#[cfg(feature = "ssr")]
pub use page_title::PageTitle;
#[cfg(feature = "ssr")]
pub use pager::Pager;
pub use size::size;
#[cfg(feature = "ssr")]
pub use time::Time;
pub use time::{clock_in_browsers_zone, in_browsers_zone, localise};
