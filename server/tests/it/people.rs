//! What an admin does about people.

use app::{
    model::{Role, TeamId},
    paths,
};
use testkit::{Answer, Browser, LIST, PASSWORD, Person, TestApp, USERNAME};
use uuid::Uuid;

const CHOSEN: &str = "another good long password";

/// Sends the form of the page for people.
async fn act(browser: &Browser, form: &[(&str, &str)]) -> Answer {
    browser.post_form(paths::PEOPLE, form).await
}

/// Invites somebody; answers the path of the link that is shown.
async fn invite(app: &TestApp, username: &str, role: &str) -> String {
    let team = app.team().await.to_string();
    let form = [("act", "invite"), ("name", "Bo Ek"), ("username", username), ("role", role), ("team", &*team)];
    link(app, &act(&app.browser, &form).await.expect(200))
}

fn link(app: &TestApp, page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("{}/invitation?token=", app.portal().config.origin())).unwrap();
    format!("/invitation?token={}", &rest[..43])
}

/// A browser in which nobody is signed in.
fn nobody(app: &TestApp) -> Browser {
    app.another_browser()
}

async fn account(app: &TestApp, username: &str) -> Uuid {
    let people = app.portal().store.read().await.unwrap().people().await.unwrap();
    people.into_iter().find(|person| person.username == username).unwrap().id
}

