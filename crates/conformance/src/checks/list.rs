//! The list of sessions.

use contract::limits;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{moment, rfc3339};
use crate::{
    Finding,
    service::{Service, equal, holds},
};

/// Three sessions that no other check made, told apart by a word in their titles.
struct Three {
    /// The word.
    word: String,
    /// When the first was due; the second is due a day earlier, the third a day later.
    due: OffsetDateTime,
}

impl Three {
    async fn make(service: &Service) -> Result<Self, Finding> {
        let document = service.upload().await?;
        let word = document["documentId"].as_str().unwrap_or_default().to_owned();
        let now = moment("createdAt", &document["createdAt"])?;
        let due = (now + Duration::days(20)).replace_nanosecond(0).unwrap_or(now);
        for (title, days) in [("first", 0), ("second", -1), ("THIRD Å", 1)] {
            let mut terms = service.terms(&format!("{title} {word}")).await?;
            terms["dueDate"] = json!(rfc3339(due + Duration::days(days)));
            service.create(&terms).await?;
        }
        Ok(Self { word, due })
    }

    /// The first letters of the titles in the order of the list, and the page itself.
    async fn list(&self, service: &Service, query: &str) -> Result<(String, Value), Finding> {
        let page = service.get(&format!("/signing-sessions?sessionTitleLike={}{query}", self.word)).await?;
        let page = page.expect(200)?.json();
        let titles = page["data"].as_array().into_iter().flatten().filter_map(|session| session["title"].as_str());
        Ok((titles.filter_map(|title| title.chars().next()).collect(), page))
    }

    async fn lists(&self, service: &Service, cases: &[(&str, &str)]) -> Result<(), Finding> {
        for (query, expected) in cases {
            equal(query, self.list(service, query).await?.0.as_str(), *expected)?;
        }
        Ok(())
    }
}

pub(super) async fn page(service: &Service) -> Result<(), Finding> {
    let (_, page) = Three::make(service).await?.list(service, "").await?;
    for (field, value) in [("limit", limits::LIST_LIMIT_DEFAULT), ("offset", 0), ("count", 3), ("total", 3)] {
        equal(field, &page[field], value)?;
    }
    Ok(())
}

pub(super) async fn newest_first(service: &Service) -> Result<(), Finding> {
    Three::make(service).await?.lists(service, &[("", "Tsf")]).await
}

pub(super) async fn sorts(service: &Service) -> Result<(), Finding> {
    let three = Three::make(service).await?;
    three
        .lists(
            service,
            &[
                ("&sort=-createdAt", "Tsf"),
                ("&sort=%2BcreatedAt", "fsT"),
                ("&sort=%2BdueDate", "sfT"),
                ("&sort=-dueDate", "Tfs"),
                ("&sort=+dueDate", "sfT"),
                ("&sort=%2BdueDate&sort=-createdAt", "sfT"),
                ("&sort=+dueDate,-createdAt", "sfT"),
            ],
        )
        .await
}

pub(super) async fn offsets(service: &Service) -> Result<(), Finding> {
    let three = Three::make(service).await?;
    for (query, titles, count) in [("&limit=2", "Ts", 2), ("&limit=2&offset=2", "f", 1), ("&offset=3", "", 0)] {
        let (got, page) = three.list(service, query).await?;
        equal(query, got.as_str(), titles)?;
        equal("count", &page["count"], count)?;
        equal("total", &page["total"], 3)?;
    }
    Ok(())
}

pub(super) async fn titles(service: &Service) -> Result<(), Finding> {
    let three = Three::make(service).await?;
    for (part, total) in
        [("third%20%C3%A5%20", 1), ("THIRD%20%C3%85%20", 1), ("FIRST%20", 1), ("", 3), ("fourth%20", 0)]
    {
        let page = service.get(&format!("/signing-sessions?sessionTitleLike={part}{}", three.word)).await?;
        equal(&format!("total of {part:?}"), &page.expect(200)?.json()["total"], total)?;
    }
    Ok(())
}

pub(super) async fn states(service: &Service) -> Result<(), Finding> {
    let three = Three::make(service).await?;
    three.lists(service, &[("&state=READY", "Tsf"), ("&state=SIGNED", ""), ("&state=SIGNED&state=READY", "Tsf")]).await
}

pub(super) async fn dates(service: &Service) -> Result<(), Finding> {
    let three = Three::make(service).await?;
    let (_, page) = three.list(service, "&sort=%2BcreatedAt&limit=1").await?;
    equal("count", &page["count"], 1)?;
    let at = |days: i64, seconds: i64| rfc3339(three.due + Duration::days(days) + Duration::seconds(seconds));
    let cases = [
        (format!("&dueDateFrom={}", at(0, 0)), "Tf"),
        (format!("&dueDateFrom={}", at(0, 1)), "T"),
        (format!("&dueDateTo={}", at(0, 0)), "sf"),
        (format!("&dueDateTo={}", at(0, -1)), "s"),
        (format!("&dueDateFrom={}&dueDateTo={}", at(0, 0), at(0, 0)), "f"),
        (format!("&createdDateFrom={}", at(-21, 0)), "Tsf"),
        (format!("&createdDateTo={}", at(-21, 0)), ""),
        (format!("&createdDateFrom={}", at(-19, 0)), ""),
        (format!("&createdDateTo={}", at(-19, 0)), "Tsf"),
    ];
    for (query, expected) in cases {
        equal(&query, three.list(service, &query).await?.0.as_str(), expected)?;
    }
    Ok(())
}

pub(super) async fn bounds(service: &Service) -> Result<(), Finding> {
    let (limit, offset) = (limits::LIST_LIMIT_MAX, limits::LIST_OFFSET_MAX);
    service.get(&format!("/signing-sessions?limit={limit}&offset={offset}")).await?.expect(200)?;
    let wrong = [
        ("limit", "0".to_owned()),
        ("limit", (limit + 1).to_string()),
        ("offset", (offset + 1).to_string()),
        ("limit", "-1".to_owned()),
        ("offset", "99999999999999999999".to_owned()),
    ];
    for (name, value) in wrong {
        equal(
            "invalidParams",
            service.get(&format!("/signing-sessions?{name}={value}")).await?.invalid_params()?,
            [name],
        )?;
    }
    Ok(())
}

pub(super) async fn wrong_values(service: &Service) -> Result<(), Finding> {
    for (name, value) in [("sort", "%2Btitle"), ("state", "EXPIRED"), ("createdDateFrom", "yesterday")] {
        let names = service.get(&format!("/signing-sessions?{name}={value}")).await?.invalid_params()?;
        holds("invalidParams", names == [name], name, &json!(names))?;
    }
    Ok(())
}
