//! Who gets in: set-up, sessions, and what is closed to everybody else.

use reqwest::Method;
use server::clock::Clock;
use testkit::{LIST, NAME, PASSWORD, TestApp, USERNAME};
use time::Duration;

/// Addresses that need a sign-in, known and unknown.
const GUARDED: [&str; 10] = [
    "/",
    "/?page=2",
    "/sessions/new",
    "/sessions/0197e4b8-0000-7000-8000-000000000000",
    "/sessions/0197e4b8-0000-7000-8000-000000000000/files/0197e4b8-0000-7000-8000-000000000001",
    "/live?since=0",
    LIST,
    "/api/session-detail?id=0197e4b8-0000-7000-8000-000000000000",
    "/nowhere",
    "/api/nowhere",
];

#[tokio::test]
async fn sl_16_an_empty_portal_lets_nobody_in() {
    let app = TestApp::spawn().await;
    let page = app.browser.page("/sign-in").await.expect(200);
    assert!(page.text().contains("set-up link"), "{}", page.text());
    for (username, password) in [("admin", "admin"), ("", ""), (USERNAME, PASSWORD)] {
        app.browser.post_form("/sign-in", &[("username", username), ("password", password)]).await.expect(401);
    }
    app.browser.page("/setup").await.expect(403);
    app.browser.page("/setup?token=wrong").await.expect(403);
    let form = [("token", "wrong"), ("name", NAME), ("username", USERNAME), ("password", PASSWORD)];
    app.browser.post_form("/setup", &form).await.expect(403);
    assert_eq!(app.browser.cookie(), None);
}

#[tokio::test]
async fn sl_16_the_set_up_link_works_once() {
    let mut app = TestApp::spawn().await;
    let token = app.setup_token().unwrap().to_owned();
    let page = app.browser.page(&format!("/setup?token={token}")).await.expect(200);
    assert!(page.text().contains(&token));

    app.set_up_staff().await;
    app.browser.get(LIST).await.expect(200);

    app.browser.set_cookie(None);
    let form = [("token", &*token), ("name", "Eve"), ("username", "eve"), ("password", PASSWORD)];
    let answer = app.browser.post_form("/setup", &form).await.expect(303);
    assert_eq!(answer.header("location"), Some("/sign-in"));
    assert_eq!(app.browser.page(&format!("/setup?token={token}")).await.header("location"), Some("/sign-in"));
    assert_eq!(app.browser.cookie(), None);

    app.restart().await;
    assert_eq!(app.setup_token(), None);
    app.sign_in().await;
}

#[tokio::test]
async fn sl_16_the_set_up_link_ends_after_an_hour_and_with_the_process() {
    let mut app = TestApp::spawn().await;
    let old = app.setup_token().unwrap().to_owned();
    app.restart().await;
    app.browser.page(&format!("/setup?token={old}")).await.expect(403);
    let token = app.setup_token().unwrap().to_owned();
    app.clock.advance(Duration::minutes(59));
    app.browser.page(&format!("/setup?token={token}")).await.expect(200);
    app.clock.advance(Duration::minutes(1));
    app.browser.page(&format!("/setup?token={token}")).await.expect(403);
}

#[tokio::test]
async fn sl_14_set_up_names_what_is_wrong_and_keeps_what_was_typed() {
    let app = TestApp::spawn().await;
    let token = app.setup_token().unwrap();
    let form = [("token", token), ("name", "<Anna>"), ("username", "an na"), ("password", "hunter2-secret")];
    let page = app.browser.post_form("/setup", &form).await.expect(422).text();
    assert!(page.contains("letters, digits") && page.contains("first passwords"), "{page}");
    assert!(page.contains("an na") && page.contains("&lt;Anna") && !page.contains("<Anna>"), "{page}");
    assert!(page.contains(token) && !page.contains("hunter2"), "{page}");
    app.set_up_staff().await;
}

