//! List queries, in all the spellings of real clients.

use contract::{InvalidParam, LifecycleState, ListQuery, Sort, SortField};
use proptest::{collection::vec, option, prelude::*};
use time::{Duration, OffsetDateTime, macros::datetime};

fn read(pairs: &[(&str, &str)]) -> Result<ListQuery, Vec<InvalidParam>> {
    ListQuery::from_pairs(pairs.iter().copied())
}

/// The names of what is wrong with one pair.
fn wrong(name: &str, value: &str) -> Vec<String> {
    read(&[(name, value)]).unwrap_err().into_iter().map(|finding| finding.name).collect()
}

const DUE_FIRST: Sort = Sort { field: SortField::DueDate, descending: false };

#[test]
fn nothing_asks_for_the_defaults() {
    let default = read(&[]).unwrap();
    assert_eq!((default.offset, default.limit), (0, 100));
    assert_eq!(default, ListQuery::default());
    let passed_over = [("offset", ""), ("", ""), ("signicat-accountId", "a-1"), ("state", ""), ("Limit", "0")];
    assert_eq!(read(&passed_over).unwrap(), default, "empty pairs and unknown parameters");
}

#[test]
fn orders_are_repeated_or_joined_with_any_sign() {
    let both = vec![DUE_FIRST, Sort::NEWEST_FIRST];
    for pairs in [
        &[("sort", "+dueDate"), ("sort", "-createdAt")][..],
        &[("sort", "+dueDate,-createdAt")],
        &[("sort", " dueDate,-createdAt")],
        &[("sort", "dueDate"), ("sort", ""), ("sort", ",-createdAt,")],
    ] {
        assert_eq!(read(pairs).unwrap().sort, both, "{pairs:?}");
    }
    for odd in ["title", "-", "+", "--dueDate", "duedate", "dueDate asc", "+-dueDate"] {
        assert_eq!(wrong("sort", odd), ["sort"], "{odd}");
    }
}

#[test]
fn states_are_repeated_or_joined() {
    let both = vec![LifecycleState::Ready, LifecycleState::Blocked];
    for pairs in [
        &[("state", "READY"), ("state", "BLOCKED")][..],
        &[("state", "READY,BLOCKED")],
        &[("state", "READY, BLOCKED,")],
    ] {
        assert_eq!(read(pairs).unwrap().states, both, "{pairs:?}");
    }
    for odd in ["ready", "EXPIRED", "READY;BLOCKED"] {
        assert_eq!(wrong("state", odd), ["state"], "{odd}");
    }
    assert_eq!(wrong("state", "ready,EXPIRED,SIGNED"), ["state", "state"]);
}

#[test]
fn numbers_keep_to_their_limits_and_are_not_clamped() {
    for (name, good, bad) in [
        ("offset", ["0", "100000"], ["100001", "-1", "x"]),
        ("limit", ["1", "1000"], ["0", "1001", "99999999999999999999"]),
    ] {
        for value in good {
            let query = read(&[(name, value)]).unwrap();
            let found = if name == "offset" { query.offset } else { query.limit };
            assert_eq!(found.to_string(), value);
        }
        for value in bad {
            assert_eq!(wrong(name, value), [name], "{value}");
        }
    }
}

#[test]
fn dates_are_moments_or_whole_days() {
    let from = |value| read(&[("createdDateFrom", value)]).unwrap().created_from;
    assert_eq!(from("2024-01-31T12:00:00Z"), Some(datetime!(2024-01-31 12:00 UTC)));
    assert_eq!(from("2024-01-31T12:00:00.25+02:00"), Some(datetime!(2024-01-31 10:00:00.25 UTC)));
    assert_eq!(from("2024-01-31T12:00:00 02:00"), Some(datetime!(2024-01-31 10:00 UTC)), "a raw plus became a space");
    assert_eq!(from("2024-01-31"), Some(datetime!(2024-01-31 00:00 UTC)));
    let to = read(&[("dueDateTo", "2024-01-31")]).unwrap().due_to.unwrap();
    assert_eq!(to, datetime!(2024-02-01 00:00 UTC) - Duration::nanoseconds(1), "the day is included");
    for name in ["createdDateFrom", "createdDateTo", "dueDateFrom", "dueDateTo"] {
        for odd in ["yesterday", "2024-02-30", "2024-1-1", "2024-01-31T12:00:00", "31.01.2024", "1706702400"] {
            assert_eq!(wrong(name, odd), [name], "{odd}");
        }
    }
}

#[test]
fn each_parameter_has_its_place() {
    let query = read(&[
        ("createdDateFrom", "2024-01-01"),
        ("createdDateTo", "2024-01-02T00:00:00Z"),
        ("dueDateFrom", "2024-01-03"),
        ("dueDateTo", "2024-01-04T00:00:00Z"),
        ("sessionTitleLike", "Contract, 50 %"),
    ])
    .unwrap();
    let day = |day| datetime!(2023-12-31 00:00 UTC) + Duration::days(day);
    assert_eq!((query.created_from, query.created_to), (Some(day(1)), Some(day(2))));
    assert_eq!((query.due_from, query.due_to), (Some(day(3)), Some(day(4))));
    assert_eq!(query.title_like.as_deref(), Some("Contract, 50 %"));
}

#[test]
fn all_findings_are_told_at_once() {
    let findings = read(&[("limit", "0"), ("sort", "x,y"), ("state", "READY"), ("dueDateTo", "z")]).unwrap_err();
    let names: Vec<_> = findings.iter().map(|finding| &finding.name[..]).collect();
    assert_eq!(names, ["limit", "sort", "sort", "dueDateTo"]);
}

fn moment() -> impl Strategy<Value = OffsetDateTime> {
    // The years that RFC 3339 can write.
    (-62_167_219_200_i64..253_402_300_800, 0..1_000_000_000_i64).prop_map(|(seconds, nanoseconds)| {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap() + Duration::nanoseconds(nanoseconds)
    })
}

fn query() -> impl Strategy<Value = ListQuery> {
    let sort = (prop_oneof![Just(SortField::CreatedAt), Just(SortField::DueDate)], any::<bool>())
        .prop_map(|(field, descending)| Sort { field, descending });
    let state = prop::sample::select(LifecycleState::KNOWN);
    let dates = (option::of(moment()), option::of(moment()), option::of(moment()), option::of(moment()));
    (0..=100_000_u32, 1..=1000_u32, vec(sort, 0..4), dates, vec(state, 0..5), option::of(".+")).prop_map(
        |(offset, limit, sort, (created_from, created_to, due_from, due_to), states, title_like)| ListQuery {
            offset,
            limit,
            sort,
            created_from,
            created_to,
            due_from,
            due_to,
            states,
            title_like,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(query in query()) {
        let pairs = query.to_pairs().unwrap();
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        prop_assert_eq!(ListQuery::from_pairs(pairs).unwrap(), query);
    }

    #[test]
    fn no_text_breaks_the_reader(pairs in vec((parameter(), ".*"), 0..6)) {
        let read = ListQuery::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
        if let Ok(query) = read {
            prop_assert!((1..=1000).contains(&query.limit) && query.offset <= 100_000);
            prop_assert!(query.states.iter().all(LifecycleState::is_known));
        }
    }
}

fn parameter() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "offset",
        "limit",
        "sort",
        "state",
        "createdDateFrom",
        "dueDateTo",
        "sessionTitleLike",
        "x",
    ])
}
