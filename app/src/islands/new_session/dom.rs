//! The few things this form does to the page. They leave out what is not there: the
//! markup is fixed, and a part that it lacks must not stop the others.

use js_sys::{Function, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlTemplateElement};

/// The element of this id.
pub(super) fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// The first element in `place` that the selector means.
pub(super) fn part(place: &Element, selector: &str) -> Option<Element> {
    place.query_selector(selector).ok().flatten()
}

/// What is typed into a control. Inputs, text areas and selects share no interface,
/// but all have a `value`.
pub(super) fn value(id: &str) -> String {
    by_id(id)
        .and_then(|control| Reflect::get(&control, &"value".into()).ok())
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// Writes into an element. What says the same already is left alone, since screen
/// readers read out whatever is written into an alert.
pub(super) fn write(place: Option<&Element>, text: &str) {
    if let Some(place) = place
        && place.text_content().is_none_or(|before| before != text)
    {
        place.set_text_content(Some(text));
    }
}

/// Sets an attribute.
pub(super) fn set(place: Option<&Element>, attribute: &str, value: &str) {
    if let Some(place) = place {
        // Fails for malformed names alone.
        let _ = place.set_attribute(attribute, value);
    }
}

/// Sets or takes away an attribute that has no value.
pub(super) fn flag(place: Option<&Element>, attribute: &str, on: bool) {
    if let Some(place) = place {
        // Fails for malformed names alone.
        let _ = place.toggle_attribute_with_force(attribute, on);
    }
}

/// Puts the focus on an element.
pub(super) fn focus(place: Option<&Element>) {
    if let Some(place) = place {
        // What cannot take the focus leaves it where it is.
        let _ = place.unchecked_ref::<HtmlElement>().focus();
    }
}

/// Shows an element with a text in its `<span>`, or hides it.
pub(super) fn note(place: Option<&Element>, text: Option<&str>) {
    if let Some(place) = place {
        write(part(place, "span").as_ref(), text.unwrap_or_default());
    }
    flag(place, "hidden", text.is_none());
}

/// Puts a copy of the template at the end of `place`.
pub(super) fn stamp(template: &str, place: &Element) -> Option<Element> {
    let template = by_id(template)?.unchecked_into::<HtmlTemplateElement>();
    let copy = template.content().first_element_child()?.clone_node_with_deep(true).ok()?;
    place.append_child(&copy).ok()?;
    // A copy of an element is one.
    Some(copy.unchecked_into())
}

/// Calls `handler` upon each such event.
pub(super) fn on(target: Option<EventTarget>, event: &str, handler: fn(Event)) {
    if let Some(target) = target {
        // It belongs to the page, and lives as long.
        let handler = Closure::<dyn Fn(Event)>::new(handler).into_js_value();
        // Fails for no event that browsers know.
        let _ = target.add_event_listener_with_callback(event, handler.unchecked_ref::<Function>());
    }
}