async fn rights(app: &TestApp, id: Uuid) -> (Role, TeamId) {
    let found = app.portal().store.read().await.unwrap().account(id).await.unwrap().unwrap();
    (found.staff.role, found.staff.team)
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_once() {
    let app = TestApp::signed_in().await;
    let address = invite(&app, "berit", "sender").await;
    let browser = nobody(&app);
    let wrong = [("username", "berit"), ("password", "")];
    browser.post_form("/sign-in", &wrong).await.expect(401);

    browser.page(&address).await.expect(200);
    let token = address.split_once("token=").unwrap().1;
    let weak = browser.post_form(paths::INVITATION, &[("token", token), ("password", "short")]).await.expect(422);
    assert!(weak.text().contains("12 characters"), "{}", weak.text());
    browser.post_form(paths::INVITATION, &[("token", token), ("password", CHOSEN)]).await.expect(303);
    browser.get(LIST).await.expect(200);
    browser.page(paths::NEW_SESSION).await.expect(200);
    browser.page(paths::PEOPLE).await.expect(403);

    browser.page(&address).await.expect(403);
    browser.post_form(paths::INVITATION, &[("token", token), ("password", CHOSEN)]).await.expect(403);
    browser.post_form("/sign-in", &[("username", "berit"), ("password", CHOSEN)]).await.expect(303);
}

#[tokio::test]
async fn a_link_ends_after_three_days_and_by_the_next_one() {
    let app = TestApp::signed_in().await;
    let first = invite(&app, "berit", "viewer").await;
    let id = account(&app, "berit").await.to_string();
    let second = link(&app, &act(&app.browser, &[("act", "link"), ("person", &id)]).await.expect(200));
    let browser = nobody(&app);
    browser.page(&first).await.expect(403);
    browser.page(&second).await.expect(200);
    app.clock.advance(time::Duration::days(3));
    browser.page(&second).await.expect(403);
    for bad in
        ["/invitation", "/invitation?token=", "/invitation?token=x", &format!("/invitation?token={}", "A".repeat(43))]
    {
        browser.page(bad).await.expect(403);
    }
}

#[tokio::test]
async fn bad_input_is_named_at_the_field_and_kept() {
    let app = TestApp::signed_in().await;
    let team = app.team().await.to_string();
    let form = |name, username| {
        [("act", "invite"), ("name", name), ("username", username), ("role", "viewer"), ("team", &*team)]
            .map(|(n, v): (&str, &str)| (n.to_owned(), v.to_owned()))
    };
    for (name, username, said) in [
        ("", "bo-ek", "Write a name"),
        ("Bo", "b o", "letters, digits"),
        ("Bo", USERNAME, "Somebody has this user name"),
    ] {
        let form = form(name, username);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let page = act(&app.browser, &form).await.expect(422).text();
        assert!(page.contains(said) && page.contains(&format!("value=\"{username}\"")), "{page}");
    }
    act(&app.browser, &[("act", "team"), ("team-name", "First team")]).await.expect(422);
    act(&app.browser, &[("act", "team"), ("team-name", "Second team")]).await.expect(303);
    assert_eq!(app.portal().store.read().await.unwrap().teams().await.unwrap().len(), 2);

    let bo = app.person("berit", Role::Viewer, app.team().await).await.id.to_string();
    let unknown = Uuid::from_u128(1).to_string();
    for (form, status) in [
        (vec![("act", "promote"), ("person", &*bo)], 422),
        (vec![("act", "change"), ("person", &*bo), ("role", "root")], 422),
        (vec![("act", "change"), ("person", &*bo), ("team", &*unknown)], 422),
        (vec![("act", "change"), ("person", &*bo), ("disabled", "1")], 422),
        (vec![("act", "change"), ("person", &*unknown), ("role", "viewer")], 404),
        (vec![("act", "disable")], 400),
    ] {
        act(&app.browser, &form).await.expect(status);
    }
}

#[tokio::test]
async fn sl_11_what_an_admin_changes_acts_on_the_next_request() {
    let app = TestApp::signed_in().await;
    let Person { id, browser } = app.person("berit", Role::Sender, app.team().await).await;
    let person = id.to_string();
    let again = async || browser.post_form("/sign-in", &[("username", "berit"), ("password", PASSWORD)]).await.status;

    act(&app.browser, &[("act", "change"), ("person", &person), ("role", "viewer")]).await.expect(303);
    browser.get(LIST).await.expect(401);
    assert_eq!(again().await, 303);
    browser.page(paths::NEW_SESSION).await.expect(403);

    act(&app.browser, &[("act", "end-sign-ins"), ("person", &person)]).await.expect(303);
    browser.get(LIST).await.expect(401);
    assert_eq!(again().await, 303);

    act(&app.browser, &[("act", "disable"), ("person", &person)]).await.expect(303);
    browser.get(LIST).await.expect(401);
    assert_eq!(again().await, 401);
    act(&app.browser, &[("act", "enable"), ("person", &person)]).await.expect(303);
    assert_eq!(again().await, 303);

    let theirs = app.new_team("Another").await.to_string();
    act(&app.browser, &[("act", "change"), ("person", &person), ("team", &theirs)]).await.expect(303);
    assert_eq!(rights(&app, id).await.1.to_string(), theirs);
    let trail = app.browser.get("/audit/json-lines?what=account.changed").await.expect(200).text();
    assert_eq!(trail.lines().count(), 4);
    assert!(trail.contains("sender in") && trail.contains("disabled") && trail.contains("enabled"), "{trail}");
}

#[tokio::test]
async fn az_06_nobody_changes_their_own_account() {
    let app = TestApp::signed_in().await;
    let myself = account(&app, USERNAME).await;
    let me = myself.to_string();
    for form in [
        vec![("act", "change"), ("person", &*me), ("role", "viewer")],
        vec![("act", "disable"), ("person", &*me)],
        vec![("act", "end-sign-ins"), ("person", &*me)],
    ] {
        act(&app.browser, &form).await.expect(409);
    }
    let manager = app.person("manager", Role::Manager, app.team().await).await;
    let person = manager.id.to_string();
    act(&manager.browser, &[("act", "change"), ("person", &person), ("role", "admin")]).await.expect(403);
    assert_eq!(rights(&app, myself).await.0, Role::Admin);
    assert_eq!(rights(&app, manager.id).await.0, Role::Manager);
}

#[tokio::test]
async fn az_06_of_two_admins_who_demote_each_other_one_stays() {
    let app = TestApp::signed_in().await;
    let first = account(&app, USERNAME).await;
    let second = app.person("second", Role::Admin, app.team().await).await;
    for (name, value) in [("demote", "change"), ("disable", "disable")] {
        let (one, other) = (first.to_string(), second.id.to_string());
        let form = |person| vec![("act", value), ("person", person), ("role", "viewer")];
        let (a, b) = (form(&*other), form(&*one));
        let (a, b) = tokio::join!(act(&app.browser, &a), act(&second.browser, &b));
        let done = |answer: &Answer| answer.header("location") == Some(paths::PEOPLE);
        assert!(done(&a) != done(&b), "{name}: {} {}", a.status, b.status);
        let admins = app.portal().store.read().await.unwrap().admins().await.unwrap();
        assert_eq!(admins, 1, "{name}");
        if value == "change" {
            // As it was, for the other way to lose an admin.
            let mut write = app.portal().store.write().await.unwrap();
            for id in [first, second.id] {
                write.set_rights(id, Role::Admin, app.team().await).await.unwrap();
            }
            write.commit().await.unwrap();
            app.sign_in().await;
            let form = [("username", "second"), ("password", PASSWORD)];
            second.browser.post_form("/sign-in", &form).await.expect(303);
        }
    }
}
