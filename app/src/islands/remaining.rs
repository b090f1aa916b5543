//! Time left, in words that keep their width while they count.

/// Seconds are shown from here on down.
const SECONDS_BELOW: i64 = 10 * MINUTE;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `in 3 days`, `in 2 h 05 min`, `in 4 min 09 s`, `overdue by 3 days`, for so many milliseconds.
pub(super) fn remaining(milliseconds: i64) -> String {
    if milliseconds > 0 {
        ["in ", &span(milliseconds)].concat()
    } else if milliseconds > -MINUTE {
        "overdue since just now".to_owned()
    } else {
        ["overdue by ", &span(-milliseconds)].concat()
    }
}

/// A span of time in at most two units, rounded down.
fn span(milliseconds: i64) -> String {
    if milliseconds >= 2 * DAY {
        (milliseconds / DAY).to_string() + " days"
    } else if milliseconds >= HOUR {
        two(milliseconds / HOUR, " h ", milliseconds / MINUTE % 60, " min")
    } else if milliseconds >= SECONDS_BELOW {
        (milliseconds / MINUTE).to_string() + " min"
    } else if milliseconds >= MINUTE {
        two(milliseconds / MINUTE, " min ", milliseconds / SECOND % 60, " s")
    } else {
        (milliseconds / SECOND).to_string() + " s"
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    let zero = if small < 10 { "0" } else { "" };
    [&large.to_string(), large_unit, zero, &small.to_string(), small_unit].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_down_and_beyond() {
        for (milliseconds, text) in [
            (3 * DAY + 5 * HOUR, "in 3 days"),
            (2 * DAY, "in 2 days"),
            (2 * DAY - 1, "in 47 h 59 min"),
            (2 * HOUR + 5 * MINUTE, "in 2 h 05 min"),
            (HOUR - 1, "in 59 min"),
            (SECONDS_BELOW - 1, "in 9 min 59 s"),
            (MINUTE + 9 * SECOND, "in 1 min 09 s"),
            (MINUTE - 1, "in 59 s"),
            (0, "overdue since just now"),
            (-MINUTE, "overdue by 1 min 00 s"),
            (-3 * DAY, "overdue by 3 days"),
        ] {
            assert_eq!(remaining(milliseconds), text);
        }
    }
}
