//! Codes that change with time (RFC 6238): HMAC-SHA1, 30 seconds, six digits, which
//! is what every app for them speaks. A few lines over `ring`, which is linked
//! anyway; a library for them would add parsers of addresses and options that are
//! not wanted here.

use data_encoding::BASE32_NOPAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// Length of a secret, in bytes: 160 bits, as RFC 4226 asks for.
pub(super) const SECRET_BYTES: usize = 20;
/// Length of a step, in seconds.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken, since clocks differ.
const SLACK: i64 = 1;
/// Codes have six digits.
const MODULUS: u32 = 1_000_000;

/// The step of the code that was typed, if it is one of these moments' and later
/// than the last one that was taken.
pub(super) fn check(secret: &[u8], typed: &str, now: OffsetDateTime, last_step: i64) -> Option<i64> {
    let present = now.unix_timestamp().div_euclid(STEP);
    // All are compared, so that the time tells nothing.
    let right = |step: &i64| bool::from(code(secret, *step).as_bytes().ct_eq(typed.as_bytes()));
    let matching: Vec<i64> = (present - SLACK..=present + SLACK).filter(right).collect();
    matching.into_iter().find(|step| *step > last_step)
}

/// The code of a step.
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    // RFC 4226, 5.3: the last four bits say where the number is.
    let offset = tag.last().map_or(0, |last| usize::from(last & 0xf));
    let number = tag.get(offset..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_be_bytes(*bytes));
    format!("{:06}", (number & 0x7fff_ffff) % MODULUS)
}

/// A secret as people type it: in groups of four.
pub(super) fn text(secret: &[u8]) -> String {
    grouped(&BASE32_NOPAD.encode(secret))
}

/// Text in groups of four characters.
pub(super) fn grouped(text: &str) -> String {
    let groups: Vec<&str> = text.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(" ")
}

/// The address that apps read from a QR code.
pub(super) fn address(secret: &[u8], account: &str) -> String {
    let account = utf8_percent_encode(account, NON_ALPHANUMERIC);
    format!("otpauth://totp/Countersign:{account}?secret={}&issuer=Countersign", BASE32_NOPAD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    #[test]
    fn sl_18_codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / STEP), expected, "{seconds}");
            assert_eq!(check(SECRET, expected, at(seconds), 0), Some(seconds / STEP));
        }
    }

    #[test]
    fn sl_18_a_code_is_taken_one_step_early_or_late_and_once() {
        let step = 100;
        let code = code(SECRET, step);
        for (present, taken) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            assert_eq!(check(SECRET, &code, at(present * STEP), 0).is_some(), taken, "{present}");
        }
        assert_eq!(check(SECRET, &code, at(step * STEP), step - 1), Some(step));
        assert_eq!(check(SECRET, &code, at(step * STEP), step), None);
        for wrong in ["", "12345", "1234567", "abcdef", "      ", &format!(" {code}")] {
            assert_eq!(check(SECRET, wrong, at(step * STEP), 0), None, "{wrong:?}");
        }
    }

    #[test]
    fn apps_are_given_an_address_that_they_understand() {
        let address = address(SECRET, "anna@portal.example");
        assert_eq!(
            address,
            "otpauth://totp/Countersign:anna%40portal%2Eexample?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign"
        );
        assert_eq!(text(SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
