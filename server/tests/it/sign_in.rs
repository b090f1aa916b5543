//! The sign-in form.

use testkit::{Answer, PASSWORD, TestApp, USERNAME};
use time::Duration;

async fn app() -> TestApp {
    let app = TestApp::signed_in().await;
    app.browser.set_cookie(None);
    app
}

#[tokio::test]
async fn sl_02_the_cookie_is_for_this_host_and_for_http_alone() {
    let app = app().await;
    let answer = app.browser.post_form("/sign-in", &[("username", USERNAME), ("password", PASSWORD)]).await.expect(303);
    let cookie = answer.header("set-cookie").unwrap();
    let (name_and_value, attributes) = cookie.split_once("; ").unwrap();
    assert!(name_and_value.starts_with("__Host-Http-session="));
    let mut attributes: Vec<_> = attributes.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
}

#[tokio::test]
async fn names_are_compared_without_regard_to_case() {
    let app = app().await;
    app.browser.post_form("/sign-in", &[("username", " ANNA "), ("password", PASSWORD)]).await.expect(303);
}

/// The page, apart from what differs each time.
fn without_nonces(answer: &Answer) -> String {
    let nonce =
        answer.header("content-security-policy").unwrap().split('\'').find_map(|part| part.strip_prefix("nonce-"));
    answer.text().replace(nonce.unwrap(), "nonce")
}

#[tokio::test]
async fn sl_17_wrong_and_unknown_read_the_same() {
    let app = app().await;
    let wrong = app.browser.post_form("/sign-in", &[("username", USERNAME), ("password", "wrong")]).await.expect(401);
    let unknown = app.browser.post_form("/sign-in", &[("username", "nobody"), ("password", "wrong")]).await.expect(401);
    assert!(wrong.text().contains("is wrong") && wrong.text().contains(USERNAME), "{}", wrong.text());
    assert_eq!(without_nonces(&wrong), without_nonces(&unknown).replace("nobody", USERNAME));
    assert_eq!(app.browser.cookie(), None);
}

#[tokio::test]
async fn sl_17_many_wrong_passwords_have_to_wait() {
    let app = app().await;
    let wrong = [("username", USERNAME), ("password", "wrong")];
    for _ in 0..10 {
        app.browser.post_form("/sign-in", &wrong).await.expect(401);
    }
    let answer = app.browser.post_form("/sign-in", &wrong).await.expect(429);
    assert_eq!(answer.header("retry-after"), Some("10"));
    assert!(answer.text().contains("wait") && answer.text().contains("<form"), "{}", answer.text());
    // The right one has to wait as well, or trying would go on.
    let right = [("username", USERNAME), ("password", PASSWORD)];
    app.browser.post_form("/sign-in", &right).await.expect(429);
    app.clock.advance(Duration::seconds(10));
    app.browser.post_form("/sign-in", &right).await.expect(303);
    app.browser.post_form("/sign-in", &wrong).await.expect(401);
}

#[tokio::test]
async fn sl_19_signing_in_leads_to_own_pages_alone() {
    let app = app().await;
    for (wanted, location) in [
        ("/sessions/new", "/sessions/new"),
        ("/?page=2", "/?page=2"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%2f/evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/sign-in", "/"),
    ] {
        let form = [("username", USERNAME), ("password", PASSWORD), ("return_to", wanted)];
        let answer = app.browser.post_form("/sign-in", &form).await.expect(303);
        assert_eq!(answer.header("location"), Some(location), "{wanted:?}");
    }
}

#[tokio::test]
async fn a_refused_form_remembers_where_to_go() {
    let app = app().await;
    let form = [("username", USERNAME), ("password", "wrong"), ("return_to", "/sessions/new")];
    let page = app.browser.post_form("/sign-in", &form).await.expect(401).text();
    assert!(page.contains(r#"value="/sessions/new""#), "{page}");
}

#[tokio::test]
async fn who_is_signed_in_need_not_sign_in() {
    let app = TestApp::signed_in().await;
    assert_eq!(
        app.browser.page("/sign-in?return_to=%2Fsessions%2Fnew").await.header("location"),
        Some("/sessions/new")
    );
}

#[tokio::test]
async fn rl_05_forms_have_a_limit() {
    let app = app().await;
    let answer = app.browser.post_form("/sign-in", &[("username", &*"a".repeat(70_000))]).await.expect(413);
    assert!(answer.text().contains("too large"), "{}", answer.text());
}

#[tokio::test]
async fn sl_15_a_flood_of_sign_ins_leaves_room_for_others() {
    let app = app().await;
    let form = [("username", USERNAME), ("password", "wrong")];
    let flood = (0..200).map(|_| app.browser.post_form("/sign-in", &form));
    let (answers, ready) =
        tokio::join!(futures_util::future::join_all(flood), async { app.browser.get("/readyz").await.status });
    assert_eq!(ready, 200);
    assert!(answers.iter().all(|answer| [401, 429, 503].contains(&answer.status)));
}
