//! On the way to a provider and back.

use super::*;

use time::Duration;

#[tokio::test]
async fn sl_03_a_sign_in_at_a_provider_works_once() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let page = app.browser.page(paths::SIGN_IN).await.expect(200).text();
    assert!(page.contains("Sign in with HR") && page.contains("Password"), "{page}");

    let address = set_out(&app, &[("provider", "hr"), ("return_to", "/sessions/new")]).await;
    let back = mock.sign_in(&address);
    let page = app.browser.come(&back).await.expect(200);
    assert_eq!(leads_to(&page), "/sessions/new");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let list = app.browser.page("/").await.expect(200).text();
    assert!(list.contains("Nora Vik"), "{list}");
    assert_eq!(sign_ins(&app).await, 1);

    let page = app.browser.come(&back).await.expect(400).text();
    assert!(page.contains("Begin again") && page.contains("Sign in with HR"), "{page}");
    assert_eq!(sign_ins(&app).await, 1);
}

#[tokio::test]
async fn sl_03_an_answer_is_of_use_in_the_browser_that_set_out_and_nowhere_else() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    let theirs = app.browser.cookie();
    assert_eq!(theirs, None);
    // Without the cookie, and with that of somebody who set out too.
    app.browser.forget_lax();
    app.browser.come(&back).await.expect(400);
    set_out(&app, &[("provider", "hr")]).await;
    app.browser.come(&back).await.expect(400);
    assert_eq!((app.browser.cookie(), sign_ins(&app).await), (None, 0));
}

#[tokio::test]
async fn sl_03_answers_without_a_state_or_with_a_strange_one_are_refused() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    let (path, query) = back.split_once('?').unwrap();
    let (code, state) = query.split_once("&state=").unwrap();
    for wrong in [
        path.to_owned(),
        format!("{path}?{code}"),
        format!("{path}?{code}&state="),
        format!("{path}?{code}&state={}", state.replace(|c: char| c.is_ascii_digit(), "x")),
        format!("{path}?{code}&state={state}&state={state}"),
        format!("/sign-in/nobody/callback?{query}"),
    ] {
        app.browser.come(&wrong).await.expect(400);
    }
    assert_eq!((app.browser.cookie(), sign_ins(&app).await), (None, 0));
}

#[tokio::test]
async fn sl_03_two_tabs_sign_in_at_once() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let first = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    let second = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    app.browser.come(&second).await.expect(200);
    app.browser.get(LIST).await.expect(200);
    app.browser.come(&first).await.expect(200);
    app.browser.get(LIST).await.expect(200);
}

#[tokio::test]
async fn sl_03_a_trip_takes_ten_minutes_at_most_and_is_forgotten() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    app.advance(Duration::minutes(10) - Duration::seconds(1));
    app.browser.come(&back).await.expect(200);
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    app.advance(Duration::minutes(10));
    app.browser.come(&back).await.expect(400);
}

#[tokio::test]
async fn sl_03_a_refusal_of_the_provider_is_told_in_plain_words() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    let refused = back.replace("code=code-0", "error=access_denied&error_description=%3Cscript%3E");
    let page = app.browser.come(&refused).await.expect(400).text();
    assert!(page.contains("HR did not sign you in") && !page.contains("access_denied"), "{page}");
    assert_eq!(sign_ins(&app).await, 0);
}

#[tokio::test]
async fn sl_07_the_sign_in_before_ends() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    app.set_up_staff().await;
    let planted = app.browser.cookie().unwrap();
    sign_in_at(&app, &mock, "hr").await.expect(200);
    assert_ne!(app.browser.cookie().as_ref(), Some(&planted));
    app.browser.get(LIST).await.expect(200);
    app.browser.set_cookie(Some(&planted));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sl_09_signing_out_leads_to_the_provider() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let cookie = app.browser.cookie().unwrap();
    let page = app.browser.post_form(paths::SIGN_OUT, &[]).await.expect(200);
    assert!(page.header("clear-site-data").unwrap().contains("cookies"));
    let address = leads_to(&page);
    assert!(address.starts_with(&format!("{}/out?client_id=desk&post_logout_redirect_uri=", mock.url())), "{address}");
    assert!(address.ends_with("%2Fsign-in"), "{address}");
    app.browser.set_cookie(Some(&cookie));
    app.browser.get(LIST).await.expect(401);
}

#[tokio::test]
async fn sec_09_no_token_of_the_provider_is_stored() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    let (_, state) = back.split_once("state=").unwrap();
    let database =
        || ["portal.db", "portal.db-wal"].map(|name| std::fs::read(app.data_dir().join(name)).unwrap()).concat();
    let holds = |bytes: &[u8], needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(!holds(&database(), state));
    app.browser.come(&back).await.expect(200);
    let bytes = database();
    assert!(holds(&bytes, "Nora Vik"));
    for secret in ["an access token", "eyJ", "a secret of the desk", &app.browser.cookie().unwrap()] {
        assert!(!holds(&bytes, secret), "{secret}");
    }
}
