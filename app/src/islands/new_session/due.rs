//! The due date's field: local time of the browser, with the zone's name beside it.

use js_sys::{Date, Intl, Reflect};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::{dom, fields, place};
use crate::{
    clock,
    model::{Moment, field},
    num,
    ui::time::{date, two_digits},
};

/// Proposes a due date, unless the browser kept one, and names the zone.
pub(super) fn set_up() {
    if let Some(due) = dom::by_id(field::DUE)
        && dom::value(field::DUE).is_empty()
    {
        due.unchecked_ref::<HtmlInputElement>().set_value(&field_value(fields::proposed_due(clock::now())));
    }
    let zone = zone();
    if !zone.is_empty() {
        dom::write(dom::by_id(place::DUE_HINT).as_ref(), &["Time of ", &zone, ". At most 45 days ahead."].concat());
    }
}

/// A moment as `<input type="datetime-local">` writes it: `2026-12-08T09:30`.
fn field_value(at: Moment) -> String {
    let date = date(at);
    let [month, day, hours, minutes] =
        [date.get_month() + 1, date.get_date(), date.get_hours(), date.get_minutes()].map(two_digits);
    [&date.get_full_year().to_string(), "-", &month, "-", &day, "T", &hours, ":", &minutes].concat()
}

/// Reads such a value; none where it holds no date.
pub(super) fn read(value: &str) -> Option<Moment> {
    let milliseconds = Date::parse(value);
    (!milliseconds.is_nan()).then(|| Moment(num::whole(milliseconds)))
}

/// The browser's zone, such as `Europe/Oslo`.
fn zone() -> String {
    let options = Intl::DateTimeFormat::default().resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string()).unwrap_or_default()
}