#[tokio::test]
async fn sl_01_the_database_does_not_know_the_cookie() {
    let app = TestApp::signed_in().await;
    let cookie = app.browser.cookie().unwrap();
    assert_eq!(cookie.len(), 43);
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &cookie).unwrap();
    let mut bytes = Vec::new();
    for name in ["portal.db", "portal.db-wal"] {
        bytes.extend(std::fs::read(app.data_dir().join(name)).unwrap());
    }
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(USERNAME.as_bytes()) && holds(b"$argon2id$"));
    for secret in [cookie.as_bytes(), &decoded, hex::encode(&decoded).as_bytes(), PASSWORD.as_bytes()] {
        assert!(!holds(secret));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sec_04_only_the_owner_reads_the_data() {
    use std::os::unix::fs::PermissionsExt;

    let app = TestApp::signed_in().await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&app.data_dir()), 0o700);
    for name in ["portal.db", "portal.db-wal", "portal.db-shm"] {
        assert_eq!(mode(&app.data_dir().join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn sl_07_signing_in_again_ends_what_was_before() {
    let app = TestApp::signed_in().await;
    let before = app.browser.cookie().unwrap();
    app.sign_in().await;
    let after = app.browser.cookie().unwrap();
    assert_ne!(before, after);
    app.browser.get(LIST).await.expect(200);
    app.browser.set_cookie(Some(&before));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_07_a_planted_cookie_signs_nobody_in() {
    let app = TestApp::signed_in().await;
    let planted = "A".repeat(43);
    app.browser.set_cookie(Some(&planted));
    app.browser.get(LIST).await.expect(401);
    app.sign_in().await;
    assert_ne!(app.browser.cookie().unwrap(), planted);
    app.browser.set_cookie(Some(&planted));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_08_an_idle_browser_is_signed_out() {
    let app = TestApp::signed_in().await;
    app.clock.advance(Duration::minutes(60) - Duration::seconds(1));
    app.browser.get(LIST).await.expect(200);
    app.clock.advance(Duration::minutes(60) - Duration::seconds(1));
    app.browser.get(LIST).await.expect(200);
    app.clock.advance(Duration::minutes(60));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_08_a_busy_browser_is_signed_out_in_the_end() {
    let app = TestApp::signed_in().await;
    let end = app.clock.now() + Duration::hours(10);
    while app.clock.now() < end - Duration::minutes(30) {
        app.clock.advance(Duration::minutes(30));
        app.browser.get(LIST).await.expect(200);
    }
    app.clock.advance(Duration::minutes(30));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_08_what_scripts_do_by_themselves_is_no_activity() {
    let app = TestApp::signed_in().await;
    for _ in 0..2 {
        app.clock.advance(Duration::minutes(29));
        let request = app.browser.fetch(Method::GET, LIST).header("x-background", "1");
        app.browser.send(request).await.expect(200);
        // A stream is not read to its end; its head is enough.
        let stream = app.browser.fetch(Method::GET, "/live?since=0").send().await.unwrap();
        assert_eq!(stream.status(), 200);
    }
    app.clock.advance(Duration::minutes(2));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_09_signing_out_ends_it_for_copies_too() {
    let app = TestApp::signed_in().await;
    let copy = app.browser.cookie().unwrap();
    let answer = app.browser.post_form("/sign-out", &[]).await.expect(303);
    assert_eq!(answer.header("location"), Some("/sign-in"));
    assert_eq!(answer.header("clear-site-data"), Some(r#""cache", "cookies", "storage""#));
    assert_eq!(app.browser.cookie(), None);
    app.browser.set_cookie(Some(&copy));
    app.browser.get(LIST).await.expect(401);
    // Once more, from a page that is still open.
    let answer = app.browser.post_form("/sign-out", &[]).await.expect(303);
    assert_eq!(answer.header("location"), Some("/sign-in"));
}

#[tokio::test]
async fn sl_20_scripts_get_401_and_people_the_sign_in_page() {
    let app = TestApp::spawn().await;
    for path in GUARDED {
        let answer = app.browser.get(path).await.expect(401);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert_eq!(answer.json()["kind"], "unauthenticated", "{path}");

        let answer = app.browser.page(path).await.expect(303);
        let location = answer.header("location").unwrap();
        assert!(location.starts_with("/sign-in"), "{path}: {location}");
    }
    assert_eq!(app.browser.page("/?page=2").await.header("location"), Some("/sign-in?return_to=%2F%3Fpage%3D2"));
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        app.browser.ask(method, "/api/sessions").await.expect(401);
    }
}

#[tokio::test]
async fn sl_21_without_the_database_nobody_gets_in_and_nobody_is_signed_out() {
    let mut app = TestApp::signed_in().await;
    app.portal().store.close().await;
    let answer = app.browser.get(LIST).await.expect(503);
    assert!(answer.header("retry-after").is_some() && answer.header("set-cookie").is_none());
    app.browser.page("/").await.expect(503);
    app.browser.get("/livez").await.expect(200);
    app.browser.get("/readyz").await.expect(503);
    app.restart().await;
    app.browser.get(LIST).await.expect(200);
    app.browser.get("/readyz").await.expect(200);
}

#[tokio::test]
async fn sl_22_only_the_cookie_decides() {
    let app = TestApp::signed_in().await;
    let cookie = app.browser.cookie().unwrap();
    app.browser.set_cookie(None);
    let bearer = format!("Bearer {cookie}");
    let named = format!("{}={cookie}", server::auth::COOKIE);
    for path in GUARDED {
        for (header, value) in [
            ("authorization", &*bearer),
            ("x-session", &cookie),
            ("x-cookie", &named),
            ("x-forwarded-uri", "/livez"),
            ("x-forwarded-host", "localhost"),
            ("x-forwarded-user", USERNAME),
            ("x-original-url", "/sign-in"),
            ("x-rewrite-url", "/sign-in"),
            ("x-http-method-override", "GET"),
            ("user-agent", "kube-probe/1.30"),
            ("cookie", &format!("session={cookie}")),
            ("cookie", &format!("__Host-session={cookie}")),
        ] {
            let request = app.browser.fetch(Method::GET, path).header(header, value);
            assert_eq!(app.browser.send(request).await.status, 401, "{path} {header}: {value}");
        }
    }
    let in_query = format!("/?{named}");
    let paths = [
        &*in_query,
        "/%73essions/new",
        "//sessions/new",
        "/livez/../sessions/new",
        "/sign-in/%2e%2e/",
        "/pkg/..;/",
        "/livez%23",
    ];
    for path in paths {
        // What is not a guarded address may be no address at all, but is never answered.
        let status = app.browser.get(path).await.status;
        assert!([401, 404].contains(&status), "{path}: {status}");
    }
}

#[tokio::test]
async fn ops_02_a_data_directory_has_one_portal() {
    let app = TestApp::spawn().await;
    let config = app.portal().config.clone();
    let second = server::start::Server::open(config, server::start::Machine::default()).await;
    assert!(matches!(second, Err(server::start::StartError::InUse(_))));
}
