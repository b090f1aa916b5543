//! First-run set-up, reached by the one-time link.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::Front,
    sign_in::{FormMessage, finding},
};
use crate::{form::FormOutcome, paths, ui::TextField};

/// The form that makes the first account.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let mut outcome = use_context::<FormOutcome>().unwrap_or_default();
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    if let Some(token) = outcome.at("token").map(str::to_owned) {
        outcome.message.get_or_insert(token);
    }
    view! {
        <Front title="Set up">
            <h1>"Set up this desk"</h1>
            <p class="lead">"You make the first account. The link that brought you here works once."</p>
            <FormMessage outcome=outcome.clone() />
            <form method="post" action=paths::SETUP novalidate>
                <input type="hidden" name="token" value=token />
                <TextField
                    id="name"
                    label="Your name"
                    autocomplete="name"
                    hint="As others at the desk see it."
                    value=outcome.name.clone()
                    error=finding(&outcome, "name")
                />
                <TextField
                    id="username"
                    label="User name"
                    autocomplete="username"
                    hint="For signing in."
                    value=outcome.username.clone()
                    error=finding(&outcome, "username")
                />
                <TextField
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters, better 15. Any characters, spaces too; a few random words are good."
                    error=finding(&outcome, "password")
                />
                <button class="button primary wide" type="submit">
                    "Create account"
                </button>
            </form>
        </Front>
    }
}
