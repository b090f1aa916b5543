//! The OpenID providers: how they are set up, whether they work, what to register there.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    problem::Problem,
};
use crate::{
    backend::{WaysIn, authorised},
    model::{ProviderView, Tone},
    paths,
    ui::{Notice, Time},
};

/// The page for admins.
#[component]
pub(crate) fn ProvidersPage() -> impl IntoView {
    let ways = use_context::<WaysIn>().unwrap_or_default();
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.providers(&staff).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(providers) => view! { <All providers=providers local=ways.local /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn All(providers: Vec<ProviderView>, local: bool) -> impl IntoView {
    let none = providers.is_empty().then(|| {
        view! {
            <section class="panel">
                <p>
                    "Nobody signs in at a provider yet. Providers such as Entra ID, Keycloak or Google are set up in the \
                     settings file, in a section providers.<id> for each."
                </p>
            </section>
        }
    });
    let passwords = if local {
        "People can also sign in by a password of this desk."
    } else {
        "Passwords of this desk are switched off by the setting login.local."
    };
    view! {
        <Desk title="Sign-in providers" place=Place::People>
            <div class="page-head">
                <h1>"Sign-in providers"</h1>
                <a class="button" href=paths::PEOPLE>
                    "People"
                </a>
            </div>
            <p>{passwords}</p>
            {none}
            {providers.into_iter().map(one).collect_view()}
        </Desk>
    }
    .into_any()
}

fn one(provider: ProviderView) -> impl IntoView {
    let ProviderView { id, name, issuer, client_id, claim, roles, default_role, trouble, .. } = provider;
    let heading = ["provider-", &id].concat();
    let labelled = heading.clone();
    let by_claim = ["Roles by the claim ", &claim].concat();
    let register = ["To register at ", &name].concat();
    let state = match trouble {
        None => {
            view! { <Notice tone=Tone::Good><p>"Answers, with the right issuer and its keys."</p></Notice> }.into_any()
        }
        Some(trouble) => view! { <Notice tone=Tone::Bad><p>{trouble}</p></Notice> }.into_any(),
    };
    let mut gives: Vec<String> = roles.into_iter().map(|(value, role)| format!("{value}: {}", role.label())).collect();
    gives.push(match default_role {
        Some(role) => format!("anything else: {}", role.label()),
        None => "anything else: no way in".to_owned(),
    });
    let out = if provider.ends_there {
        "Signing out here leads there, to sign out there too."
    } else {
        "Signing out here leaves people signed in there."
    };
    let came = match provider.people {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let last = provider.last.map(|at| view! { ", the last on " <Time at=at /> });
    view! {
        <section class="panel facts" aria-labelledby=labelled>
            <h2 id=heading>{name}</h2>
            {state}
            <dl>
                <div>
                    <dt>"Issuer"</dt>
                    <dd>{issuer}</dd>
                </div>
                <div>
                    <dt>"Client"</dt>
                    <dd>{client_id}</dd>
                </div>
                <div>
                    <dt>{by_claim}</dt>
                    <dd>{gives.join("; ")}</dd>
                </div>
                <div>
                    <dt>"Came from there"</dt>
                    <dd>{came} {last}</dd>
                </div>
                <div>
                    <dt>"Signing out"</dt>
                    <dd>{out}</dd>
                </div>
            </dl>
            <h3>{register}</h3>
            {address(&id, "redirect", "Redirect URI", provider.redirect_uri)}
            {address(&id, "logout", "Post-logout redirect URI", provider.logout_uri)}
            {address(&id, "notices", "Back-channel logout URI", provider.notices_uri)}
        </section>
    }
    .into_any()
}

/// An address to copy.
fn address(provider: &str, what: &str, label: &'static str, value: String) -> impl IntoView + use<> {
    let id = [provider, "-", what].concat();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input class="link-field" id=id type="text" readonly value=value />
        </div>
    }
    .into_any()
}
