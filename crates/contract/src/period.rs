//! Periods of the calendar, as ISO 8601 writes them.

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// A unit's letter, and what it stands for: months, and seconds.
type Unit = (char, i64, i64);

const DATE_UNITS: &[Unit] = &[('Y', 12, 0), ('M', 1, 0), ('W', 0, 604_800), ('D', 0, 86_400)];
const TIME_UNITS: &[Unit] = &[('H', 0, 3_600), ('M', 0, 60), ('S', 0, 1)];

/// When a period such as `P1Y` or `P1DT12H` ends that begins at `from`; none if the text is no period.
///
/// Units come in the order of ISO 8601, as whole numbers. Months are those of the calendar in UTC: one
/// month after 31 January is the last day of February. What ends later than a calendar can say ends then.
#[must_use]
pub fn period_end(period: &str, from: OffsetDateTime) -> Option<OffsetDateTime> {
    let rest = period.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (rest, ""),
    };
    if rest.is_empty() {
        return None;
    }
    let (months, days) = sum(date, DATE_UNITS)?;
    let (_, seconds) = sum(time, TIME_UNITS)?;
    let end = months_later(from.to_offset(UtcOffset::UTC), months)
        .and_then(|end| end.checked_add(Duration::seconds(days.saturating_add(seconds))));
    Some(end.unwrap_or(PrimitiveDateTime::MAX.assume_utc()))
}

/// The sum of numbers with units, in months and in seconds.
fn sum(text: &str, units: &[Unit]) -> Option<(i64, i64)> {
    let (mut months, mut seconds) = (0_i64, 0_i64);
    let mut units = units.iter();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        if number.is_empty() {
            return None;
        }
        let number = number.parse().unwrap_or(i64::MAX);
        let mut tail = tail.chars();
        let letter = tail.next()?;
        let (_, unit_months, unit_seconds) = units.find(|(name, ..)| *name == letter)?;
        months = months.saturating_add(unit_months.saturating_mul(number));
        seconds = seconds.saturating_add(unit_seconds.saturating_mul(number));
        rest = tail.as_str();
    }
    Some((months, seconds))
}

fn months_later(from: OffsetDateTime, months: i64) -> Option<OffsetDateTime> {
    let month = i64::from(from.year()) * 12 + i64::from(u8::from(from.month())) - 1;
    let month = month.checked_add(months)?;
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(month.rem_euclid(12) + 1).ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, from.day().min(month.length(year))).ok()?;
    Some(from.replace_date(date))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn periods_end_when_the_calendar_says() {
        let from = datetime!(2026-01-31 22:30 UTC);
        let forever = PrimitiveDateTime::MAX.assume_utc();
        let cases = [
            ("P1Y", datetime!(2027-01-31 22:30 UTC)),
            ("P1M", datetime!(2026-02-28 22:30 UTC)),
            ("P2Y1M", datetime!(2028-02-29 22:30 UTC)),
            ("P11M", datetime!(2026-12-31 22:30 UTC)),
            ("P2W", datetime!(2026-02-14 22:30 UTC)),
            ("P1Y2M3DT4H5M6S", datetime!(2027-04-04 02:35:06 UTC)),
            ("PT90M", datetime!(2026-02-01 00:00 UTC)),
            ("P0D", from),
            ("P9999Y", forever),
            ("P99999999999999999999Y", forever),
            ("P9999999999999999999W", forever),
        ];
        for (period, end) in cases {
            assert_eq!(period_end(period, from), Some(end), "{period}");
        }
    }

    #[test]
    fn what_is_no_period_has_no_end() {
        for text in
            ["", "P", "PT", "1Y", "P1", "PY", "P1Y1Y", "P1M1Y", "P1YT", "P1H", "PT1Y", "P1.5D", "P-1D", "p1y", "P1Yx"]
        {
            assert_eq!(period_end(text, OffsetDateTime::UNIX_EPOCH), None, "{text}");
        }
    }
}
