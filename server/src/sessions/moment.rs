//! From the browser's [`Moment`] to a date and back.

use app::model::Moment;
use time::OffsetDateTime;

/// The moment as a date, unless it lies outside the years -9999 to 9999.
pub(crate) fn to_time(moment: Moment) -> Option<OffsetDateTime> {
    moment.to_time()
}

/// The date as a moment; parts of a millisecond are dropped.
pub(crate) fn of_time(time: OffsetDateTime) -> Moment {
    Moment(crate::clock::millis(time))
}
