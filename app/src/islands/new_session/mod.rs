//! x
use leptos::prelude::*;
/// stub
#[island]
pub fn NewSessionForm(
    /// x
    hash_worker: String,
) -> impl IntoView {
    view! { <p>{hash_worker}</p> }
}
