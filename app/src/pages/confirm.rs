//! Where somebody who is signed in shows again who they are, before an act that a
//! browser left open must not be enough for.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::{Desk, Place},
    sign_in::{FormMessage, finding},
};
use crate::{
    backend::WayIn,
    form::{Confirmation, FormOutcome},
    paths,
    ui::TextField,
};

/// The form that asks, or the way on for somebody who has just answered.
#[component]
pub(crate) fn ConfirmPage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    match use_context::<Confirmation>() {
        Some(asked) => view! { <Ask outcome=outcome asked=asked /> }.into_any(),
        None => view! { <GoOn /> }.into_any(),
    }
}

#[component]
fn Ask(outcome: FormOutcome, asked: Confirmation) -> impl IntoView {
    let at_provider = use_context::<WayIn>().map(|way| view! { <AtProvider way=way asked=asked.clone() /> });
    let Confirmation { action, carried, back, password, code } = asked;
    // Who has nothing to show here is not asked for it.
    let can_here = password || code;
    let carried =
        carried.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    let password = password.then(|| {
        view! {
            <TextField
                id=Confirmation::PASSWORD
                label="Password"
                kind="password"
                autocomplete="current-password"
                error=finding(&outcome, Confirmation::PASSWORD)
            />
        }
    });
    let code = code.then(|| {
        view! {
            <TextField
                id=Confirmation::CODE
                label="Code"
                autocomplete="one-time-code"
                hint="From your app, or a recovery code."
                error=finding(&outcome, Confirmation::CODE)
            />
        }
    });
    view! {
        <Desk title="Confirm it is you" place=Place::Elsewhere>
            <div class="page-head">
                <h1>"Confirm it is you"</h1>
            </div>
            <section class="panel narrow" aria-label="Confirm it is you">
                <p>"This is only done for somebody who showed who they are within the last five minutes."</p>
                <FormMessage outcome=outcome />
                {at_provider}
                {can_here.then(|| view! {
                    <form method="post" action=action novalidate>
                        {carried}
                        {password}
                        {code}
                        <p class="hint">"What you typed is kept."</p>
                        <div class="actions">
                            <button class="button primary" type="submit">
                                "Confirm and go on"
                            </button>
                            <a class="button" href=back>
                                "Cancel"
                            </a>
                        </div>
                    </form>
                })}
            </section>
        </Desk>
    }
    .into_any()
}

/// For somebody who signed in at a provider: they show it there once more.
#[component]
fn AtProvider(way: WayIn, asked: Confirmation) -> impl IntoView {
    // A link goes on by itself; of a form, only the page that it was on.
    let target = asked.carried.into_iter().find(|(name, _)| asked.action == paths::CONFIRM && name == "return_to");
    let target = target.map_or(asked.back, |(_, target)| target);
    view! {
        <form method="post" action=paths::PROVIDER_SIGN_IN>
            <input type="hidden" name="provider" value=way.id />
            <input type="hidden" name="again" value="true" />
            <input type="hidden" name="return_to" value=target />
            <p>"Sign in there once more, then do this again."</p>
            <button class="button primary" type="submit">
                {["Confirm at ", &way.name].concat()}
            </button>
        </form>
    }
}

/// A download leaves the page where it is, so the person is told that they can go on.
#[component]
fn GoOn() -> impl IntoView {
    let target = use_query_map().with_untracked(|query| query.get("return_to"));
    // The server has checked that it is a page of this portal.
    let target = target.unwrap_or_else(|| paths::SESSIONS.to_owned());
    view! {
        <Desk title="Confirmed" place=Place::Elsewhere>
            <div class="empty">
                <h1>"Confirmed"</h1>
                <p>"You have shown who you are. For five minutes you are not asked again."</p>
                <p>
                    <a class="button primary" href=target>
                        "Go on"
                    </a>
                </p>
            </div>
        </Desk>
    }
    .into_any()
}
