//! How the system does, and what to do where it does not do well.

use leptos::prelude::*;

use super::{
    layout::{Desk, Place},
    problem::Problem,
};
use crate::{
    backend::authorised,
    model::{Check, SystemStatus, Tone},
    ui::{Glyph, Icon, Notice, Time},
};

/// The page for admins.
#[component]
pub(crate) fn StatusPage() -> impl IntoView {
    let asked = authorised();
    Suspend::new(async move {
        let found = match asked {
            Ok((backend, staff)) => backend.system_status(&staff).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(status) => view! { <All status=status /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn All(status: SystemStatus) -> impl IntoView {
    let checks = status.checks();
    let bad = checks.iter().filter(|check| check.tone == Tone::Bad).count();
    let warnings = checks.iter().filter(|check| check.tone == Tone::Warning).count();
    let (tone, summary) = match (bad, warnings) {
        (0, 0) => (Tone::Good, "All is well.".to_owned()),
        (0, 1) => (Tone::Warning, "One thing wants a look.".to_owned()),
        (0, some) => (Tone::Warning, format!("{some} things want a look.")),
        (1, _) => (Tone::Bad, "One thing is wrong.".to_owned()),
        (some, _) => (Tone::Bad, format!("{some} things are wrong.")),
    };
    let lines = checks.into_iter().map(line).collect_view();
    view! {
        <Desk title="System status" place=Place::Status>
            <div class="page-head">
                <h1>"System status"</h1>
                <p class="said">"As of " <Time at=status.now /></p>
            </div>
            <Notice tone=tone>
                <p>{summary}</p>
            </Notice>
            <section class="panel" aria-label="Checks">
                <table class="table" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"What"</th>
                            <th role="columnheader" scope="col">"How"</th>
                            <th role="columnheader" scope="col">"Fact, and what to do"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </section>
        </Desk>
    }
    .into_any()
}

fn line(check: Check) -> impl IntoView {
    let Check { name, tone, fact, at, advice } = check;
    view! {
        <tr role="row">
            <td role="cell" data-label="What">
                <span class="name">{name}</span>
            </td>
            <td role="cell" data-label="How">
                {mark(tone)}
            </td>
            <td role="cell" data-label="Fact">
                <p>{fact} {at.map(|at| view! { " " <Time at=at /> })}</p>
                {advice.map(|advice| view! { <p class="meta">{advice}</p> })}
            </td>
        </tr>
    }
    .into_any()
}

/// A word, a shape and a colour that say the same.
fn mark(tone: Tone) -> Option<impl IntoView> {
    let (class, glyph, word) = match tone {
        Tone::Quiet => return None,
        Tone::Active => ("badge active", Glyph::Dots, "Under way"),
        Tone::Good => ("badge good", Glyph::Check, "Good"),
        Tone::Warning => ("badge warning", Glyph::Warning, "Look"),
        Tone::Bad => ("badge bad", Glyph::Cross, "Wrong"),
    };
    Some(view! {
        <span class=class>
            <Icon glyph=glyph />
            <span>{word}</span>
        </span>
    })
}
