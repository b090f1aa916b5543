//! Shows a file before it is sent. What shows it (`app/preview.js`, with pdf.js) is
//! large, so it is loaded when somebody first asks.

use std::cell::{Cell, RefCell};

use contract::MimeType;
use leptos::prelude::document;
use web_sys::{CustomEvent, CustomEventInit, File};

use super::{dom, place};

thread_local! {
    static SCRIPT: RefCell<String> = const { RefCell::new(String::new()) };
    static LOAD: Cell<Load> = const { Cell::new(Load::NotYet) };
    /// What was asked for last.
    static ASKED: RefCell<Option<(File, MimeType)>> = const { RefCell::new(None) };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    NotYet,
    UnderWay,
    Done,
}

/// Says where the script lies. Once.
pub(super) fn set_up(script: String) {
    SCRIPT.set(script);
}

/// Opens the dialog with this file.
pub(super) fn show(file: File, mime_type: MimeType) {
    ASKED.set(Some((file, mime_type)));
    match LOAD.get() {
        Load::Done => tell(),
        Load::UnderWay => {}
        Load::NotYet => load(),
    }
}

fn load() {
    let Ok(script) = document().create_element("script") else { return };
    dom::set(Some(&script), "type", "module");
    dom::set(Some(&script), "src", &SCRIPT.with_borrow(String::clone));
    dom::on(Some(script.clone().into()), "load", |_| {
        LOAD.set(Load::Done);
        tell();
    });
    // Pressing again tries again.
    dom::on(Some(script.clone().into()), "error", |_| LOAD.set(Load::NotYet));
    LOAD.set(Load::UnderWay);
    if let Some(body) = document().body() {
        // The body takes children.
        let _ = body.append_child(&script);
    }
}

fn tell() {
    let (Some(dialog), Some((file, mime_type))) = (dom::by_id(place::PREVIEW), ASKED.take()) else { return };
    let detail = js_sys::Object::new();
    for (name, value) in [("file", file.as_ref()), ("type", &mime_type.as_str().into())] {
        // Plain objects take any property.
        let _ = js_sys::Reflect::set(&detail, &name.into(), value);
    }
    let init = CustomEventInit::new();
    init.set_detail(&detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict("preview", &init) {
        // Fails for events that are being dispatched already.
        let _ = dialog.dispatch_event(&event);
    }
}
