//! The due date's field: local time of the browser, with the zone's name beside it.

use js_sys::{Date, Intl, Reflect};

use crate::{
    model::Moment,
    num,
    ui::{date, two_digits},
};

/// A moment as `<input type="datetime-local">` writes it: `2026-12-08T09:30`.
pub(super) fn field_value(at: Moment) -> String {
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
pub(super) fn zone() -> String {
    let options = Intl::DateTimeFormat::default().resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok().and_then(|zone| zone.as_string()).unwrap_or_default()
}
