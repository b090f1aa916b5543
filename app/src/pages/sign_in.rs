//! Sign-in. A plain form: it works before, and without, any code.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::layout::Front;
use crate::{form::FormOutcome, paths, ui::TextField};

/// The sign-in form.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let return_to = use_query_map().with_untracked(|query| query.get("return_to"));
    view! {
        <Front title="Sign in">
            <h1>"Sign in"</h1>
            <FormMessage outcome=outcome.clone() />
            <form method="post" action=paths::SIGN_IN novalidate>
                {return_to.map(|target| view! { <input type="hidden" name="return_to" value=target /> })}
                <TextField
                    id="username"
                    label="User name"
                    autocomplete="username"
                    value=outcome.username.clone()
                    error=finding(&outcome, "username")
                />
                <TextField
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    error=finding(&outcome, "password")
                />
                <button class="button primary wide" type="submit">
                    "Sign in"
                </button>
            </form>
        </Front>
    }
}

/// What the form as a whole is told.
#[component]
pub(super) fn FormMessage(
    /// What the last attempt found.
    outcome: FormOutcome,
) -> impl IntoView {
    let message =
        outcome.message.or_else(|| (!outcome.fields.is_empty()).then(|| "Some fields need another look.".to_owned()));
    message.map(|message| {
        view! {
            <div class="notice bad" role="alert">
                <crate::ui::Icon glyph=crate::ui::Glyph::Cross />
                <p>{message}</p>
            </div>
        }
    })
}

/// What is wrong at a field.
pub(super) fn finding(outcome: &FormOutcome, field: &str) -> Option<String> {
    outcome.at(field).map(str::to_owned)
}
