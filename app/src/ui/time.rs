//! Points in time for people: in UTC as the server writes them, in the browser's
//! own zone as soon as it can, always with the zone's name.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::model::Moment;

/// A date and time.
#[cfg(feature = "ssr")]
#[component]
pub fn Time(
    /// When.
    at: Moment,
) -> impl IntoView {
    view! { <time datetime=iso(at)>{written(at)}</time> }
}

/// Rewrites the times of the page into the browser's zone.
pub fn localise() {
    let Ok(times) = document().query_selector_all("time[datetime]") else { return };
    for index in 0..times.length() {
        let Some(time) = times.get(index) else { continue };
        let element: web_sys::Element = time.unchecked_into();
        let parsed = element.get_attribute("datetime").map(|iso| js_sys::Date::parse(&iso));
        if let Some(milliseconds) = parsed.filter(|milliseconds| !milliseconds.is_nan()) {
            element.set_text_content(Some(&in_browsers_zone(Moment(crate::num::whole(milliseconds)))));
        }
    }
}

/// A date and time in the browser's zone: `24 Nov 2026, 11:00 CET`.
#[must_use]
pub fn in_browsers_zone(at: Moment) -> String {
    let options = js_sys::Object::new();
    for (name, value) in [
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("timeZoneName", "short"),
    ] {
        // Setting a property of a plain object does not fail.
        let _ = js_sys::Reflect::set(&options, &name.into(), &value.into());
    }
    String::from(date(at).to_locale_date_string("en-GB", &options))
}

/// Hours and minutes in the browser's zone: `11:00`.
#[must_use]
pub fn clock_in_browsers_zone(at: Moment) -> String {
    let date = date(at);
    [two_digits(date.get_hours()), two_digits(date.get_minutes())].join(":")
}

/// The browser's own kind of date.
pub(crate) fn date(at: Moment) -> js_sys::Date {
    js_sys::Date::new(&crate::num::float(at.0).into())
}

/// A number below 100 in two digits.
pub(crate) fn two_digits(number: u32) -> String {
    let mut text = String::with_capacity(2);
    if number < 10 {
        text.push('0');
    }
    text.push_str(&number.to_string());
    text
}

/// What the server writes into the page.
#[cfg(feature = "ssr")]
fn written(at: Moment) -> String {
    let format = time::macros::format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    utc(at).and_then(|utc| utc.format(format).ok()).unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn iso(at: Moment) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    utc(at).and_then(|utc| utc.format(format).ok()).unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn utc(at: Moment) -> Option<time::UtcDateTime> {
    time::UtcDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()
}
