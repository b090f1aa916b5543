//! How old what the page shows can be.

use leptos::prelude::*;

use super::Time;
use crate::model::Hearing;

/// When the signing service last told of something, and how often it is asked.
#[component]
pub fn Heard(
    /// How the portal learns what happens.
    hearing: Hearing,
) -> impl IntoView {
    let Hearing { is_told, last_event, asks_each, .. } = hearing;
    let told = match (is_told, last_event) {
        (true, Some(at)) => Some(view! { "Last event from the signing service: " <Time at=at /> ". " }.into_any()),
        (true, None) => Some("The signing service has told of no event yet. ".into_any()),
        (false, _) => None,
    };
    let asked = match asks_each {
        1 => "It is asked about open sessions each second while somebody looks.".to_owned(),
        seconds => format!("It is asked about open sessions every {seconds} seconds while somebody looks."),
    };
    let asked = if is_told { asked } else { asked.replacen("It", "The signing service", 1) };
    view! { <p class="hint heard">{told} {asked}</p> }.into_any()
}
