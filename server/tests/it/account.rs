//! One's own account: where one is signed in, and the password.

use app::{
    model::{Action, Role},
    paths,
};
use reqwest::Method;
use testkit::{Answer, Browser, LIST, PASSWORD, TestApp, USERNAME};
use time::Duration;

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
const CHOSEN: &str = "another good long password";

async fn act(browser: &Browser, form: &[(&str, &str)]) -> Answer {
    browser.post_form(paths::ACCOUNT, form).await
}

async fn account(browser: &Browser) -> String {
    browser.page(paths::ACCOUNT).await.expect(200).text()
}

/// The first account's owner at another browser.
async fn second(app: &TestApp) -> Browser {
    let browser = app.another_browser();
    let form = [("username", USERNAME), ("password", PASSWORD)];
    let request = browser.bare(Method::POST, paths::SIGN_IN).header("user-agent", FIREFOX);
    browser.send(request.header("sec-fetch-site", "same-origin").form(&form)).await.expect(303);
    browser
}

/// The handles of the sign-ins that the page offers to end.
fn handles(page: &str) -> Vec<&str> {
    page.split(r#"name="sign-in" value=""#).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

/// Opens a live stream, and answers whether it ends.
async fn stream_ends(browser: &Browser) -> tokio::task::JoinHandle<()> {
    let mut stream = browser.fetch(Method::GET, "/live?since=0").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    tokio::spawn(async move { while let Ok(Some(_)) = stream.chunk().await {} })
}

#[tokio::test]
async fn sl_12_people_see_where_they_are_signed_in() {
    let app = TestApp::signed_in().await;
    app.clock.advance(Duration::minutes(10));
    let browser = second(&app).await;
    let page = account(&browser).await;
    assert!(page.contains("Firefox on Windows") && page.contains("Another program"), "{page}");
    assert!(page.contains("127.0.0.1") && page.contains("24 Nov 2026, 09:10 UTC"), "{page}");
    assert_eq!((page.matches("This one").count(), handles(&page).len()), (1, 1), "{page}");
    for cookie in [browser.cookie().unwrap(), app.browser.cookie().unwrap()] {
        assert!(!page.contains(&cookie));
    }
    // Nobody else's are among them.
    assert!(account(&app.person("berit", Role::Viewer, app.team().await).await.browser).await.contains("This one"));
    // What ended by itself is not shown.
    app.clock.advance(Duration::minutes(55));
    assert_eq!(handles(&account(&browser).await).len(), 0);
}

#[tokio::test]
async fn sl_12_people_end_one_of_their_sign_ins() {
    let app = TestApp::signed_in().await;
    let browser = second(&app).await;
    let stream = stream_ends(&browser).await;
    let page = account(&app.browser).await;
    let handle = handles(&page)[0].to_owned();
    let answer = act(&app.browser, &[("act", "end"), ("sign-in", &handle)]).await.expect(303);
    assert_eq!(answer.header("location"), Some(paths::ACCOUNT));
    browser.get(LIST).await.expect(401);
    app.browser.get(LIST).await.expect(200);
    tokio::time::timeout(std::time::Duration::from_secs(5), stream).await.unwrap().unwrap();
    act(&app.browser, &[("act", "end"), ("sign-in", &handle)]).await.expect(404);

    // Another person's is not found.
    let berit = app.person("berit", Role::Viewer, app.team().await).await;
    let browser = second(&app).await;
    let handle = handles(&account(&app.browser).await)[0].to_owned();
    act(&berit.browser, &[("act", "end"), ("sign-in", &handle)]).await.expect(404);
    browser.get(LIST).await.expect(200);
}

#[tokio::test]
async fn sl_12_people_end_all_their_other_sign_ins() {
    let app = TestApp::signed_in().await;
    let others = [second(&app).await, second(&app).await];
    let stream = stream_ends(&others[0]).await;
    let berit = app.person("berit", Role::Viewer, app.team().await).await;
    act(&app.browser, &[("act", "end-others")]).await.expect(303);
    for other in &others {
        other.get(LIST).await.expect(401);
    }
    app.browser.get(LIST).await.expect(200);
    berit.browser.get(LIST).await.expect(200);
    tokio::time::timeout(std::time::Duration::from_secs(5), stream).await.unwrap().unwrap();
    let trail = app.browser.get(&format!("{}?what={}", paths::AUDIT_JSON, Action::SignInEnded.slug())).await;
    assert!(trail.expect(200).text().contains("2 by the person"));
}

#[tokio::test]
async fn sl_12_an_admin_ends_everybodys_sign_ins_but_this_one() {
    let app = TestApp::signed_in().await;
    let mine = second(&app).await;
    let berit = app.person("berit", Role::Manager, app.new_team("Another").await).await;
    let stream = stream_ends(&berit.browser).await;
    assert!(app.browser.page(paths::PEOPLE).await.expect(200).text().contains("Last active"));
    let form = [("act", "end-all-sign-ins")];
    berit.browser.post_form(paths::PEOPLE, &form).await.expect(403);
    app.browser.post_form(paths::PEOPLE, &form).await.expect(303);
    berit.browser.get(LIST).await.expect(401);
    mine.get(LIST).await.expect(401);
    app.browser.get(LIST).await.expect(200);
    tokio::time::timeout(std::time::Duration::from_secs(5), stream).await.unwrap().unwrap();
}

#[tokio::test]
async fn sl_11_another_password_ends_all_other_sign_ins() {
    let app = TestApp::signed_in().await;
    let browser = second(&app).await;
    let before = app.browser.cookie().unwrap();
    let form = [("act", "password"), ("password", PASSWORD), ("new-password", CHOSEN)];
    act(&app.browser, &form).await.expect(303);
    browser.get(LIST).await.expect(401);
    app.browser.get(LIST).await.expect(200);
    let after = app.browser.cookie().unwrap();
    app.browser.set_cookie(Some(&before));
    app.browser.get(LIST).await.expect(401);
    app.browser.set_cookie(Some(&after));
    let trail = app.browser.get(&format!("{}?what={}", paths::AUDIT_JSON, Action::PasswordChanged.slug())).await;
    assert_eq!(trail.expect(200).text().lines().count(), 1);
    browser.post_form("/sign-in", &[("username", USERNAME), ("password", PASSWORD)]).await.expect(401);
    browser.post_form("/sign-in", &[("username", USERNAME), ("password", CHOSEN)]).await.expect(303);
}

#[tokio::test]
async fn sl_14_another_password_takes_the_old_one_and_is_not_weak() {
    let app = TestApp::signed_in().await;
    let change = async |old: &str, new: &str| {
        act(&app.browser, &[("act", "password"), ("password", old), ("new-password", new)]).await
    };
    let page = change("a wrong one, surely", CHOSEN).await.expect(422).text();
    assert!(page.contains("not your password") && !page.contains("a wrong one") && !page.contains(CHOSEN), "{page}");
    assert!(change(PASSWORD, "short").await.expect(422).text().contains("12 characters"));
    assert!(change(PASSWORD, "").await.expect(422).text().contains("12 characters"));
    app.browser.get(LIST).await.expect(200);
    app.sign_in().await;
    for form in [vec![("act", "promote")], vec![("act", "end"), ("role", "admin")], vec![]] {
        act(&app.browser, &form).await.expect(422);
    }
}

#[tokio::test]
async fn sl_17_wrong_passwords_on_the_account_page_are_counted() {
    let app = TestApp::signed_in().await;
    let form = |old| [("act", "password"), ("password", old), ("new-password", CHOSEN)];
    for _ in 0..10 {
        act(&app.browser, &form("a wrong one, surely")).await.expect(422);
    }
    let answer = act(&app.browser, &form(PASSWORD)).await.expect(429);
    assert_eq!(answer.header("retry-after"), Some("10"));
    app.clock.advance(Duration::seconds(10));
    act(&app.browser, &form(PASSWORD)).await.expect(303);
}
