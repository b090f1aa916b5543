//! A session's badge that follows the live stream.

use leptos::prelude::*;

use crate::{
    live,
    model::{SessionId, Standing},
    ui::Badge,
};

/// The badge of a line of the list.
#[island]
pub fn StateBadge(
    /// Whose badge.
    session: SessionId,
    /// How it stood when the page was made.
    standing: Standing,
    /// The live event that the page was made at.
    as_of: u64,
) -> impl IntoView {
    view! { <Badge standing=live::follow(session, standing, as_of) /> }
}
