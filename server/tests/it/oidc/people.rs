//! Who people from a provider are here, and what they may do.

use super::*;

use serde_json::json;
use testkit::{NAME, PASSWORD, USERNAME};
use time::Duration;

#[tokio::test]
async fn sl_06_mail_addresses_and_names_make_nobody_anybody() {
    let (hr, it) = (Mock::start().await, Mock::start().await);
    let app = Mock::desk([&hr, &it]).await;
    app.set_up_staff().await;
    for (mock, id, claims) in [
        (&hr, "hr", json!({"name": NAME, "preferred_username": USERNAME, "email": "a@evil@corp.example"})),
        (&hr, "hr", json!({"email": "anna@corp.example", "email_verified": false})),
        (&hr, "hr", json!({"email": "anna@corp.example", "email_verified": true})),
        // The same subject of another issuer.
        (&it, "it", json!({"name": NAME, "email": "anna@corp.example", "email_verified": true})),
        (&hr, "hr", json!({"sub": "2", "email": "anna@corp.example", "email_verified": true})),
    ] {
        mock.does(|plan| plan.claims = claims.clone());
        sign_in_at(&app, mock, id).await.expect(200);
        // A sender, whatever the name and address say.
        app.browser.page(paths::PEOPLE).await.expect(403);
    }
    assert_eq!(count(&app, "SELECT COUNT(*) FROM identities").await, 3);
    assert_eq!(count(&app, "SELECT COUNT(*) FROM staff").await, 4);
    // And a claim about addresses gives no role.
    hr.does(|plan| plan.claims = json!({"sub": "3", "groups": null, "email": "admins"}));
    sign_in_at(&app, &hr, "hr").await.expect(403);
}

