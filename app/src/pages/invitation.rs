//! Where an invitation's link leads: its owner chooses a password.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::Front,
    sign_in::{FormMessage, finding},
};
use crate::{form::FormOutcome, paths, ui::TextField};

/// The form that opens an account.
#[component]
pub(crate) fn InvitationPage() -> impl IntoView {
    let mut outcome = use_context::<FormOutcome>().unwrap_or_default();
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let refused = outcome.at("token").map(str::to_owned);
    let form = refused.is_none().then(|| {
        view! {
            <form method="post" action=paths::INVITATION novalidate>
                <input type="hidden" name="token" value=token />
                <TextField
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters, better 15. Any characters, spaces too; a few random words are good."
                    error=finding(&outcome, "password")
                />
                <button class="button primary wide" type="submit">
                    "Open account"
                </button>
            </form>
        }
    });
    if let Some(refused) = refused {
        outcome.message.get_or_insert(refused);
    }
    view! {
        <Front title="Your account">
            <h1>"Choose a password"</h1>
            <p class="lead">"The link that brought you here works once. Your user name came with it."</p>
            <FormMessage outcome=outcome />
            {form}
        </Front>
    }
}
