use std::cmp::Ordering;

use contract::{LifecycleState, NewSigningSession, SigningSessionId};
use serde_json::json;
use sqlx::AssertSqlSafe;
use tempfile::TempDir;
use time::{Duration, macros::datetime};
use uuid::Uuid;

use super::*;
use crate::{
    step::SessionState,
    store::{Store, sessions},
};

const NOW: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);
const TITLES: [&str; 4] = ["Ærlig avtale", "ДОГОВОР поставки", "ΟΔΟΣΤΡΩΜΑ", "契約書 100%_"];
const STATES: [LifecycleState; 4] =
    [LifecycleState::Ready, LifecycleState::Blocked, LifecycleState::Signed, LifecycleState::Rejected];

/// Sessions with few distinct dates, so that every order has ties, in no order of their ids.
fn sessions() -> Vec<StoredSession> {
    (0..120_u32)
        .map(|i| {
            let title = TITLES[usize::try_from(i % 4).unwrap()];
            let terms: NewSigningSession =
                serde_json::from_value(json!({ "title": title, "documents": [], "signingSetup": [] })).unwrap();
            StoredSession {
                id: SigningSessionId::new(Uuid::from_u128(u128::from(i * 7919 % 997))),
                link: Uuid::from_u128(u128::from(i)),
                created_at: NOW - Duration::hours(i64::from(i * 31 % 7)),
                terms,
                standing: SessionState {
                    state: STATES[usize::try_from(i / 3 % 4).unwrap()].clone(),
                    waits_for: [].into(),
                    due: NOW + Duration::days(i64::from(i * 13 % 5) - 8),
                    link_expires: NOW,
                    reject_reason: None,
                },
                signatures: Vec::new(),
                packages: Vec::new(),
            }
        })
        .collect()
}

async fn store(dir: &TempDir) -> Store {
    let store = Store::open(&dir.path().join("db")).await.unwrap();
    let mut tx = store.write().await.unwrap();
    for session in sessions() {
        sessions::insert(&mut tx, &session).await.unwrap();
    }
    tx.commit().await.unwrap();
    store
}

fn orders() -> Vec<Vec<Sort>> {
    let sort = |field, descending| Sort { field, descending };
    let mut orders = vec![Vec::new()];
    for (first, second) in [(SortField::CreatedAt, SortField::DueDate), (SortField::DueDate, SortField::CreatedAt)] {
        for descending in [false, true] {
            orders.push(vec![sort(first, descending)]);
            for also in [false, true] {
                orders.push(vec![sort(first, descending), sort(second, also)]);
            }
        }
    }
    orders
}

fn filters() -> Vec<ListQuery> {
    let all = ListQuery::default();
    vec![
        ListQuery { states: vec![LifecycleState::Ready, LifecycleState::Signed], ..all.clone() },
        ListQuery { title_like: Some("договор".into()), ..all.clone() },
        // Ends with a capital sigma, which is another small letter in the middle of a word.
        ListQuery { title_like: Some("ΟΔΟΣ".into()), ..all.clone() },
        ListQuery {
            created_from: Some(NOW - Duration::hours(4)),
            created_to: Some(NOW - Duration::hours(1)),
            ..all.clone()
        },
        ListQuery { due_from: Some(NOW - Duration::days(6)), due_to: Some(NOW - Duration::days(5)), ..all.clone() },
        ListQuery { due_to: Some(NOW - Duration::days(5)), title_like: Some("%_".into()), ..all.clone() },
        ListQuery { title_like: Some("nothing".into()), ..all.clone() },
        all,
    ]
}

/// What `query` answers, told in plain Rust.
fn expected(query: &ListQuery) -> Vec<SigningSessionId> {
    let mut found: Vec<StoredSession> = sessions();
    found.retain(|session| {
        let (created, due) = (session.created_at, session.standing.due);
        due > NOW - Duration::days(contract::limits::GRACE_DAYS)
            && query.created_from.is_none_or(|from| created >= from)
            && query.created_to.is_none_or(|to| created <= to)
            && query.due_from.is_none_or(|from| due >= from)
            && query.due_to.is_none_or(|to| due <= to)
            && (query.states.is_empty() || query.states.contains(&session.standing.state))
            && query.title_like.as_deref().is_none_or(|text| fold(&session.terms.title).contains(&fold(text)))
    });
    let sorts = if query.sort.is_empty() { vec![Sort::NEWEST_FIRST] } else { query.sort.clone() };
    let turned = |sort: &Sort, order: Ordering| if sort.descending { order.reverse() } else { order };
    found.sort_by(|a, b| {
        let by_fields = sorts.iter().map(|sort| match sort.field {
            SortField::CreatedAt => turned(sort, a.created_at.cmp(&b.created_at)),
            SortField::DueDate => turned(sort, a.standing.due.cmp(&b.standing.due)),
        });
        let by_id = turned(sorts.last().unwrap(), a.id.to_string().cmp(&b.id.to_string()));
        by_fields.chain([by_id]).find(|order| order.is_ne()).unwrap()
    });
    found.into_iter().map(|session| session.id).collect()
}