#[tokio::test]
async fn sl_06_without_a_role_nobody_gets_in_and_is_told_what_to_do() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    for groups in [json!(null), json!([]), json!(["everybody"]), json!({"admins": true}), json!([["admins"]]), json!(7)]
    {
        mock.does(|plan| plan.claims = json!({ "groups": groups }));
        let page = sign_in_at(&app, &mock, "hr").await.expect(403).text();
        assert!(page.contains("providers.hr.roles") && page.contains("“groups”"), "{page}");
    }
    assert_eq!((sign_ins(&app).await, count(&app, "SELECT COUNT(*) FROM staff").await), (0, 0));
    mock.does(|plan| plan.claims = json!({"groups": "admins"}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    app.browser.page(paths::PEOPLE).await.expect(200);
}

#[tokio::test]
async fn sl_06_what_changes_at_the_provider_acts_at_the_next_sign_in() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    app.set_up_staff().await;
    mock.does(|plan| plan.claims = json!({"groups": ["sales", "admins"]}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    app.browser.page(paths::PEOPLE).await.expect(200);
    let as_admin = app.browser.cookie().unwrap();

    app.browser.set_cookie(None);
    mock.does(|_| ());
    sign_in_at(&app, &mock, "hr").await.expect(200);
    app.browser.page(paths::PEOPLE).await.expect(403);
    let as_sender = app.browser.cookie().unwrap();
    // Another browser that was signed in with more rights is not any more.
    app.browser.set_cookie(Some(&as_admin));
    app.browser.get(LIST).await.expect(401);

    app.browser.set_cookie(None);
    mock.does(|plan| plan.claims = json!({"groups": []}));
    sign_in_at(&app, &mock, "hr").await.expect(403);
    app.browser.set_cookie(Some(&as_sender));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn az_06_the_last_admin_stays_one_whatever_the_provider_says() {
    let mock = Mock::start().await;
    let app = Mock::desk_with([&mock], |config| config.login.local = false).await;
    mock.does(|plan| plan.claims = json!({"groups": "admins"}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    mock.does(|_| ());
    sign_in_at(&app, &mock, "hr").await.expect(200);
    app.browser.page(paths::PEOPLE).await.expect(200);
}

#[tokio::test]
async fn sl_06_providers_may_decide_about_teams() {
    let mock = Mock::start().await;
    let app = Mock::desk_with([&mock], |config| {
        config.providers[0].teams = [("everybody".to_owned(), "Sales Oslo".to_owned())].into();
    })
    .await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let team = "SELECT COUNT(*) FROM staff JOIN teams ON teams.id = staff.team WHERE teams.name = 'Sales Oslo'";
    assert_eq!(count(&app, team).await, 1);
    mock.does(|plan| plan.claims = json!({"groups": "sales"}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    assert_eq!(count(&app, team).await, 0);
}

#[tokio::test]
async fn sl_11_who_is_disabled_here_is_not_let_in_by_a_provider() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let disable = sqlx::query("UPDATE staff SET disabled = 1");
    disable.execute(&mut crate::desk::database(&app).await).await.unwrap();
    app.browser.get(LIST).await.expect(401);
    let page = sign_in_at(&app, &mock, "hr").await.expect(403).text();
    assert!(page.contains("is disabled"), "{page}");
}

#[tokio::test]
async fn sl_16_without_local_accounts_a_provider_is_the_only_way_in() {
    let mock = Mock::start().await;
    let app = Mock::desk_with([&mock], |config| config.login.local = false).await;
    assert_eq!(app.setup_token(), None);
    let page = app.browser.page(paths::SIGN_IN).await.expect(200).text();
    assert!(page.contains("Sign in with HR") && !page.contains("Password"), "{page}");
    let form = [("username", USERNAME), ("password", PASSWORD)];
    let page = app.browser.post_form(paths::SIGN_IN, &form).await.expect(403).text();
    assert!(page.contains("switched off"), "{page}");
    mock.does(|plan| plan.claims = json!({"groups": "admins"}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let team = count(&app, "SELECT COUNT(*) FROM teams").await;
    assert_eq!(team, 1);
    let form = [("act", "invite"), ("name", "Bo"), ("username", "bo")];
    app.browser.post_form(paths::PEOPLE, &form).await.expect(409);
}

#[tokio::test]
async fn sl_13_a_person_from_a_provider_confirms_there() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    mock.does(|plan| plan.claims = json!({"groups": "admins"}));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    app.advance(Duration::minutes(6));
    let again = [("provider", "hr"), ("again", "true"), ("return_to", "/people")];
    let address = set_out(&app, &again).await;
    assert!(address.contains("max_age=0") && address.contains("prompt=login"), "{address}");
    let back = mock.sign_in(&address);
    // As somebody else, or by an old proof, it is no confirmation; the sign-in stays as it was.
    let before = app.browser.cookie().unwrap();
    let stale = json!({"groups": "admins", "auth_time": 1_795_510_800});
    for claims in [json!({"groups": "admins", "sub": "2"}), stale, json!({"groups": "admins", "auth_time": null})] {
        mock.does(|plan| plan.claims = claims);
        let back = mock.sign_in(&set_out(&app, &again).await);
        app.browser.come(&back).await.expect(403);
        assert_eq!(app.browser.cookie().unwrap(), before);
    }
    mock.does(|plan| plan.claims = json!({"groups": "admins"}));
    app.browser.come(&back).await.expect(200);
    assert_ne!(app.browser.cookie().unwrap(), before);
    app.browser.page("/people").await.expect(200);
}

#[tokio::test]
async fn admins_see_how_providers_do() {
    let (hr, it) = (Mock::start().await, Mock::start().await);
    let app = Mock::desk([&hr, &it]).await;
    hr.does(|plan| plan.claims = json!({"groups": "admins"}));
    sign_in_at(&app, &hr, "hr").await.expect(200);
    it.does(|plan| plan.discovery = json!({"issuer": "https://evil.example"}));
    let page = app.browser.page(paths::PROVIDERS).await.expect(200).text();
    for text in [
        "Answers, with the right issuer",
        "providers.it.issuer",
        "1 person",
        &format!("{}/sign-in/hr/callback", app.url),
        &format!("{}/sign-out/notices", app.url),
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("a secret of the desk"));
    let people = app.browser.page(paths::PEOPLE).await.expect(200).text();
    assert!(people.contains("Signs in at HR"), "{people}");
}
