//! Keys by which programs ask, and what an admin does about them.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    problem::Problem,
    sign_in::{FormMessage, finding},
};
use crate::{
    backend::authorised,
    form::FormOutcome,
    model::{ApiKey, ApiKeys, KEY_ROLES, KeyState, Moment, Team, Tone},
    paths,
    ui::{Field, Notice, TextField, Time},
};

/// Lives to choose from, in days.
const LIVES: [(u16, &str); 4] = [(30, "30 days"), (90, "90 days"), (180, "180 days"), (365, "A year")];

/// The page for admins.
#[component]
pub(crate) fn ApiKeysPage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.api_keys(&staff).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(keys) => view! { <All outcome=outcome keys=keys /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn All(outcome: FormOutcome, keys: ApiKeys) -> impl IntoView {
    let ApiKeys { keys, teams, now } = keys;
    let list = if keys.is_empty() {
        view! { <p class="panel hint">"No program has a key yet."</p> }.into_any()
    } else {
        let lines = keys.into_iter().map(|key| line(key, &teams, now)).collect_view();
        view! {
            <section class="panel" aria-label="Keys">
                <table class="table keys" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Key"</th>
                            <th role="columnheader" scope="col">"State"</th>
                            <th role="columnheader" scope="col">"Role and team"</th>
                            <th role="columnheader" scope="col">"Last used"</th>
                            <th role="columnheader" scope="col">
                                <span class="visually-hidden">"Acts"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </section>
        }
        .into_any()
    };
    view! {
        <Desk title="API keys" place=Place::ApiKeys>
            <div class="page-head">
                <h1>"API keys"</h1>
            </div>
            <FormMessage outcome=outcome.clone() />
            {outcome.link.clone().map(|key| view! { <Secret key=key.0 /> })}
            {list}
            <Make outcome=outcome teams=teams />
        </Desk>
    }
    .into_any()
}

fn line(key: ApiKey, teams: &[Team], now: Moment) -> impl IntoView + use<> {
    let state = key.state(now);
    let ApiKey { id, hint, name, role, team, created, expires, used, revoked } = key;
    let team = teams.iter().find(|known| known.id == team).map(|team| team.name.clone());
    let state_text = match state {
        KeyState::Good => view! { "Until " <Time at=expires /> }.into_any(),
        KeyState::Expired => view! { "Expired " <Time at=expires /> }.into_any(),
        KeyState::Revoked => view! { "Revoked " {revoked.map(|at| view! { <Time at=at /> })} }.into_any(),
    };
    let used = used.map_or_else(|| "Never".into_any(), |at| view! { <Time at=at /> }.into_any());
    let revoke = (state == KeyState::Good).then(|| {
        view! {
            <form method="post" action=paths::API_KEYS class="actions">
                <input type="hidden" name="key" value=id.to_string() />
                <button class="button plain" type="submit" name="act" value="revoke">
                    "Revoke"
                    <span class="visually-hidden">{[": ", &name].concat()}</span>
                </button>
            </form>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="Key">
                <span class="name">{name.clone()}</span>
                <p class="meta">
                    <code>{hint} "…"</code>
                    ", made "
                    <Time at=created />
                </p>
            </td>
            <td role="cell" data-label="State">
                {state_text}
            </td>
            <td role="cell" data-label="Role and team">
                {role.label()}
                ", "
                {team}
            </td>
            <td role="cell" data-label="Last used">
                {used}
            </td>
            <td role="cell">{revoke}</td>
        </tr>
    }
    .into_any()
}

/// A key that is shown once.
#[component]
fn Secret(key: String) -> impl IntoView {
    view! {
        <Notice tone=Tone::Good>
            <p>"Put this key where the program finds its secrets. It is shown once; whoever has it can use it."</p>
            <input class="link-field" type="text" readonly aria-label="API key" value=key />
        </Notice>
    }
}

#[component]
fn Make(outcome: FormOutcome, teams: Vec<Team>) -> impl IntoView {
    let roles = KEY_ROLES.map(|role| view! { <option value=role.slug()>{role.label()}</option> }).collect_view();
    let teams =
        teams.into_iter().map(|team| view! { <option value=team.id.to_string()>{team.name}</option> }).collect_view();
    let lives =
        LIVES.map(|(days, label)| view! { <option value=days.to_string() selected=days == 90>{label}</option> });
    view! {
        <section class="panel" aria-labelledby="make-heading">
            <h2 id="make-heading">"Make a key"</h2>
            <form method="post" action=paths::API_KEYS novalidate>
                <TextField
                    id="name"
                    label="Name"
                    hint="What the key is for, for example the program that uses it."
                    value=outcome.name.clone()
                    error=finding(&outcome, "name")
                />
                <Field id="role" label="Role" hint="An embedder lets pages of others show how sessions stand.">
                    <select id="role" name="role">
                        {roles}
                    </select>
                </Field>
                <Field id="team" label="Team" hint="A key reaches what this team sends, and nothing else.">
                    <select id="team" name="team">
                        {teams}
                    </select>
                </Field>
                <Field id="days" label="Works for">
                    <select id="days" name="days">
                        {lives.collect_view()}
                    </select>
                </Field>
                <button class="button primary" type="submit" name="act" value="make">
                    "Make key"
                </button>
            </form>
        </section>
    }
    .into_any()
}
