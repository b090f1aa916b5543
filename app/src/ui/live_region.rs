//! A part of a page that is replaced when what it shows has changed.

use std::hash::{DefaultHasher, Hash, Hasher};

use leptos::prelude::*;
use serde::Serialize;

/// A part of a page that `islands::LiveRegions` replaces by its newer self, as the
/// server renders it, when a live event says that something changed.
#[component]
pub fn LiveRegion<T: Serialize>(
    /// Finds the region in the newer page.
    id: &'static str,
    /// All that the region shows. The region stays untouched while this is the same,
    /// and with it focus and whatever is folded out.
    shows: T,
    /// What it looks like now.
    children: Children,
) -> impl IntoView {
    let mut hasher = DefaultHasher::new();
    // What cannot be written differs from nothing; view models always can.
    serde_json::to_string(&shows).unwrap_or_default().hash(&mut hasher);
    view! {
        <div id=id class="live-region" data-live=format!("{:x}", hasher.finish())>
            {children()}
        </div>
    }
}
