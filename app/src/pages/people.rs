//! Who may work at the desk, and as what. Plain forms, one for each person.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    problem::Problem,
    sign_in::{FormMessage, finding},
};
use crate::{
    backend::authorised,
    form::FormOutcome,
    model::{AccountState, People, Person, Role, Staff, Team, TeamId, Tone},
    paths,
    ui::{Field, Notice, TextField, Time},
};

/// The page for admins.
#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.people(&staff).await.map(|people| (staff, people)),
            Err(error) => Err(error),
        };
        match found {
            Ok((staff, people)) => view! { <All outcome=outcome staff=staff people=people /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn All(outcome: FormOutcome, staff: Staff, people: People) -> impl IntoView {
    let People { people, teams } = people;
    let lines = people.into_iter().map(|person| line(person, &teams, staff.id)).collect_view();
    view! {
        <Desk title="People" place=Place::People>
            <div class="page-head">
                <h1>"People"</h1>
                <a class="button" href=paths::PROVIDERS>
                    "Sign-in providers"
                </a>
            </div>
            <FormMessage outcome=outcome.clone() />
            {outcome.link.clone().map(|link| view! { <Link link=link.0 /> })}
            <form method="post" action=paths::PEOPLE class="actions">
                <button class="button" type="submit" name="act" value="end-all-sign-ins">
                    "End everybody's sign-ins but this one"
                </button>
            </form>
            <section class="panel" aria-label="Accounts">
                <table class="table people" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Person"</th>
                            <th role="columnheader" scope="col">"State"</th>
                            <th role="columnheader" scope="col">"Role and team"</th>
                            <th role="columnheader" scope="col">"Account"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </section>
            <div class="split even">
                <Invite outcome=outcome.clone() teams=teams />
                <NewTeam outcome=outcome />
            </div>
        </Desk>
    }
    .into_any()
}

fn line(person: Person, teams: &[Team], myself: uuid::Uuid) -> impl IntoView + use<> {
    let Person { id, name, username, issuer, role, team, state, sign_ins, active_at, has_factor } = person;
    let is_me = id == myself;
    let browsers = match sign_ins {
        0 => "Not signed in".to_owned(),
        1 => "Signed in on 1 browser".to_owned(),
        count => format!("Signed in on {count} browsers"),
    };
    let rights = if is_me {
        let team = teams.iter().find(|known| known.id == team).map(|team| team.name.clone());
        view! {
            <p>{role.label()} ", " {team}</p>
            <p class="hint">"Another admin has to change your own account."</p>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=paths::PEOPLE class="filter">
                <input type="hidden" name="person" value=id.to_string() />
                <div class="field">
                    <select name="role" aria-label=["Role of ", &name].concat()>
                        {roles(role)}
                    </select>
                </div>
                <div class="field">
                    <select name="team" aria-label=["Team of ", &name].concat()>
                        {team_options(teams, team)}
                    </select>
                </div>
                <button class="button" type="submit" name="act" value="change">
                    "Save"
                </button>
            </form>
        }
        .into_any()
    };
    let mut acts: Vec<(&str, &str)> = match state {
        _ if is_me => vec![],
        AccountState::Disabled => vec![("enable", "Enable")],
        AccountState::Invited => vec![("link", "New link"), ("disable", "Disable")],
        AccountState::Active if issuer.is_some() => vec![("end-sign-ins", "End sign-ins"), ("disable", "Disable")],
        AccountState::Active => {
            vec![("end-sign-ins", "End sign-ins"), ("link", "New password"), ("disable", "Disable")]
        }
    };
    if has_factor && !is_me {
        acts.push(("remove-factor", "Remove second factor"));
    }
    let buttons = acts
        .into_iter()
        .map(|(act, label)| {
            view! {
                <button class="button plain" type="submit" name="act" value=act>
                    {label}
                    <span class="visually-hidden">{[": ", &name].concat()}</span>
                </button>
            }
        })
        .collect_view();
    view! {
        <tr role="row">
            <td role="cell" data-label="Title">
                <span class="name">{name.clone()}</span>
                <p class="meta">{issuer.map_or(username, |issuer| ["Signs in at ", &issuer].concat())}</p>
            </td>
            <td role="cell" data-label="State">
                {state.label()}
                <p class="meta">{browsers}</p>
                {active_at.map(|at| view! { <p class="meta">"Last active " <Time at=at /></p> })}
                {has_factor.then(|| view! { <p class="meta">"Second factor"</p> })}
            </td>
            <td role="cell">{rights}</td>
            <td role="cell">
                <form method="post" action=paths::PEOPLE class="actions">
                    <input type="hidden" name="person" value=id.to_string() />
                    {buttons}
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn roles(chosen: Role) -> impl IntoView {
    Role::ALL
        .iter()
        .map(|role| {
            view! {
                <option value=role.slug() selected=*role == chosen>
                    {role.label()}
                </option>
            }
        })
        .collect_view()
}

fn team_options(teams: &[Team], chosen: TeamId) -> impl IntoView + use<> {
    teams
        .iter()
        .map(|team| {
            view! {
                <option value=team.id.to_string() selected=team.id == chosen>
                    {team.name.clone()}
                </option>
            }
        })
        .collect_view()
}

/// A link that is shown once.
#[component]
fn Link(link: String) -> impl IntoView {
    view! {
        <Notice tone=Tone::Good>
            <p>"Give this link to the person, and to nobody else. It is shown once, works once, and for three days."</p>
            <input class="link-field" type="text" readonly aria-label="Invitation link" value=link />
        </Notice>
    }
}

#[component]
fn Invite(outcome: FormOutcome, teams: Vec<Team>) -> impl IntoView {
    let first = teams.first().map_or(TeamId(uuid::Uuid::nil()), |team| team.id);
    view! {
        <section class="panel" aria-labelledby="invite-heading">
            <h2 id="invite-heading">"Invite somebody"</h2>
            <form method="post" action=paths::PEOPLE novalidate>
                <TextField
                    id="name"
                    label="Name"
                    hint="As others at the desk see it."
                    value=outcome.name.clone()
                    error=finding(&outcome, "name")
                />
                <TextField
                    id="username"
                    label="User name"
                    hint="For signing in."
                    value=outcome.username.clone()
                    error=finding(&outcome, "username")
                />
                <Field id="role" label="Role">
                    <select id="role" name="role">
                        {roles(Role::Viewer)}
                    </select>
                </Field>
                <Field id="team" label="Team">
                    <select id="team" name="team">
                        {team_options(&teams, first)}
                    </select>
                </Field>
                <button class="button primary" type="submit" name="act" value="invite">
                    "Invite"
                </button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn NewTeam(outcome: FormOutcome) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="team-heading">
            <h2 id="team-heading">"Make a team"</h2>
            <p class="hint">"What people make belongs to their team. Other teams do not see it."</p>
            <form method="post" action=paths::PEOPLE novalidate>
                <TextField id="team-name" label="Name of the team" error=finding(&outcome, "team-name") />
                <button class="button" type="submit" name="act" value="team">
                    "Make team"
                </button>
            </form>
        </section>
    }
    .into_any()
}
