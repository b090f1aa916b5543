//! The page of the form for a new session.

use leptos::prelude::*;

use super::{
    layout::{Desk, Module, Place},
    problem::Problem,
};
use crate::{backend::authorised, islands::NewSessionForm, model::Tone, ui::Notice};

/// The form, which is one island.
#[component]
pub(crate) fn NewSessionPage() -> impl IntoView {
    if let Err(error) = authorised() {
        return view! { <Problem error=error /> }.into_any();
    }
    let package = use_context::<LeptosOptions>().map(|options| options.site_pkg_dir).unwrap_or_default();
    view! {
        <Desk title="New session" place=Place::NewSession module=Module::NewSession>
            <div class="page-head">
                <h1>"New session"</h1>
            </div>
            <noscript>
                <Notice tone=Tone::Warning>
                    <p>"Sending documents needs JavaScript: they are hashed here, before anything leaves this computer."</p>
                </Notice>
            </noscript>
            <NewSessionForm hash_worker=format!("/{package}/hash-worker.js") />
        </Desk>
    }
    .into_any()
}
