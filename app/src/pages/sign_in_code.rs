//! The second page of signing in, for who has a second factor.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::Front,
    sign_in::{FormMessage, finding},
};
use crate::{form::FormOutcome, paths, ui::TextField};

/// The form that asks for the code.
#[component]
pub(crate) fn SignInCodePage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let return_to = use_query_map().with_untracked(|query| query.get("return_to"));
    view! {
        <Front title="Your code">
            <h1>"Your code"</h1>
            <FormMessage outcome=outcome.clone() />
            <form method="post" action=paths::SIGN_IN_CODE novalidate>
                {return_to.map(|target| view! { <input type="hidden" name="return_to" value=target /> })}
                <TextField
                    id="code"
                    label="Code"
                    autocomplete="one-time-code"
                    hint="From your app. If you lost it, one of your recovery codes."
                    error=finding(&outcome, "code")
                />
                <button class="button primary wide" type="submit">
                    "Sign in"
                </button>
            </form>
            <p class="hint">
                "No code at hand? An admin can remove your second factor. " <a href=paths::SIGN_IN>"Start again"</a>
            </p>
        </Front>
    }
}
