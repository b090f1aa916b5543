//! The audit trail.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    layout::{Desk, Place},
    problem::Problem,
};
use crate::{
    backend::authorised,
    model::{Action, AuditEntry, AuditFilter, AuditPage, Outcome},
    paths,
    ui::{Glyph, Icon, Pager, Time},
};

/// The page for auditors and admins.
#[component]
pub(crate) fn TrailPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(|query| AuditFilter::read(|name| query.get(name)));
    let asked = authorised();
    Suspend::new(async move {
        let found = match (asked, filter) {
            (Ok((backend, staff)), Ok(filter)) => backend.audit(&staff, filter).await,
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        match found {
            Ok(page) => view! { <Trail page=page /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn Trail(page: AuditPage) -> impl IntoView {
    let AuditPage { entries, total, filter, people } = page;
    let whole = AuditFilter { page: 1, ..filter.clone() };
    let lines = entries.into_iter().map(line).collect_view();
    let turned = filter.clone();
    let to = move |page| paths::audit(paths::AUDIT, &AuditFilter { page, ..turned.clone() });
    view! {
        <Desk title="Audit trail" place=Place::Audit>
            <div class="page-head">
                <h1>"Audit trail"</h1>
                <p class="count">{if total == 1 { "1 entry".to_owned() } else { format!("{total} entries") }}</p>
                <a class="button" href=paths::audit(paths::AUDIT_CSV, &whole)>
                    <Icon glyph=Glyph::Download />
                    "CSV"
                </a>
                <a class="button" href=paths::audit(paths::AUDIT_JSON, &whole)>
                    <Icon glyph=Glyph::Download />
                    "JSON Lines"
                </a>
            </div>
            <Filter filter=filter.clone() people=people />
            <section class="panel" aria-label="Entries">
                <table class="table audit" role="table">
                    <caption class="visually-hidden">"What was done, newest first"</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"When"</th>
                            <th role="columnheader" scope="col">"Who"</th>
                            <th role="columnheader" scope="col">"What"</th>
                            <th role="columnheader" scope="col">"Object"</th>
                            <th role="columnheader" scope="col">"From"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{lines}</tbody>
                </table>
            </section>
            <Pager page=filter.page total=total page_size=AuditFilter::PAGE_SIZE to=to />
        </Desk>
    }
    .into_any()
}

fn line(entry: AuditEntry) -> impl IntoView {
    let AuditEntry { at, name, action, outcome, object, detail, ip, trace, .. } = entry;
    let object = object.map(|object| {
        let id = object.id.to_string();
        let narrowed = AuditFilter { object: Some(object.id), ..AuditFilter::default() };
        view! {
            <a href=paths::audit(paths::AUDIT, &narrowed)>{object.kind.label()}</a>
            <p class="meta">
                <code>{id}</code>
            </p>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" data-label="When">
                <Time at=at />
            </td>
            <td role="cell" data-label="Who">
                {name.unwrap_or_else(|| "Nobody known".to_owned())}
            </td>
            <td role="cell" data-label="What">
                <span>
                    {action.label()} {(outcome == Outcome::Refused).then_some(": refused")}
                    {detail.map(|detail| view! { <span class="meta">{[" (", &detail, ")"].concat()}</span> })}
                </span>
            </td>
            <td role="cell" data-label="Object">
                <div>{object}</div>
            </td>
            <td role="cell" data-label="From">
                <div>{ip} {trace.map(|trace| view! { <p class="meta"><code>{trace}</code></p> })}</div>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Filter(filter: AuditFilter, people: Vec<(uuid::Uuid, String)>) -> impl IntoView {
    let narrow = filter.is_narrow();
    let (chosen, what) = (filter.who, filter.what);
    let value = move |name: &str| {
        filter.query().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value).unwrap_or_default()
    };
    let people = people
        .into_iter()
        .map(|(id, name)| {
            view! {
                <option value=id.to_string() selected=chosen == Some(id)>
                    {name}
                </option>
            }
        })
        .collect_view();
    let actions = Action::ALL
        .iter()
        .map(|action| {
            view! {
                <option value=action.slug() selected=what == Some(*action)>
                    {action.label()}
                </option>
            }
        })
        .collect_view();
    view! {
        <search>
            <form class="filter" method="get" action=paths::AUDIT>
                <div class="field">
                    <label for="who">"Who"</label>
                    <select id="who" name="who">
                        <option value="" selected=chosen.is_none()>
                            "Anybody"
                        </option>
                        {people}
                    </select>
                </div>
                <div class="field">
                    <label for="what">"What"</label>
                    <select id="what" name="what">
                        <option value="" selected=what.is_none()>
                            "Anything"
                        </option>
                        {actions}
                    </select>
                </div>
                <div class="field">
                    <label for="from">"From"</label>
                    <input id="from" name="from" type="date" value=value("from") />
                </div>
                <div class="field">
                    <label for="until">"Until"</label>
                    <input id="until" name="until" type="date" value=value("until") />
                </div>
                <div class="field grow">
                    <label for="object">"Id of the object"</label>
                    <input id="object" name="object" type="text" value=value("object") autocomplete="off" />
                </div>
                <button class="button" type="submit">
                    <Icon glyph=Glyph::Search />
                    "Filter"
                </button>
                {narrow
                    .then(|| {
                        view! {
                            <a class="button plain" href=paths::AUDIT>
                                "Clear"
                            </a>
                        }
                    })}
            </form>
        </search>
    }
    .into_any()
}
