//! One's own account: who one is, where one is signed in, the password, the second
//! factor. Plain forms.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    problem::Problem,
    sign_in::{FormMessage, finding},
};
use crate::{
    backend::authorised,
    form::FormOutcome,
    model::{Account, FactorState, SignIn, Staff, Tone},
    paths,
    ui::{Notice, TextField, Time},
};

/// The page.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let outcome = use_context::<FormOutcome>().unwrap_or_default();
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.account(&staff).await.map(|account| (staff, account)),
            Err(error) => Err(error),
        };
        match found {
            Ok((staff, account)) => view! { <All outcome=outcome staff=staff account=account /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn All(outcome: FormOutcome, staff: Staff, account: Account) -> impl IntoView {
    let Account { username, team, has_password, factor, needs_factor, sign_ins } = account;
    let lacks = needs_factor && has_password && factor == FactorState::None;
    view! {
        <Desk title="Your account" place=Place::Elsewhere>
            <div class="page-head">
                <h1>"Your account"</h1>
            </div>
            {lacks
                .then(|| {
                    view! {
                        <Notice tone=Tone::Warning>
                            <p>"Your role needs a second factor. Set it up below; everything else waits for it."</p>
                        </Notice>
                    }
                })}
            <FormMessage outcome=outcome.clone() />
            <div class="split even">
                <section class="panel facts" aria-labelledby="you-heading">
                    <h2 id="you-heading">"You"</h2>
                    <dl>
                        <dt>"Name"</dt>
                        <dd>{staff.name}</dd>
                        <dt>"User name"</dt>
                        <dd>{username}</dd>
                        <dt>"Role"</dt>
                        <dd>{staff.role.label()}</dd>
                        <dt>"Team"</dt>
                        <dd>{team}</dd>
                    </dl>
                    <p class="hint">"An admin can change these."</p>
                </section>
                <Factor has_password=has_password factor=factor needed=needs_factor />
            </div>
            <SignIns sign_ins=sign_ins />
            {has_password.then(|| view! { <Password outcome=outcome /> })}
        </Desk>
    }
    .into_any()
}

#[component]
fn SignIns(sign_ins: Vec<SignIn>) -> impl IntoView {
    let others = sign_ins.iter().any(|sign_in| !sign_in.is_this);
    let lines = sign_ins.into_iter().map(line).collect_view();
    view! {
        <section class="panel" aria-labelledby="sign-ins-heading">
            <div class="panel-head">
                <h2 id="sign-ins-heading">"Where you are signed in"</h2>
                {others
                    .then(|| {
                        view! {
                            <form method="post" action=paths::ACCOUNT>
                                <button class="button" type="submit" name="act" value="end-others">
                                    "End all others"
                                </button>
                            </form>
                        }
                    })}
            </div>
            <table class="table" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Browser"</th>
                        <th role="columnheader" scope="col">"Signed in"</th>
                        <th role="columnheader" scope="col">"Last active"</th>
                        <th role="columnheader" scope="col">"Address"</th>
                        <th role="columnheader" scope="col">"Sign-in"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
            <p class="hint">"If you do not know one of these, end it and change your password."</p>
        </section>
    }
    .into_any()
}

fn line(sign_in: SignIn) -> impl IntoView {
    let SignIn { handle, is_this, browser, address, began, active } = sign_in;
    let end = if is_this {
        view! { <span class="badge active">"This one"</span> }.into_any()
    } else {
        let which = [": ", &browser, ", ", &handle].concat();
        view! {
            <form method="post" action=paths::ACCOUNT>
                <input type="hidden" name="sign-in" value=handle.clone() />
                <button class="button plain" type="submit" name="act" value="end">
                    "End"
                    <span class="visually-hidden">{which}</span>
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr role="row">
            <td role="cell" data-label="Title">
                <span class="name">{browser}</span>
            </td>
            <td role="cell" data-label="Signed in">
                <Time at=began />
            </td>
            <td role="cell" data-label="Last active">
                <Time at=active />
            </td>
            <td role="cell" data-label="Address">
                {address}
            </td>
            <td role="cell">{end}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Password(outcome: FormOutcome) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="password-heading">
            <h2 id="password-heading">"Change your password"</h2>
            <p class="hint">"Your other sign-ins end with it."</p>
            <form method="post" action=paths::ACCOUNT novalidate>
                <TextField
                    id="password"
                    label="Password until now"
                    kind="password"
                    autocomplete="current-password"
                    error=finding(&outcome, "password")
                />
                <TextField
                    id="new-password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters, better 15. Any characters, spaces too; a few random words are good."
                    error=finding(&outcome, "new-password")
                />
                <button class="button" type="submit" name="act" value="password">
                    "Change password"
                </button>
            </form>
        </section>
    }
    .into_any()
}

#[component]
fn Factor(has_password: bool, factor: FactorState, needed: bool) -> impl IntoView {
    let said = match (has_password, factor) {
        (false, _) => "You sign in at a provider, which asks for it.".to_owned(),
        (true, FactorState::None) => {
            "An app on your phone shows a code that is asked for beside the password. Then your password alone is of \
             no use to anybody."
                .to_owned()
        }
        (true, FactorState::Set { codes_left }) => {
            let left = match codes_left {
                0 => "No recovery code is left.".to_owned(),
                1 => "1 recovery code is left.".to_owned(),
                count => format!("{count} recovery codes are left."),
            };
            ["Signing in asks for a code of your app. ", &left].concat()
        }
    };
    let acts: &[(&str, &str)] = match factor {
        _ if !has_password => &[],
        FactorState::None => &[("begin", "Set up")],
        FactorState::Set { .. } if needed => &[("codes", "New recovery codes")],
        FactorState::Set { .. } => &[("codes", "New recovery codes"), ("remove", "Remove")],
    };
    let buttons = acts
        .iter()
        .map(|(act, label)| {
            view! {
                <button class="button" type="submit" name="act" value=*act>
                    {*label}
                </button>
            }
        })
        .collect_view();
    view! {
        <section class="panel" aria-labelledby="factor-heading">
            <h2 id="factor-heading">"Second factor"</h2>
            <p>{said}</p>
            {(!acts.is_empty())
                .then(|| {
                    view! {
                        <form method="post" action=paths::FACTOR class="actions">
                            {buttons}
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}
