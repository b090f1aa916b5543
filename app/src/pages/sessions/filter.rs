//! The list's filter: a plain form whose answers live in the address.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use crate::{
    model::{ListFilter, Standing},
    paths,
    ui::{Glyph, Icon},
};

/// Reads the address. What makes no sense there filters nothing.
pub(super) fn read_filter(query: &ParamsMap) -> ListFilter {
    ListFilter {
        standing: query.get("standing").and_then(|slug| Standing::from_slug(&slug)),
        text: query.get("text").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        page: query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1),
    }
}

/// The form above the list.
#[component]
pub(super) fn Filter(
    /// The filter in use.
    filter: ListFilter,
    /// Whether it narrows anything.
    narrowed: bool,
) -> impl IntoView {
    let chosen = filter.standing;
    let states = Standing::ALL
        .iter()
        .map(|standing| {
            view! {
                <option value=standing.slug() selected=chosen == Some(*standing)>
                    {standing.label()}
                </option>
            }
        })
        .collect_view();
    view! {
        <search>
            <form class="filter" method="get" action=paths::SESSIONS>
                <div class="field">
                    <label for="standing">"State"</label>
                    <select id="standing" name="standing">
                        <option value="" selected=chosen.is_none()>
                            "Any"
                        </option>
                        {states}
                    </select>
                </div>
                <div class="field grow">
                    <label for="text">"Title or signer"</label>
                    <input id="text" name="text" type="search" value=filter.text autocomplete="off" />
                </div>
                <button class="button" type="submit">
                    <Icon glyph=Glyph::Search />
                    "Filter"
                </button>
                {narrowed
                    .then(|| {
                        view! {
                            <a class="button plain" href=paths::SESSIONS>
                                "Clear"
                            </a>
                        }
                    })}
            </form>
        </search>
    }
    .into_any()
}
