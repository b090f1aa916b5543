//! What every answer has.

use reqwest::Method;
use testkit::{Answer, LIST, TestApp};

fn assert_common(path: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}: {name}");
    }
    for name in ["permissions-policy", "content-security-policy", "cache-control"] {
        assert!(answer.header(name).is_some(), "{path} lacks {name}");
    }
    assert_eq!(answer.header("strict-transport-security"), None, "{path}: not over plain http");
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        assert_eq!(answer.header(name), None, "{path}: {name}");
    }
}

fn nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy").unwrap();
    policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned()
}

#[tokio::test]
async fn web_03_pages_have_a_policy_with_a_nonce_of_their_own() {
    let app = TestApp::signed_in().await;
    let mut nonces = Vec::new();
    for (path, status) in [("/", 200), ("/sessions/new", 200), ("/nowhere", 404), ("/sessions/x", 404)] {
        let page = app.browser.page(path).await.expect(status);
        assert_common(path, &page);
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        let nonce = nonce(&page);
        assert_eq!(
            page.header("content-security-policy").unwrap(),
            format!(
                "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
                 style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
                 manifest-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
                 frame-ancestors 'none'; report-to csp; report-uri /csp-reports"
            )
        );
        assert_eq!(page.header("reporting-endpoints"), Some("csp=\"/csp-reports\""), "{path}");
        let html = page.text();
        assert!(!html.contains(" style="), "{path} has inline styles");
        let scripts = html.matches("<script").count();
        assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), scripts, "{path}: {html}");
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn web_06_every_answer_is_guarded() {
    let app = TestApp::signed_in().await;
    for (path, status) in [
        (LIST, 200),
        ("/api/list-sessions", 422),
        ("/api/session-detail?id=x", 422),
        ("/api/session-detail?id=0197e4b8-0000-7000-8000-000000000000", 404),
        ("/nowhere", 404),
        ("/livez", 200),
        ("/readyz", 200),
        ("/favicon.svg", 200),
        ("/sign-out", 405),
        ("/nothing.js", 404),
    ] {
        let answer = app.browser.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_common(path, &answer);
        let cache = if path == "/favicon.svg" { "no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), Some(cache), "{path}");
    }
    let answer = app.browser.post_form("/sign-in", &[("username", &*"a".repeat(70_000))]).await.expect(413);
    assert_common("a body too large", &answer);
}

#[tokio::test]
async fn web_06_over_tls_browsers_are_told_to_stay_there() {
    let app = TestApp::spawn_with(|config| config.public_url = "https://portal.example.com".parse().unwrap()).await;
    let page = app.browser.page("/sign-in").await.expect(200);
    assert_eq!(page.header("strict-transport-security"), Some("max-age=63072000; includeSubDomains"));
    // The proxy in front has another address than the browser sees.
    let form = app.browser.bare(Method::POST, "/sign-in").header("origin", "https://portal.example.com");
    app.browser.send(form.form(&[("username", "anna"), ("password", "wrong")])).await.expect(401);
}

#[tokio::test]
async fn web_10_errors_are_problems_with_a_trace_id() {
    let app = TestApp::signed_in().await;
    for (answer, status, kind) in [
        (app.browser.get("/nowhere").await, 404, "not_found"),
        (app.browser.get("/sign-out").await, 405, "invalid"),
        (app.browser.ask(Method::TRACE, "/").await, 405, "invalid"),
        (app.browser.get("/nothing.css").await, 404, "not_found"),
    ] {
        let answer = answer.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let body = answer.json();
        assert_eq!((body["status"].as_u64(), body["kind"].as_str()), (Some(status.into()), Some(kind)));
        let trace_id = body["trace_id"].as_str().unwrap();
        assert!(trace_id.len() == 32 && trace_id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{trace_id}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let page = app.browser.page("/nowhere").await.expect(404).text();
    assert!(page.contains("Not found") && page.contains("Trace id"), "{page}");
}

#[tokio::test]
async fn web_10_internals_stay_inside() {
    let app = TestApp::signed_in().await;
    app.portal().store.close().await;
    for answer in [app.browser.get(LIST).await, app.browser.page("/").await] {
        let text = answer.expect(503).text().to_lowercase();
        for inner in ["sqlx", "sqlite", "pool", "closed", "panicked", "src/", ".rs", "/tmp"] {
            assert!(!text.contains(inner), "{inner}: {text}");
        }
    }
}

#[tokio::test]
async fn web_11_unknown_files_are_not_pages() {
    let app = TestApp::signed_in().await;
    for path in [
        "/nothing.js",
        "/pkg/nothing.css",
        "/sessions/nothing.wasm",
        "/pkg/0123456789abcdef/x.js",
        "/..%2fportal.db",
        "/pkg/../../data/portal.db",
    ] {
        let answer = app.browser.page(path).await.expect(404);
        assert!(!answer.text().contains("SQLite format"), "{path}");
    }
}

#[tokio::test]
async fn files_that_never_change_are_kept_for_ever() {
    let app = TestApp::spawn().await;
    let code = app.browser.get("/pkg/0123456789abcdef/countersign.js").await.expect(200);
    assert_common("code", &code);
    assert_eq!(code.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(code.header("content-type"), Some("text/javascript"));
    assert_eq!(
        code.header("content-security-policy"),
        Some("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'")
    );
    let request =
        app.browser.fetch(Method::GET, "/pkg/0123456789abcdef/countersign.js").header("accept-encoding", "br");
    let code = app.browser.send(request).await.expect(200);
    assert_eq!((code.header("content-encoding"), &*code.text()), (Some("br"), "not really brotli"));
    let wasm = app.browser.get("/pkg/0123456789abcdef/countersign_bg.wasm").await.expect(200);
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));

    let page = app.browser.page("/sign-in").await.expect(200).text();
    assert!(page.contains("/pkg/0123456789abcdef/countersign.css"), "{page}");
}

#[tokio::test]
async fn rl_05_a_request_head_has_a_limit() {
    let app = TestApp::spawn().await;
    let request = app.browser.fetch(Method::GET, "/livez").header("x-long", "a".repeat(20_000));
    assert_eq!(request.send().await.unwrap().status(), 431);
}
