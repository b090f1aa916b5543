use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::support::{TestSandbox, problem};

async fn document(sandbox: &TestSandbox) -> Value {
    let answer = sandbox.http.get(format!("{}/openapi.json", sandbox.base)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/json");
    answer.json().await.unwrap()
}

#[tokio::test]
async fn the_document_is_about_this_very_service() {
    let sandbox = TestSandbox::spawn().await;
    let document = document(&sandbox).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], sandbox.base);
    let token = &document["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"];
    assert_eq!(token["tokenUrl"], format!("{}/auth/open/connect/token", sandbox.base));
}

#[tokio::test]
async fn methods_that_are_not_in_the_document_are_refused() {
    let sandbox = TestSandbox::spawn().await;
    let document = document(&sandbox).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let known: BTreeSet<String> = item
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| *name != "parameters")
            .map(|name| name.to_uppercase())
            .collect();
        let address = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0197e4b8-0000-7000-8000-000000000000" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let request = sandbox.request(Method::from_bytes(method.as_bytes()).unwrap(), &address);
            let answer = request.send().await.unwrap();
            if known.contains(method) {
                assert_ne!(answer.status(), 405, "{method} {path}");
                continue;
            }
            let allowed = answer.headers()["allow"].to_str().unwrap().to_owned();
            let allowed: BTreeSet<String> =
                allowed.split(',').filter(|method| *method != "HEAD").map(str::to_owned).collect();
            assert_eq!(allowed, known, "{method} {path}");
            problem(answer, 405, "method_not_allowed").await;
        }
    }
}

#[tokio::test]
async fn people_can_read_it_too() {
    let sandbox = TestSandbox::spawn().await;
    let home = sandbox.http.get(&sandbox.base).send().await.unwrap().text().await.unwrap();
    assert!(home.contains(r#"href="docs""#) && home.contains(r#"href="openapi.json""#));
    let page = sandbox.http.get(format!("{}/docs", sandbox.base)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("<script"));
    let document = document(&sandbox).await;
    let items = document["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let ids = operations.filter_map(|operation| operation["operationId"].as_str());
    let schemas = document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str);
    for id in ids.chain(schemas) {
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        assert!(page.contains(&format!("href=\"#{id}\"")), "{id}");
    }
}
