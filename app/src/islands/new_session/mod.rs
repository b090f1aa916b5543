//! The form for a new session. Nothing leaves the browser before Send: files are
//! looked at and hashed here, and uploaded only then.

mod due;
mod fields;
mod file_list;
mod files;
mod form;
mod preflight;
mod sending;
mod view;

use leptos::{ev, leptos_dom::helpers::window_event_listener, prelude::*};

use self::{
    form::{Form, Phase},
    view::{Actions, Details, DropZone, Summary},
};
use crate::{clock, hashing};

/// Files, fields, Send. Inert until it is alive, so that nothing typed can get lost
/// and nothing typed can end up in an address.
#[island]
pub fn NewSessionForm(
    /// Address of the worker that hashes.
    hash_worker: String,
) -> impl IntoView {
    let form = Form::new();
    let alive = RwSignal::new(false);
    let touched = RwSignal::new(false);

    Effect::new(move |_| {
        hashing::set_up(hash_worker.clone());
        if let Some(field) = form.due.get_untracked()
            && field.value().is_empty()
        {
            field.set_value(&due::field_value(fields::proposed_due(clock::now())));
        }
        alive.set(true);
    });
    // Send waits for files that are still being hashed.
    Effect::new(move |_| {
        let settled = form.files.with(|files| files.iter().all(files::Chosen::is_settled));
        if form.phase.get() == Phase::Waiting && settled {
            sending::send(form);
        }
    });
    // Leaving with something unsent asks first.
    Effect::new(move |_| {
        let handle = window_event_listener(ev::beforeunload, move |event| {
            let unsent = touched.get_untracked() || form.files.with_untracked(|files| !files.is_empty());
            if unsent && form.phase.get_untracked() != Phase::Leaving {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });

    let editable = Memo::new(move |_| alive.get() && form.phase.get() == Phase::Editing);
    view! {
        <form
            class="new-session"
            novalidate
            on:input=move |_| touched.set(true)
            on:submit=move |event| {
                event.prevent_default();
                if form.phase.get_untracked() == Phase::Editing {
                    form.phase.set(Phase::Waiting);
                }
            }
            // A file dropped beside the zone would replace the page.
            on:dragover=move |event| event.prevent_default()
            on:drop=move |event| event.prevent_default()
        >
            <Summary form=form />
            <fieldset disabled=move || !editable.get()>
                <legend class="visually-hidden">"New session"</legend>
                <div class="split even">
                    <DropZone form=form alive=alive />
                    <Details form=form />
                </div>
            </fieldset>
            <Actions form=form alive=alive />
        </form>
    }
    .into_any()
}
