//! Acts that are done only for somebody who has just shown who they are.

use app::{
    error::ErrorKind,
    form::Confirmation,
    model::{Action, Role},
    paths,
};
use reqwest::Method;
use server::{clock::Clock, rights::Access, router};
use testkit::{Answer, LIST, PASSWORD, TestApp};
use time::Duration;

const NEW_TEAM: [(&str, &str); 2] = [("act", "team"), ("team-name", "Team <&> two")];

/// The new team's form with a proof.
fn with(password: &str) -> Vec<(&str, &str)> {
    NEW_TEAM.into_iter().chain([(Confirmation::PASSWORD, password)]).collect()
}

async fn team_count(app: &TestApp) -> usize {
    app.portal().store.read().await.unwrap().teams().await.unwrap().len()
}

fn kind(answer: &Answer) -> ErrorKind {
    serde_json::from_value(answer.json()["kind"].clone()).unwrap()
}

/// A stack whose admin signed in too long ago.
async fn stale() -> TestApp {
    let app = TestApp::signed_in().await;
    app.clock.advance(Duration::minutes(5));
    app
}

#[test]
fn sl_13_acts_that_take_a_fresh_sign_in_say_so() {
    let routes = router::routes();
    let fresh: Vec<(&str, &str)> = routes
        .declared()
        .iter()
        .filter(|declared| matches!(declared.access, Access::MayFresh(_) | Access::SignedInFresh))
        .map(|declared| (declared.method.as_str(), declared.path.as_str()))
        .collect();
    for needs in
        [("POST", paths::CONFIRM), ("POST", paths::PEOPLE), ("GET", paths::AUDIT_CSV), ("GET", paths::AUDIT_JSON)]
    {
        assert!(fresh.contains(&needs), "{needs:?}: {fresh:?}");
    }
}

#[tokio::test]
async fn sl_13_a_sign_in_is_fresh_for_five_minutes() {
    let app = TestApp::signed_in().await;
    app.clock.advance(Duration::minutes(5) - Duration::seconds(1));
    app.browser.post_form(paths::PEOPLE, &NEW_TEAM).await.expect(303);
    app.clock.advance(Duration::seconds(1));
    app.browser.post_form(paths::PEOPLE, &NEW_TEAM).await.expect(403);
    app.browser.get(LIST).await.expect(200);
    app.sign_in().await;
    app.browser.get(paths::AUDIT_CSV).await.expect(200);
}

#[tokio::test]
async fn sl_13_scripts_are_told_what_to_do() {
    let app = stale().await;
    for path in [paths::AUDIT_CSV, paths::AUDIT_JSON] {
        let answer = app.browser.get(path).await.expect(403);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(kind(&answer), ErrorKind::StepUpRequired);
        assert_eq!(answer.json()["kind"], "step_up_required");
    }
    let request = app.browser.fetch(Method::POST, paths::PEOPLE).form(&NEW_TEAM);
    assert_eq!(kind(&app.browser.send(request).await.expect(403)), ErrorKind::StepUpRequired);
    // What a role does not allow is not asked for, and not confirmed either.
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    app.clock.advance(Duration::minutes(5));
    assert_eq!(kind(&viewer.browser.get(paths::AUDIT_CSV).await.expect(403)), ErrorKind::Forbidden);
    let page = viewer.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(403);
    assert!(page.text().contains("Not allowed"), "{}", page.text());
}

