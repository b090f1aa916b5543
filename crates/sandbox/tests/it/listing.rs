use serde_json::{Value, json};
use time::Duration;

use crate::support::{START, TestSandbox, invalid_params, rfc3339};

/// Four sessions, a second apart: titles a to d, due dates in the order c, a, d, b; d is signed.
async fn four() -> TestSandbox {
    let sandbox = TestSandbox::spawn().await;
    for (title, due_days) in [("a Ærlig", 20), ("b 100%_", 40), ("c ærlig", 10), ("d", 30)] {
        sandbox.advance(Duration::seconds(1));
        let mut terms = sandbox.terms(title).await;
        terms["dueDate"] = json!(rfc3339(START + Duration::days(due_days)));
        let session = sandbox.create(&terms).await;
        if title == "d" {
            assert_eq!(sandbox.sign(&session).await.status(), 204);
        }
    }
    sandbox
}

async fn list(sandbox: &TestSandbox, query: &str) -> (String, Value) {
    let answer = sandbox.get(&format!("/sign/signing-sessions{query}")).await;
    let status = answer.status();
    let page: Value = answer.json().await.unwrap();
    assert_eq!(status, 200, "{query}: {page}");
    let titles = page["data"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap().chars().next().unwrap());
    (titles.collect(), page)
}

#[tokio::test]
async fn orders_come_in_every_known_encoding() {
    let sandbox = four().await;
    for (query, expected) in [
        ("", "dcba"),
        ("?", "dcba"),
        ("?sort=-createdAt", "dcba"),
        ("?sort=createdAt", "abcd"),
        ("?sort=%2BdueDate", "cadb"),
        ("?sort=+dueDate", "cadb"),
        ("?sort=%20dueDate", "cadb"),
        ("?sort=-dueDate", "bdac"),
        ("?sort=%2BdueDate&sort=-createdAt", "cadb"),
        ("?sort=+dueDate,-createdAt", "cadb"),
        ("?&sort=&limit=10&&signicat-accountId=x&whatever", "dcba"),
    ] {
        assert_eq!(list(&sandbox, query).await.0, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_say_where_they_are() {
    let sandbox = four().await;
    let (titles, page) = list(&sandbox, "?limit=3&offset=2&sort=createdAt").await;
    assert_eq!(titles, "cd");
    for (field, value) in [("limit", 3), ("offset", 2), ("count", 2), ("total", 4)] {
        assert_eq!(page[field], value, "{field}");
    }
    let (titles, page) = list(&sandbox, "?offset=100000").await;
    assert_eq!((titles.as_str(), page["total"].as_u64()), ("", Some(4)));
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let sandbox = four().await;
    for (query, expected) in [
        ("?state=SIGNED", "d"),
        ("?state=READY&sort=createdAt", "abc"),
        ("?state=READY&state=SIGNED&sort=createdAt", "abcd"),
        ("?state=READY,SIGNED&sort=createdAt", "abcd"),
        ("?state=BLOCKED", ""),
        ("?sessionTitleLike=%C3%86RLIG&sort=createdAt", "ac"),
        ("?sessionTitleLike=100%25_", "b"),
        ("?sessionTitleLike=%25", "b"),
        ("?createdDateFrom=2026-11-24T12:00:02Z&sort=createdAt", "bcd"),
        ("?createdDateTo=2026-11-24T12:00:02Z&sort=createdAt", "ab"),
        ("?createdDateTo=2026-11-24&sort=createdAt", "abcd"),
        ("?createdDateTo=2026-11-23", ""),
        ("?createdDateFrom=2026-11-24T13:00:03+01:00&sort=createdAt", "cd"),
        ("?dueDateFrom=2026-12-24&dueDateTo=2027-01-03T12:00:00Z&sort=createdAt", "bd"),
        ("?dueDateFrom=9999-12-31", ""),
        ("?dueDateTo=0001-01-01", ""),
        ("?state=READY&sessionTitleLike=b", "b"),
    ] {
        assert_eq!(list(&sandbox, query).await.0, expected, "{query}");
    }
}

#[tokio::test]
async fn wrong_queries_are_refused_and_nothing_is_clamped() {
    let sandbox = TestSandbox::spawn().await;
    for (query, name) in [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=-1", "limit"),
        ("?limit=ten", "limit"),
        ("?offset=100001", "offset"),
        ("?offset=99999999999999999999", "offset"),
        ("?sort=%2Btitle", "sort"),
        ("?state=EXPIRED", "state"),
        ("?createdDateFrom=yesterday", "createdDateFrom"),
    ] {
        let answer = sandbox.get(&format!("/sign/signing-sessions{query}")).await;
        assert_eq!(invalid_params(answer).await, [name], "{query}");
    }
}
