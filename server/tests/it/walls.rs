//! What holds of every address, whatever it is for.

use app::paths;
use reqwest::Method;
use server::{rights::Access, security::csrf::PLAIN_FORMS};
use sqlx::{ConnectOptions, Row, sqlite::SqliteConnectOptions};
use testkit::{Answer, TestApp};

const ID: &str = "0197e4b8-0000-7000-8000-000000000000";
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Every address of the router, with an id that is nobody's, and what it takes.
fn addresses() -> Vec<(Method, String, Access)> {
    let declared = server::router::routes();
    let filled = |path: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { ID } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    declared.declared().iter().map(|one| (one.method.clone(), filled(&one.path), one.access)).collect()
}

fn assert_guarded(what: &str, answer: &Answer) {
    // What pages of others show.
    let is_image = answer.header("content-type") == Some("image/svg+xml");
    let is_shared = is_image || (what.contains(paths::EMBED_SAMPLE) && answer.status == 200);
    let referrer = answer.header("referrer-policy");
    assert!(matches!(referrer, Some("same-origin" | "no-referrer")), "{what}: {referrer:?}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", if is_shared { "cross-origin" } else { "same-origin" }),
        ("cache-control", if is_image { "private, max-age=10" } else { "no-store" }),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    for name in ["permissions-policy", "content-security-policy"] {
        assert!(answer.header(name).is_some(), "{what} lacks {name}");
    }
    for name in ["server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials"] {
        assert_eq!(answer.header(name), None, "{what}: {name}");
    }
    if answer.status >= 400 && answer.header("content-type") == Some("application/problem+json") {
        let body = answer.json();
        assert_eq!(body["status"], answer.status, "{what}");
        assert_eq!(body["trace_id"].as_str().map(str::len), Some(32), "{what}");
    }
    let text = String::from_utf8_lossy(&answer.body);
    // Admins read on that page which version runs.
    let version = (!what.contains(paths::STATUS)).then_some(env!("CARGO_PKG_VERSION"));
    for inner in ["sqlx", "SQLite", "panicked", "src/", "RUST_BACKTRACE"].into_iter().chain(version) {
        assert!(!text.contains(inner), "{what} tells {inner}: {text}");
    }
}

#[tokio::test]
async fn web_06_every_address_is_guarded_whoever_asks() {
    let app = TestApp::signed_in().await;
    let cookie = app.browser.cookie();
    for (method, path, _) in addresses().into_iter().filter(|(_, path, _)| path != paths::LIVE) {
        for cookie in [cookie.as_deref(), None, Some("nonsense")] {
            app.browser.set_cookie(cookie);
            let who = if cookie.is_some() { "somebody" } else { "nobody" };
            // As a script, as a person, and as something else.
            let script = app.browser.send(app.browser.fetch(method.clone(), &path)).await;
            let page = app.browser.send(app.browser.bare(method.clone(), &path).header("accept", "text/html")).await;
            let other = app.browser.send(app.browser.bare(method.clone(), &path).header("origin", "null")).await;
            for answer in [script, page, other] {
                let what = format!("{method} {path} by {who}: {}", answer.status);
                assert!(answer.status < 500, "{what}");
                if path != paths::SIGN_OUT {
                    assert_guarded(&what, &answer);
                }
            }
        }
    }
}

#[tokio::test]
async fn web_07_no_other_origin_is_let_in() {
    let app = TestApp::signed_in().await;
    for origin in ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1.evil.example"] {
        for (_, path, _) in addresses().into_iter().filter(|(_, path, _)| path != paths::LIVE) {
            for method in [Method::OPTIONS, Method::GET] {
                let request = app
                    .browser
                    .bare(method.clone(), &path)
                    .header("origin", origin)
                    .header("access-control-request-method", "POST")
                    .header("access-control-request-headers", "x-portal");
                assert_guarded(&format!("{method} {path} from {origin}"), &app.browser.send(request).await);
            }
        }
    }
}

