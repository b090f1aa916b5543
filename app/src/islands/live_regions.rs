//! Keeps the regions of a page as the server would render them now.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Document, DomParser, Element, HtmlDetailsElement, HtmlElement, Node, SupportedType};

use crate::{
    fetch::{self, Failure},
    live::{self, News},
    model::SessionId,
    ui::localise,
};

/// Fetches the page again when a live event says that the session changed, and puts
/// the regions that differ (`ui::LiveRegion`) in place of the old ones. Nothing else
/// is touched, so focus, scroll and folded-out parts stay.
#[island]
pub fn LiveRegions(
    /// Whose page it is.
    session: SessionId,
    /// The live event that the page was made at.
    as_of: u64,
) -> impl IntoView {
    let failure = RwSignal::new(String::new());
    // Counts what asks for a fetch; a fetch that is overtaken meanwhile is repeated.
    let asked = RwSignal::new(0_u32);
    let fetching = RwSignal::new(false);

    let refresh = move || {
        asked.update(|asked| *asked += 1);
        if fetching.get_untracked() {
            return;
        }
        fetching.set(true);
        spawn_local(async move {
            let mut answered = 0;
            while answered != asked.get_untracked() {
                answered = asked.get_untracked();
                let outcome = match window().location().pathname() {
                    Ok(here) => fetch::page(&here).await,
                    Err(_) => Err(Failure::Unreachable),
                };
                failure.set(match outcome {
                    Ok(html) => {
                        replace(&html);
                        String::new()
                    }
                    Err(problem) => problem.message(),
                });
            }
            fetching.set(false);
        });
    };
    live::listen(as_of, Some(session), move |news| match news {
        News::Change(event) if event.session == session => refresh(),
        News::Resync => refresh(),
        News::Change(_) | News::Elsewhere(_) | News::Connection(_) => {}
    });
    view! {
        <p class="field-error" role="alert" hidden=move || failure.with(String::is_empty)>
            {move || failure.get()}
        </p>
    }
}

/// Puts the regions of `html` that differ in place of those of the page.
fn replace(html: &str) {
    let newer = DomParser::new().and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml));
    let Ok(newer) = newer else { return };
    let document = document();
    let mut replaced = false;
    for region in all::<Element>(&document, "[data-live]") {
        let Some(fresh) = newer.get_element_by_id(&region.id()) else { continue };
        if fresh.get_attribute("data-live") != region.get_attribute("data-live") {
            exchange(&document, &region, &fresh);
            replaced = true;
        }
    }
    if replaced {
        localise();
    }
}

fn exchange(document: &Document, old: &Element, fresh: &Element) {
    let focused = document.active_element().filter(|focused| old.contains(Some(focused)));
    let target = focused.and_then(|focused| focused.get_attribute("href"));
    let open: Vec<bool> = all::<HtmlDetailsElement>(old, "details").iter().map(HtmlDetailsElement::open).collect();
    for (details, open) in all::<HtmlDetailsElement>(fresh, "details").iter().zip(open) {
        details.set_open(open);
    }
    // A node of one document becomes one of the other by being put there.
    if old.replace_with_with_node_1(fresh).is_err() {
        return;
    }
    if let Some(target) = target {
        let links = all::<HtmlElement>(fresh, "a[href]");
        if let Some(link) = links.iter().find(|link| link.get_attribute("href").as_ref() == Some(&target)) {
            // What cannot take the focus leaves it where it is.
            let _ = link.focus();
        }
    }
}

/// The elements below `root` that `selector` names.
fn all<T: JsCast>(root: &Node, selector: &str) -> Vec<T> {
    let found = match root.dyn_ref::<Document>() {
        Some(document) => document.query_selector_all(selector),
        None => root.unchecked_ref::<Element>().query_selector_all(selector),
    };
    let Ok(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)).map(JsCast::unchecked_into).collect()
}
