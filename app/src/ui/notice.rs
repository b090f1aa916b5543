//! A message that belongs to the page, not to one field.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::model::Tone;

/// A message with an icon and a colour; the words alone must do.
#[component]
pub fn Notice(
    /// Its colour family.
    tone: Tone,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let (class, glyph) = match tone {
        Tone::Quiet | Tone::Active => ("notice active", Glyph::Info),
        Tone::Good => ("notice good", Glyph::Check),
        Tone::Warning => ("notice warning", Glyph::Warning),
        Tone::Bad => ("notice bad", Glyph::Cross),
    };
    view! {
        <div class=class>
            <Icon glyph=glyph />
            <div>{children()}</div>
        </div>
    }
    .into_any()
}
