//! The list of signing sessions: what can be asked, and how it is written in a query string.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

use crate::{InvalidParam, LifecycleState, collection::unknown, limits};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Most rows that were asked for.
    pub limit: u32,
    /// Rows skipped before this page.
    pub offset: u32,
    /// Rows in this page.
    pub count: u32,
    /// Rows in all pages.
    pub total: u64,
    /// The rows.
    pub data: Vec<T>,
}

/// What a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortField {
    /// Time of creation.
    CreatedAt,
    /// Due date.
    DueDate,
}

/// One order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub field: SortField,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// The API's default: newest first.
    pub const NEWEST_FIRST: Self = Self { field: SortField::CreatedAt, descending: true };

    /// Reads `+field`, `-field`, `field`, and ` field` (a raw `+` in a query string decodes to a space).
    fn parse(text: &str) -> Option<Self> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text.strip_prefix(['+', ' ']).unwrap_or(text)),
        };
        let field = match name {
            "createdAt" => SortField::CreatedAt,
            "dueDate" => SortField::DueDate,
            _ => return None,
        };
        Some(Self { field, descending })
    }
}

impl std::fmt::Display for Sort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.descending { '-' } else { '+' };
        let name = match self.field {
            SortField::CreatedAt => "createdAt",
            SortField::DueDate => "dueDate",
        };
        write!(f, "{sign}{name}")
    }
}

/// What to list. All filters must hold; dates are inclusive at both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Rows to skip, at most 100000.
    pub offset: u32,
    /// Most rows to answer, 1 to 1000.
    pub limit: u32,
    /// Orders, first one first; empty means newest first.
    pub sort: Vec<Sort>,
    /// Created at or after.
    pub created_from: Option<OffsetDateTime>,
    /// Created at or before.
    pub created_to: Option<OffsetDateTime>,
    /// Due at or after.
    pub due_from: Option<OffsetDateTime>,
    /// Due at or before.
    pub due_to: Option<OffsetDateTime>,
    /// In one of these states; empty means any.
    pub states: Vec<LifecycleState>,
    /// Title contains this, whatever the case.
    pub title_like: Option<String>,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: limits::LIST_LIMIT_DEFAULT,
            sort: Vec::new(),
            created_from: None,
            created_to: None,
            due_from: None,
            due_to: None,
            states: Vec::new(),
            title_like: None,
        }
    }
}

impl ListQuery {
    /// Reads the decoded pairs of a query string. Unknown parameters and empty
    /// values are passed over, as real clients send both; everything else that is
    /// wrong is a finding (values are never clamped).
    ///
    /// # Errors
    /// All findings, each under the parameter's name.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<InvalidParam>> {
        let mut query = Self::default();
        let mut findings = Vec::new();
        for (name, value) in pairs {
            if value.is_empty() {
                continue;
            }
            let mut date = |slot: &mut Option<OffsetDateTime>, end_of_day| match parse_date(value, end_of_day) {
                Some(date) => *slot = Some(date),
                None => {
                    findings.push(InvalidParam::new(name, "must be a date such as 2024-01-31 or 2024-01-31T12:00:00Z"))
                }
            };
            match name {
                "createdDateFrom" => date(&mut query.created_from, false),
                "createdDateTo" => date(&mut query.created_to, true),
                "dueDateFrom" => date(&mut query.due_from, false),
                "dueDateTo" => date(&mut query.due_to, true),
                "sessionTitleLike" => query.title_like = Some(value.to_owned()),
                "offset" => number(name, value, 0, limits::LIST_OFFSET_MAX, &mut query.offset, &mut findings),
                "limit" => number(name, value, 1, limits::LIST_LIMIT_MAX, &mut query.limit, &mut findings),
                "state" => {
                    for state in value.split(',').map(str::trim).filter(|s| !s.is_empty()).map(LifecycleState::from) {
                        if state.is_known() {
                            query.states.push(state);
                        } else {
                            findings.push(unknown(name, state.as_str(), "one of BLOCKED, READY, SIGNED, REJECTED"));
                        }
                    }
                }
                "sort" => {
                    for text in value.split(',').filter(|text| !text.trim().is_empty()) {
                        match Sort::parse(text) {
                            Some(sort) => query.sort.push(sort),
                            None => findings.push(unknown(name, text, "createdAt or dueDate with + or - before it")),
                        }
                    }
                }
                _ => {}
            }
        }
        if findings.is_empty() { Ok(query) } else { Err(findings) }
    }

    /// The pairs to send, not yet encoded; defaults are left out.
    ///
    /// # Errors
    /// A date outside the years that RFC 3339 can write.
    pub fn to_pairs(&self) -> Result<Vec<(&'static str, String)>, time::error::Format> {
        let mut pairs = Vec::new();
        if self.offset != 0 {
            pairs.push(("offset", self.offset.to_string()));
        }
        if self.limit != limits::LIST_LIMIT_DEFAULT {
            pairs.push(("limit", self.limit.to_string()));
        }
        pairs.extend(self.sort.iter().map(|sort| ("sort", sort.to_string())));
        for (name, date) in [
            ("createdDateFrom", self.created_from),
            ("createdDateTo", self.created_to),
            ("dueDateFrom", self.due_from),
            ("dueDateTo", self.due_to),
        ] {
            if let Some(date) = date {
                pairs.push((name, date.format(&Rfc3339)?));
            }
        }
        pairs.extend(self.states.iter().map(|state| ("state", state.to_string())));
        pairs.extend(self.title_like.iter().map(|text| ("sessionTitleLike", text.clone())));
        Ok(pairs)
    }
}

fn number(name: &str, value: &str, min: u32, max: u32, slot: &mut u32, findings: &mut Vec<InvalidParam>) {
    match value.parse() {
        Ok(number) if (min..=max).contains(&number) => *slot = number,
        _ => findings.push(InvalidParam::new(name, format!("must be a whole number from {min} to {max}"))),
    }
}

/// A moment, or a day in UTC (its last nanosecond when it ends a range).
fn parse_date(text: &str, end_of_day: bool) -> Option<OffsetDateTime> {
    // A raw `+` before the offset arrives as a space.
    if let Ok(moment) = OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339) {
        return Some(moment);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    let time = if end_of_day { time::Time::MAX } else { time::Time::MIDNIGHT };
    Some(day.with_time(time).assume_utc())
}
