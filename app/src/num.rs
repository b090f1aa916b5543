//! Numbers on their way between Rust and JavaScript, whose numbers are all `f64`.

/// The whole part of a JavaScript number; what is out of range saturates.
#[must_use]
#[expect(clippy::as_conversions, reason = "saturating is what is wanted, and there is no other conversion")]
pub(crate) fn whole(number: f64) -> i64 {
    number as i64
}

/// A count of bytes that JavaScript gave; negative ones do not exist.
#[must_use]
pub(crate) fn bytes(number: f64) -> u64 {
    u64::try_from(whole(number)).unwrap_or_default()
}

/// A JavaScript number. Exact up to 2^53, which no time or size here exceeds.
#[must_use]
#[expect(
    clippy::as_conversions,
    reason = "exact for the times and sizes of this portal, and there is no other conversion"
)]
pub(crate) fn float(number: i64) -> f64 {
    number as f64
}