#[tokio::test]
async fn web_11_other_methods_are_refused() {
    let app = TestApp::signed_in().await;
    let addresses = addresses();
    for (_, path, access) in &addresses {
        for method in METHODS.into_iter().chain([Method::TRACE, Method::OPTIONS]) {
            let is_taken = addresses.iter().any(|(taken, at, _)| {
                at == path && (*taken == method || (*taken == Method::GET && method == Method::HEAD))
            });
            if is_taken {
                continue;
            }
            let answer = app.browser.ask(method.clone(), path).await;
            // A plain form's address first asks for a form.
            let is_form = *access == Access::Anyone || PLAIN_FORMS.contains(&&**path);
            let expected: &[u16] = if is_form { &[405, 415] } else { &[405] };
            assert!(expected.contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
}

/// Number that changes with each change that another connection commits.
async fn data_version(connection: &mut sqlx::SqliteConnection) -> i64 {
    sqlx::query("PRAGMA data_version").fetch_one(connection).await.unwrap().get(0)
}

#[tokio::test]
async fn web_02_a_sweep_of_reads_writes_nothing() {
    let app = TestApp::signed_in().await;
    let options = SqliteConnectOptions::new().filename(app.data_dir().join("portal.db")).read_only(true);
    let mut database = options.connect().await.unwrap();
    let before = data_version(&mut database).await;
    // The stream does not end; that somebody took the audit trail along is recorded in it.
    let others = [paths::LIVE, paths::AUDIT_CSV, paths::AUDIT_JSON];
    for (_, path, _) in addresses().into_iter().filter(|(_, path, _)| !others.contains(&path.as_str())) {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            app.browser.send(app.browser.bare(method.clone(), &path)).await;
            app.browser.ask(method, &path).await;
        }
    }
    assert_eq!(data_version(&mut database).await, before, "a read changed something");
    // The number does tell.
    app.browser.post_form(paths::SIGN_OUT, &[]).await.expect(303);
    assert_ne!(data_version(&mut database).await, before);
}

#[tokio::test]
async fn web_05_data_does_not_break_out_of_a_page() {
    let app = TestApp::signed_in().await;
    let hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u{2028}'\"&";
    let file = crate::desk::pdf("lease");
    let mut new = crate::desk::new_session(&app, std::slice::from_ref(&file));
    (new.title, new.signer) = (hostile.to_owned(), hostile.to_owned());
    let plan: app::model::SendPlan = crate::desk::read(&crate::desk::post_plan(&app, &new, "key").await.expect(201));
    for path in ["/".to_owned(), paths::session(plan.session)] {
        let html = app.browser.page(&path).await.expect(200).text();
        assert!(html.contains("alert(1)"), "{path} shows the text");
        for raw in ["<script>alert", "</script><script>", "<img src=x", "<!--<img"] {
            assert!(!html.contains(raw), "{path} holds {raw}: {html}");
        }
    }
}

#[tokio::test]
async fn web_03_reports_are_taken_in_small_numbers() {
    let app = TestApp::spawn().await;
    let report = |media_type: &'static str, body: String| {
        // As browsers send them: from nobody in particular, without the portal's header.
        app.browser.bare(Method::POST, paths::CSP_REPORTS).header("content-type", media_type).body(body)
    };
    let one = r#"[{"type":"csp-violation","body":{"effectiveDirective":"script-src-elem"}}]"#;
    app.browser.send(report("application/reports+json", one.to_owned())).await.expect(204);
    let old = r#"{"csp-report":{"effective-directive":"img-src"}}"#;
    app.browser.send(report("application/csp-report", old.to_owned())).await.expect(204);
    assert_eq!(app.portal().metrics.csp_reports(), 2);
    app.browser.send(report("text/plain", one.to_owned())).await.expect(415);
    app.browser.send(report("application/csp-report", "{".to_owned())).await.expect(400);
    let long = format!("[{}]", " ".repeat(20_000));
    app.browser.send(report("application/reports+json", long)).await.expect(400);
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(app.browser.send(report("application/reports+json", one.to_owned())).await.status);
    }
    assert_eq!((statuses[0], statuses[29]), (204, 429), "{statuses:?}");
}

