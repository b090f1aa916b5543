//! Widgets: signing status in pages of others.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Moment, Standing, Team, TeamId, audit::named};

named! {
    /// What a widget looks like.
    WidgetKind {
        /// One session's state, in a word.
        Badge = "badge", "Badge";
        /// One session with its due date.
        Card = "card", "Card";
        /// How many of several are signed.
        Progress = "progress", "Progress";
        /// Several sessions, newest first.
        List = "list", "List";
        /// The next due dates.
        Due = "due", "Next due dates";
    }
}

impl WidgetKind {
    /// Whether it shows one session, which its tokens name.
    #[must_use]
    pub const fn is_of_one(self) -> bool {
        matches!(self, Self::Badge | Self::Card | Self::Progress)
    }
}

named! {
    /// The colours that a widget has unless the page around it asks for others.
    WidgetTheme {
        /// As the reader's device has it.
        Auto = "auto", "As the reader has it";
        /// Dark on light.
        Light = "light", "Light";
        /// Light on dark.
        Dark = "dark", "Dark";
        /// Black and white, with strong lines.
        Contrast = "contrast", "High contrast";
    }
}

named! {
    /// What a widget may show beside the state.
    EmbedField {
        /// When it must be signed.
        Due = "due", "Due date";
        /// How many there are.
        Counts = "counts", "Counts";
        /// The title, which may be personal.
        Title = "title", "Title";
    }
}

/// A widget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widget {
    /// Row id.
    pub id: Uuid,
    /// What addresses call it.
    pub public_id: String,
    /// What people call it.
    pub name: String,
    /// What it looks like.
    pub kind: WidgetKind,
    /// Its colours.
    pub theme: WidgetTheme,
    /// Whose sessions it shows.
    pub team: TeamId,
    /// The exact origins of the pages that may frame it.
    pub origins: Vec<String>,
    /// What it may show beside the state.
    pub fields: Vec<EmbedField>,
    /// The standing that its own view of sessions is narrowed to.
    pub standing: Option<Standing>,
    /// When it was made.
    pub created: Moment,
    /// When it last showed something, within a minute.
    pub used: Option<Moment>,
    /// When somebody took it back.
    pub revoked: Option<Moment>,
}

/// Widgets, and what their snippets need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widgets {
    /// The widgets, newest first.
    pub widgets: Vec<Widget>,
    /// Teams that a new one may be for, by name.
    pub teams: Vec<Team>,
    /// The portal's own origin.
    pub origin: String,
    /// What browsers compare the module with: `sha384-…`. None when the site has no module.
    pub integrity: Option<String>,
}
