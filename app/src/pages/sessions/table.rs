//! The lines of the list. On narrow screens each becomes a card; the roles keep it a
//! table for screen readers all the same.

use leptos::prelude::*;

use crate::{
    islands::{DueCountdown, StateBadge},
    model::{Moment, SessionRow},
    paths,
    ui::Time,
};

/// The table of sessions.
#[component]
pub(super) fn Table(
    /// Its lines.
    rows: Vec<SessionRow>,
    /// The live event that it was made at.
    as_of: u64,
    /// The server's time when it was made.
    now: Moment,
) -> impl IntoView {
    let lines = rows.into_iter().map(|row| view! { <Line row=row as_of=as_of now=now /> }).collect_view();
    view! {
        <table class="table sessions panel" role="table">
            <caption class="visually-hidden">"Signing sessions, newest first"</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"State"</th>
                    <th role="columnheader" scope="col">"Title"</th>
                    <th role="columnheader" scope="col">"Signer"</th>
                    <th role="columnheader" scope="col">"Due"</th>
                    <th role="columnheader" scope="col">"Created"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{lines}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Line(row: SessionRow, as_of: u64, now: Moment) -> impl IntoView {
    let SessionRow { id, standing, title, signer, due, created, .. } = row;
    view! {
        <tr role="row">
            <td role="cell" data-label="State">
                <StateBadge session=id standing=standing as_of=as_of />
            </td>
            <td role="cell" data-label="Title">
                <a class="name" href=paths::session(id)>
                    {title}
                </a>
            </td>
            <td role="cell" data-label="Signer">
                {signer}
            </td>
            <td role="cell" data-label="Due">
                <DueCountdown session=id standing=standing due=due now=now as_of=as_of />
                <Time at=due />
            </td>
            <td role="cell" data-label="Created">
                <Time at=created />
            </td>
        </tr>
    }
    .into_any()
}