#[tokio::test]
async fn pages_and_totals_are_right_for_every_filter_order_and_offset() {
    let dir = TempDir::new().unwrap();
    let store = store(&dir).await;
    let mut db = store.read().await.unwrap();
    for filter in filters() {
        for sort in orders() {
            let all = expected(&ListQuery { sort: sort.clone(), ..filter.clone() });
            for (offset, limit) in [(0, 1000), (0, 7), (3, 7), (11, 1), (23, 40), (90, 7), (1000, 10)] {
                let query = ListQuery { sort: sort.clone(), offset, limit, ..filter.clone() };
                let (sessions, total) = page(&mut db, &query, NOW).await.unwrap();
                let ids: Vec<SigningSessionId> = sessions.into_iter().map(|session| session.id).collect();
                let from = all.len().min(offset.try_into().unwrap());
                let to = all.len().min(from + usize::try_from(limit).unwrap());
                assert_eq!(ids, all[from..to], "{query:?}");
                assert_eq!(total, u64::try_from(all.len()).unwrap(), "{query:?}");
            }
        }
    }
    assert!(expected(&filters()[1]).len() > 10 && expected(&filters()[2]).len() > 10, "the titles were searched for");
}

/// The steps of the plan for a statement.
async fn plan(db: &mut SqliteConnection, sql: &QueryBuilder<Sqlite>) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.sql().as_str()));
    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(db).await.unwrap();
    rows.into_iter().map(|(.., step)| step).collect()
}

#[tokio::test]
async fn every_statement_goes_along_an_index_that_holds_all_it_looks_at() {
    let dir = TempDir::new().unwrap();
    let store = store(&dir).await;
    let mut db = store.read().await.unwrap();
    for filter in filters() {
        for sort in orders() {
            let order = Order::of(&sort);
            let along = format!("USING COVERING INDEX {}", order.index());
            let query = ListQuery { sort, ..filter.clone() };
            let first = First { lead: 1, id: "1".into() };
            for (sql, along) in [
                (select_first(&query, order, NOW), along.as_str()),
                (count_equals(&query, order, &first, NOW), &along),
                (count_from(&query, order, Some(&first), NOW), &along),
                (count_from(&query, order, None, NOW), "USING COVERING INDEX session_list_"),
            ] {
                let steps = plan(&mut db, &sql).await;
                assert!(matches!(&steps[..], [only] if only.contains(along)), "{query:?}: {steps:?}");
            }
            let start = format!("({},id)", column(order.lead.field));
            let steps = plan(&mut db, &count_from(&query, order, Some(&first), NOW)).await;
            assert!(steps[0].contains(&start), "{query:?}: counting starts at the page: {steps:?}");
            let steps = plan(&mut db, &select_page(&query, order, Some(&first), 0, NOW)).await;
            let is_found = steps.iter().any(|step| step.contains(&along));
            let is_read = steps.iter().any(|step| step.contains("SEARCH session USING INTEGER PRIMARY KEY"));
            // The page itself is sorted in any case; before it nothing, or equals of the leading field.
            let sorted: Vec<_> = steps.iter().filter(|step| step.contains("TEMP B-TREE")).collect();
            let is_sorted_little = match order.second {
                None => sorted.len() <= 1,
                Some(_) => sorted.len() <= 2 && sorted[0].contains("LAST"),
            };
            assert!(is_found && is_read && is_sorted_little, "{query:?}: {steps:?}");
            let starts_there = order.second.is_some() || steps.iter().any(|step| step.contains(&start));
            assert!(starts_there, "{query:?}: {steps:?}");
        }
    }
}
