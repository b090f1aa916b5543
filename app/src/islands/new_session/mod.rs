//! The form for a new session. Nothing leaves the browser before Send: files are
//! looked at and hashed here, and uploaded only then.
//!
//! All markup is the server's, templates of what may appear included: this code only
//! listens to it and fills it. Views would make the module half as large again.

mod dom;
mod draw;
mod due;
mod fields;
mod files;
mod form;
pub(crate) mod place;
mod preflight;
mod preview;
mod sending;
mod state;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, Event, HtmlInputElement};

use self::state::Phase;
use crate::{hashing, model::field};

/// Files, fields, Send. Inert until it is alive, so that nothing typed can get lost
/// and nothing typed can end up in an address.
#[island]
pub fn NewSessionForm(
    /// Address of the worker that hashes.
    hash_worker: String,
    /// Address of the script that shows files.
    preview: String,
    /// The markup.
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| come_alive(hash_worker.clone(), preview.clone()));
    children()
}

fn come_alive(hash_worker: String, preview: String) {
    preview::set_up(preview);
    hashing::set_up(hash_worker);
    due::set_up();
    listen();
    state::refresh();
    // Files may have been chosen before.
    take();
}

fn listen() {
    dom::on(Some(window().into()), "beforeunload", |event| {
        // Leaving with something unsent asks first.
        let unsent = state::read(|state| state.phase != Phase::Leaving && (state.touched || !state.files.is_empty()));
        if unsent {
            event.prevent_default();
        }
    });

    let on = |id: &str, event: &str, handler: fn(Event)| dom::on(dom::by_id(id).map(Into::into), event, handler);
    on(place::FORM, "input", |_| state::update(|state| state.touched = true));
    on(place::FORM, "submit", |event| {
        event.prevent_default();
        if state::phase() == Phase::Editing {
            state::enter(Phase::Waiting);
        }
    });
    // A file dropped beside the zone would replace the page.
    on(place::FORM, "dragover", |event| event.prevent_default());
    on(place::FORM, "drop", |event| event.prevent_default());

    on(field::DOCUMENTS, "change", |_| take());
    on(place::DROP_ZONE, "dragover", |_| hover(true));
    on(place::DROP_ZONE, "dragleave", |_| hover(false));
    on(place::DROP_ZONE, "drop", |event| {
        hover(false);
        let dropped = event.unchecked_ref::<DragEvent>().data_transfer();
        if state::phase() == Phase::Editing
            && let Some(list) = dropped.and_then(|dropped| dropped.files())
        {
            files::add(&list);
        }
    });
    on(place::FILES, "click", |event| match event.target().and_then(|target| file_of_button(target.unchecked_ref())) {
        Some((key, true)) => files::remove(key),
        Some((key, false)) => files::preview(key),
        None => {}
    });
    on(place::CANCEL, "click", |_| {
        if state::phase() == Phase::Waiting {
            state::enter(Phase::Editing);
        } else {
            sending::cancel();
        }
    });
}

/// Takes the files out of the field that they are chosen in.
fn take() {
    if let Some(field) = dom::by_id(field::DOCUMENTS) {
        let field = field.unchecked_into::<HtmlInputElement>();
        if let Some(list) = field.files()
            && list.length() > 0
        {
            files::add(&list);
            // Or else the same file could not be chosen again.
            field.set_value("");
        }
    }
}

/// Whether something is being dragged over the drop zone.
fn hover(over: bool) {
    if let Some(zone) = dom::by_id(place::DROP_ZONE) {
        // Fails for malformed names alone.
        let _ = zone.class_list().toggle_with_force("over", over);
    }
}

/// The file whose button was pressed, be it at the icon, and whether that removes it.
fn file_of_button(pressed: &Element) -> Option<(u32, bool)> {
    let button = pressed.closest("button").ok()??;
    let row = button.closest("li").ok()??;
    Some((draw::key_of(&row.id())?, button.class_list().contains("remove")))
}
