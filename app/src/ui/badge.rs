//! The badge that says how a session stands.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::{Standing, Tone};

/// The state of a session: a word, a shape and a colour that say the same.
#[component]
pub fn Badge(
    /// The state; may change.
    #[prop(into)]
    standing: Signal<Standing>,
) -> impl IntoView {
    view! {
        <span class=move || tone_class(standing.get().tone())>
            <Icon glyph=Signal::derive(move || glyph(standing.get())) />
            <span>{move || standing.get().label()}</span>
        </span>
    }
}

const fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Quiet => "badge quiet",
        Tone::Active => "badge active",
        Tone::Good => "badge good",
        Tone::Warning => "badge warning",
        Tone::Bad => "badge bad",
    }
}

const fn glyph(standing: Standing) -> Glyph {
    match standing {
        Standing::Sending | Standing::BeingConfirmed | Standing::Blocked | Standing::Packaging => Glyph::Dots,
        Standing::Ready => Glyph::Pen,
        Standing::Signed => Glyph::Check,
        Standing::Overdue | Standing::LinkExpired => Glyph::Clock,
        Standing::NotSent | Standing::Rejected | Standing::Stuck => Glyph::Cross,
        Standing::PackageFailed => Glyph::Warning,
        Standing::Gone | Standing::Unknown => Glyph::Info,
    }
}
