//! The list of sessions.

mod filter;
mod table;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::{
    filter::{Filter, read_filter},
    table::Table,
};
use super::{
    layout::{AsOf, Desk, Module, Place},
    problem::Problem,
};
use crate::{
    api::list_sessions,
    islands::ListNews,
    model::{ListFilter, Moment, Permission, SessionList, Staff, Tone},
    paths,
    ui::{Glyph, Heard, Icon, Notice, Pager, Time},
};

/// The first page of the portal.
#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(read_filter);
    Suspend::new(async move {
        match list_sessions(filter).await {
            Ok(list) => view! { <List list=list /> }.into_any(),
            Err(error) => view! { <Problem error=error /> }.into_any(),
        }
    })
}

#[component]
fn List(list: SessionList) -> impl IntoView {
    let SessionList { rows, total, filter, as_of, now, hearing } = list;
    let narrowed = filter.standing.is_some() || filter.text.is_some();
    let here = paths::sessions(&filter);
    let may_send = use_context::<Staff>().is_some_and(|staff| staff.may(Permission::Send));
    let body = if !rows.is_empty() {
        let page = filter.page.max(1);
        let turned = filter.clone();
        let to = move |page| paths::sessions(&ListFilter { page, ..turned.clone() });
        view! {
            <Table rows=rows as_of=as_of now=now />
            <Pager page=page total=total page_size=ListFilter::PAGE_SIZE to=to />
        }
        .into_any()
    } else if narrowed {
        view! { <NothingMatches /> }.into_any()
    } else if filter.page > 1 {
        view! { <NothingHere /> }.into_any()
    } else {
        view! { <NoSessions may_send=may_send /> }.into_any()
    };
    view! {
        <Desk title="Signing sessions" place=Place::Sessions module=Module::Sessions as_of=AsOf { event: as_of, now }>
            <div class="page-head">
                <h1>"Signing sessions"</h1>
                {(total > 0 || narrowed).then(|| view! { <p class="count">{count(total, narrowed)}</p> })}
                {may_send
                    .then(|| {
                        view! {
                            <a class="button primary" href=paths::NEW_SESSION>
                                <Icon glyph=Glyph::Plus />
                                "New session"
                            </a>
                        }
                    })}
            </div>
            {hearing.stale_since.map(|since| view! { <Stale since=since /> })}
            <Filter filter=filter narrowed=narrowed />
            <ListNews as_of=as_of here=here />
            {body}
            <Heard hearing=hearing />
        </Desk>
    }
    .into_any()
}

fn count(total: u64, narrowed: bool) -> String {
    match (total, narrowed) {
        (1, false) => "1 session".to_owned(),
        (1, true) => "1 session matches".to_owned(),
        (total, false) => format!("{total} sessions"),
        (total, true) => format!("{total} sessions match"),
    }
}

#[component]
fn Stale(since: Moment) -> impl IntoView {
    view! {
        <Notice tone=Tone::Warning>
            <p>
                "The signing service has not answered since " <Time at=since /> ". What you see may be out of date."
            </p>
        </Notice>
    }
}

#[component]
fn NoSessions(may_send: bool) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Mark />
            <h2>"Nothing sent yet"</h2>
            {if may_send {
                view! {
                    <p>"Choose documents, name who is to sign, and follow here how it goes."</p>
                    <a class="button primary" href=paths::NEW_SESSION>
                        "Send the first documents"
                    </a>
                }
                    .into_any()
            } else {
                view! { <p>"What your team sends appears here."</p> }.into_any()
            }}
        </div>
    }
}

#[component]
fn NothingMatches() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Search />
            <h2>"Nothing matches"</h2>
            <p>"No session has this state with this title or signer."</p>
            <a class="button" href=paths::SESSIONS>
                "Clear the filter"
            </a>
        </div>
    }
}

#[component]
fn NothingHere() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Search />
            <h2>"This page is empty"</h2>
            <p>"The list has fewer pages than that."</p>
            <a class="button" href=paths::SESSIONS>
                "To the first page"
            </a>
        </div>
    }
}
