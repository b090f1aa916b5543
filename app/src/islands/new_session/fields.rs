//! The form's fields: what is typed, and what is wrong with it.

use contract::{Language, limits};

use crate::{
    error::FieldError,
    model::{Moment, field},
};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;

/// What is typed into the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) signer: String,
    /// None where the field is empty or holds no date.
    pub(super) due: Option<Moment>,
    pub(super) sign_text: String,
    pub(super) language: Language,
}

/// Everything that is wrong, in the order of the fields.
pub(super) fn findings(typed: &Typed, now: Moment) -> Vec<FieldError> {
    let mut findings = Vec::new();
    let mut find = |field: &str, message: &str| {
        findings.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    match typed.title.chars().count() {
        0 => find(field::TITLE, "Give the session a title; the signer sees it."),
        1..=limits::TITLE_MAX => {}
        _ => find(field::TITLE, "The title is too long; 255 characters are the limit."),
    }
    match typed.signer.chars().count() {
        0 => find(field::SIGNER, "Say who is to sign."),
        1..=limits::TITLE_MAX => {}
        _ => find(field::SIGNER, "This is too long; 255 characters are the limit."),
    }
    match typed.due.map(|due| due.since(now)) {
        None => find(field::DUE, "Say by when it must be signed: a date and a time."),
        Some(left) if left <= 0 => find(field::DUE, "The due date has passed. Choose one that lies ahead."),
        Some(left) if left > limits::DUE_DATE_MAX_DAYS * DAY => {
            find(field::DUE, "The due date is too far off; it can be at most 45 days ahead.");
        }
        Some(_) => {}
    }
    if typed.sign_text.chars().count() > limits::SIGN_TEXT_MAX {
        find(field::SIGN_TEXT, "The consent text is too long; 2048 characters are the limit.");
    }
    findings
}

/// The due date that is proposed: two weeks from `now`, on the hour.
pub(super) fn proposed_due(now: Moment) -> Moment {
    let later = now.0.saturating_add(14 * DAY);
    Moment(later - later.rem_euclid(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_800_000_000_000);

    fn typed() -> Typed {
        Typed {
            title: "Rental agreement".to_owned(),
            signer: "Nils Holm".to_owned(),
            due: Some(proposed_due(NOW)),
            sign_text: String::new(),
            language: Language::En,
        }
    }

    fn check(typed: Typed, expected: &[&str]) {
        let found: Vec<String> = findings(&typed, NOW).into_iter().map(|finding| finding.field).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_every_field_that_is_wrong() {
        check(typed(), &[]);
        check(Typed { title: String::new(), signer: String::new(), due: None, ..typed() }, &["title", "signer", "due"]);
        check(Typed { title: "Å".repeat(255), ..typed() }, &[]);
        check(Typed { title: "Å".repeat(256), ..typed() }, &["title"]);
        check(Typed { signer: "x".repeat(256), ..typed() }, &["signer"]);
        check(Typed { sign_text: "ø".repeat(2_048), ..typed() }, &[]);
        check(Typed { sign_text: "ø".repeat(2_049), ..typed() }, &["signText"]);
    }

    #[test]
    fn due_dates_lie_ahead_but_not_far() {
        for (left, expected) in [(1, &[][..]), (0, &["due"]), (-1, &["due"]), (45 * DAY, &[]), (45 * DAY + 1, &["due"])]
        {
            check(Typed { due: Some(Moment(NOW.0 + left)), ..typed() }, expected);
        }
    }
}