#[tokio::test]
async fn az_10_metrics_have_a_listener_of_their_own() {
    let app = TestApp::spawn_with(|config| config.metrics = Some("127.0.0.1:0".parse().unwrap())).await;
    app.set_up_staff().await;
    app.browser.get("/metrics").await.expect(404);
    let address = app.metrics_address().unwrap();
    let client = upstream::client_builder(upstream::Reach::Private, std::time::Duration::from_secs(3)).build().unwrap();
    let text = client.get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        "countersign_http_requests_total{method=\"POST\",status=\"3xx\"} 1",
        "countersign_http_request_duration_seconds_count 2",
        "countersign_connections 1",
        "countersign_upstream_rests 0",
        "countersign_csp_reports_total 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    // And that listener has nothing else.
    let other = client.get(format!("http://{address}/")).send().await.unwrap();
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn ops_05_live_and_ready_are_two_things() {
    let app = TestApp::spawn().await;
    for path in ["/livez", "/readyz"] {
        app.browser.get(path).await.expect(200);
    }
    // The signing API being away is no reason to send people elsewhere.
    crate::desk::fault(&app, "list_sessions", "500", 100).await;
    app.browser.get("/readyz").await.expect(200);
    app.portal().store.close().await;
    app.browser.get("/livez").await.expect(200);
    let answer = app.browser.get("/readyz").await.expect(503);
    let body = answer.json();
    assert!(body["message"].as_str().unwrap().contains("database"), "{body}");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn ops_06_a_backup_of_a_running_portal_can_be_restored() {
    let mut app = TestApp::signed_in().await;
    let id = crate::desk::sent(&app, &[crate::desk::pdf("lease")]).await;
    let (database, copy) = (app.portal().config.database(), app.data_dir().join("copy.db"));
    server::store::backup(&database, &copy).await.unwrap();
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&copy).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = server::store::backup(&database, &copy).await.unwrap_err();
    assert!(again.to_string().contains("exists already"), "{again}");
    let missing = server::store::backup(std::path::Path::new("/nowhere"), &copy).await.unwrap_err();
    assert!(missing.to_string().contains("data_dir"), "{missing}");

    // What comes after the copy is gone after a restore, and nothing else is.
    let later = crate::desk::sent(&app, &[crate::desk::pdf("later")]).await;
    app.restore(&copy).await;
    crate::desk::detail(&app, id).await;
    app.browser.get(&paths::detail(later)).await.expect(404);
}

#[tokio::test]
async fn ops_03_the_sandbox_is_named_and_keeps_to_itself() {
    let app = TestApp::signed_in().await;
    for path in ["/", "/sign-in"] {
        let page = app.browser.page(path).await.expect(200).text();
        assert!(page.contains("Sandbox: no legal effect"), "{path}: {page}");
        app.browser.set_cookie(None);
    }
    assert!(app.data_dir().join("sandbox").is_dir(), "it has files of its own");
    assert_ne!(app.sandbox_url.host_str(), Some("127.0.0.1"), "another host for browsers");
}

/// Compiles only while the types have no `==`, which would leak by its time how
/// much of a secret was right.
#[test]
fn sec_05_secrets_are_not_compared_by_accident() {
    trait Uncompared<A> {
        fn checked() {}
    }
    struct Compared;
    impl<T> Uncompared<()> for T {}
    impl<T: PartialEq> Uncompared<Compared> for T {}
    <server::auth::LoginToken as Uncompared<_>>::checked();
    <secrecy::SecretString as Uncompared<_>>::checked();
}