#[tokio::test]
async fn sl_13_a_form_that_comes_too_late_goes_on_after_the_password() {
    let app = stale().await;
    let page = app.browser.post_form(paths::PEOPLE, &NEW_TEAM).await.expect(403).text();
    assert!(page.contains("Confirm it is you") && page.contains(Confirmation::PASSWORD), "{page}");
    assert!(page.contains(r#"action="/people""#) && page.contains("Team &lt;&amp;&gt; two"), "{page}");

    let before = app.browser.cookie().unwrap();
    let page = app.browser.post_form(paths::PEOPLE, &with("a wrong one, surely")).await.expect(403).text();
    assert!(page.contains("not your password") && page.contains("Team &lt;&amp;&gt; two"), "{page}");
    assert!(!page.contains("a wrong one"), "{page}");
    assert_eq!((team_count(&app).await, app.browser.cookie().unwrap()), (1, before));

    let answer = app.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(303);
    assert_eq!(answer.header("location"), Some(paths::PEOPLE));
    let read = &mut app.portal().store.read().await.unwrap();
    let names: Vec<String> = read.teams().await.unwrap().into_iter().map(|team| team.name).collect();
    assert!(names.contains(&"Team <&> two".to_owned()), "{names:?}");
    // Pressed twice: the second one is asked nothing, and its proof is taken off.
    let again = app.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(422);
    assert!(again.text().contains("a team of this name"), "{}", again.text());
}

#[tokio::test]
async fn sl_07_confirming_gives_another_token() {
    let app = stale().await;
    let before = app.browser.cookie().unwrap();
    let answer = app.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(303);
    assert!(answer.header("set-cookie").is_some());
    let after = app.browser.cookie().unwrap();
    assert_ne!(before, after);
    app.browser.get(LIST).await.expect(200);
    app.browser.set_cookie(Some(&before));
    app.browser.get(LIST).await.expect(401);
    // It is the same sign-in: its life does not begin anew.
    app.browser.set_cookie(Some(&after));
    let end = app.clock.now() + Duration::hours(10) - Duration::minutes(5);
    while app.clock.now() < end - Duration::minutes(30) {
        app.clock.advance(Duration::minutes(30));
        app.browser.get(LIST).await.expect(200);
    }
    app.clock.advance(Duration::minutes(30));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_13_a_link_that_comes_too_late_leads_to_a_page_that_asks() {
    let app = stale().await;
    let export = "/audit/csv?what=sign-in";
    let answer = app.browser.page(export).await.expect(303);
    let confirm = "/confirm?return_to=%2Faudit%2Fcsv%3Fwhat%3Dsign-in";
    assert_eq!(answer.header("location"), Some(confirm));
    let page = app.browser.page(confirm).await.expect(200).text();
    assert!(page.contains(r#"value="/audit/csv?what=sign-in""#), "{page}");

    let form = |password| [("return_to", export), (Confirmation::PASSWORD, password)];
    app.browser.post_form(paths::CONFIRM, &form("a wrong one, surely")).await.expect(403);
    let answer = app.browser.post_form(paths::CONFIRM, &form(PASSWORD)).await.expect(303);
    assert_eq!(answer.header("location"), Some(confirm));
    let page = app.browser.page(confirm).await.expect(200).text();
    assert!(page.contains("Confirmed") && page.contains(r#"href="/audit/csv?what=sign-in""#), "{page}");
    app.browser.page(export).await.expect(200);
}

#[tokio::test]
async fn sl_19_confirming_leads_to_own_pages_alone() {
    let app = stale().await;
    for wanted in ["https://evil.example", "//evil.example", "javascript:alert(1)", ""] {
        let query: String = url_of(wanted);
        assert_eq!(app.browser.page(&query).await.expect(303).header("location"), Some("/confirm?return_to=%2F"));
        let form = [("return_to", wanted), (Confirmation::PASSWORD, PASSWORD)];
        let answer = app.browser.post_form(paths::CONFIRM, &form).await.expect(303);
        assert_eq!(answer.header("location"), Some("/confirm?return_to=%2F"), "{wanted}");
    }
}

fn url_of(wanted: &str) -> String {
    paths::confirm_then(wanted)
}

#[tokio::test]
async fn sl_17_wrong_passwords_of_confirmations_are_counted() {
    let app = stale().await;
    for _ in 0..10 {
        app.browser.post_form(paths::PEOPLE, &with("a wrong one, surely")).await.expect(403);
    }
    let answer = app.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(429);
    assert_eq!(answer.header("retry-after"), Some("10"));
    assert!(answer.text().contains("Team &lt;&amp;&gt; two"), "{}", answer.text());
    app.clock.advance(Duration::seconds(10));
    app.browser.post_form(paths::PEOPLE, &with(PASSWORD)).await.expect(303);
    let trail = app.browser.get(&format!("{}?what={}", paths::AUDIT_JSON, Action::SignInConfirmed.slug())).await;
    let text = trail.expect(200).text();
    assert_eq!((text.matches("refused").count(), text.matches("done").count()), (10, 1), "{text}");
}
