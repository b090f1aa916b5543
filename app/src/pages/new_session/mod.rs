//! The page of the form for a new session. Its markup is here, with templates of
//! all that may appear in it; its life is [`NewSessionForm`].

mod parts;

use leptos::prelude::*;

use self::parts::{Actions, Details, Documents, Preview, Summary, Templates};
use super::{
    layout::{Desk, Module, Place},
    problem::Problem,
};
use crate::{
    backend::authorised,
    islands::{NewSessionForm, new_session::place},
    model::Tone,
    ui::Notice,
};

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
            <NewSessionForm hash_worker=format!("/{package}/hash-worker.js") preview=format!("/{package}/preview.js")>
                <form id=place::FORM class="new-session" novalidate>
                    <Summary />
                    <fieldset id=place::CONTROLS disabled>
                        <legend class="visually-hidden">"New session"</legend>
                        <div class="split even">
                            <Documents />
                            <Details />
                        </div>
                    </fieldset>
                    <Actions />
                </form>
                <Preview />
                <Templates />
            </NewSessionForm>
        </Desk>
    }
    .into_any()
}
