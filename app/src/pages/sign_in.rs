//! Sign-in. A plain form: it works before, and without, any code.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use leptos_meta::Meta;

use super::layout::Front;
use crate::{
    backend::WaysIn,
    form::{FormOutcome, Onward},
    paths,
    ui::TextField,
};

/// The sign-in form.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    if let Some(onward) = use_context::<Onward>() {
        return view! { <OnwardPage onward=onward /> }.into_any();
    }
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let ways = use_context::<WaysIn>().unwrap_or_default();
    let return_to = use_query_map().with_untracked(|query| query.get("return_to"));
    let at_providers = (!ways.providers.is_empty()).then(|| providers(&ways, return_to.clone()));
    view! {
        <Front title="Sign in">
            <h1>"Sign in"</h1>
            <FormMessage outcome=outcome.clone() />
            {at_providers}
            {(ways.local).then(|| view! { <Password outcome=outcome return_to=return_to /> })}
        </Front>
    }
    .into_any()
}

/// A button for each provider.
fn providers(ways: &WaysIn, return_to: Option<String>) -> impl IntoView + use<> {
    let buttons = ways.providers.iter().map(|way| {
        view! {
            <button class="button wide" type="submit" name="provider" value=way.id.clone()>
                {["Sign in with ", &way.name].concat()}
            </button>
        }
    });
    view! {
        <form method="post" action=paths::PROVIDER_SIGN_IN class="ways-in">
            {return_to.map(|target| view! { <input type="hidden" name="return_to" value=target /> })}
            {buttons.collect_view()}
        </form>
        {ways.local.then(|| view! { <p class="or">"or with an account of this desk"</p> })}
    }
}

/// Leads on by itself, without a script; a link for those whom it does not lead.
#[component]
fn OnwardPage(onward: Onward) -> impl IntoView {
    view! {
        <Meta http_equiv="refresh" content=["0; url=", &onward.to].concat() />
        <Front title="One moment">
            <h1>"One moment"</h1>
            <p>
                <a href=onward.to>{onward.label}</a>
            </p>
        </Front>
    }
}

/// The form for those who have a password here.
#[component]
fn Password(outcome: FormOutcome, return_to: Option<String>) -> impl IntoView {
    view! {
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
