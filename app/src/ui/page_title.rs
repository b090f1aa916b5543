//! The page's title in the browser's tab.

use leptos::prelude::*;
use leptos_meta::Title;

use super::escape;

/// Names the page. The only place that uses `leptos_meta`'s `<Title>`, which
/// writes its text into the page as it is.
#[component]
pub fn PageTitle(
    /// What the page is about; may hold anything.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=escape::rcdata(&text) + " · Countersign" /> }
}
