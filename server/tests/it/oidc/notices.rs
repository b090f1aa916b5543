//! Providers tell of people who signed out there.

use super::*;

use serde_json::{Value, json};
use time::Duration;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn tell(app: &TestApp, token: &str) -> u16 {
    // As a provider's server does: no cookie, and not a word about where it comes from.
    let client = upstream::client_builder(upstream::Reach::Private, std::time::Duration::from_secs(3)).build().unwrap();
    let request = client.post(format!("{}{}", app.url, paths::LOGOUT_NOTICES)).form(&[("logout_token", token)]);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn sl_10_a_notice_ends_the_sign_ins_that_it_names() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    for claims in [json!({}), json!({"sid": null}), json!({"sub": null})] {
        sign_in_at(&app, &mock, "hr").await.expect(200);
        assert_eq!(tell(&app, &mock.notice(Signing::Right, json!({}), claims)).await, 200);
        app.browser.get(LIST).await.expect(401);
    }
    assert_eq!(sign_ins(&app).await, 0);
    let ended = "SELECT COUNT(*) FROM audit WHERE action = 'sign-in.ended'";
    assert_eq!(count(&app, ended).await, 3);
}

#[tokio::test]
async fn sl_10_one_thing_wrong_and_nothing_ends() {
    let (mock, other) = (Mock::start().await, Mock::start().await);
    let app = Mock::desk([&mock, &other]).await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let now = 1_795_510_800;
    let none = json!({});
    let wrong: [(&str, Signing, Value, Value); 18] = [
        ("no signature", Signing::Nothing, none.clone(), none.clone()),
        ("a public secret", Signing::PublicKey, none.clone(), none.clone()),
        ("the client's secret", Signing::ClientSecret, none.clone(), none.clone()),
        ("a stranger's signature", Signing::Stranger, none.clone(), none.clone()),
        ("an ID token", Signing::Right, json!({"typ": "JWT"}), none.clone()),
        ("no type", Signing::Right, json!({"typ": null}), none.clone()),
        ("another issuer", Signing::Right, none.clone(), json!({"iss": "https://evil.example"})),
        ("another provider", Signing::Right, none.clone(), json!({"iss": other.url()})),
        ("another audience", Signing::Right, none.clone(), json!({"aud": ["another"]})),
        ("a nonce", Signing::Right, none.clone(), json!({"nonce": "x"})),
        ("no event", Signing::Right, none.clone(), json!({"events": {}})),
        ("another event", Signing::Right, none.clone(), json!({"events": {"http://example.com": {}}})),
        ("an event that is no object", Signing::Right, none.clone(), json!({"events": {EVENT: true}})),
        ("too old", Signing::Right, none.clone(), json!({"iat": now - 121})),
        ("of the future", Signing::Right, none.clone(), json!({"iat": now + 61})),
        ("expired", Signing::Right, none.clone(), json!({"exp": now - 60})),
        ("no id", Signing::Right, none.clone(), json!({"jti": null})),
        ("nobody", Signing::Right, none.clone(), json!({"sub": null, "sid": null})),
    ];
    for (what, signing, head, claims) in wrong {
        assert_eq!(tell(&app, &mock.notice(signing, head, claims)).await, 400, "{what}");
    }
    assert_eq!(tell(&app, "").await, 400);
    assert_eq!(tell(&app, "a.b.c").await, 400);
    // These are right, and about others.
    for claims in [json!({"sub": "2"}), json!({"sid": "another"}), json!({"sub": "2", "sid": null})] {
        assert_eq!(tell(&app, &mock.notice(Signing::Right, json!({}), claims)).await, 200);
    }
    assert_eq!(tell(&app, &other.notice(Signing::Right, json!({}), json!({}))).await, 200);
    app.browser.get(LIST).await.expect(200);
}

#[tokio::test]
async fn sl_10_a_notice_is_taken_once() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    let notice = mock.notice(Signing::Right, json!({}), json!({}));
    assert_eq!(tell(&app, &notice).await, 200);
    sign_in_at(&app, &mock, "hr").await.expect(200);
    assert_eq!(tell(&app, &notice).await, 400);
    app.browser.get(LIST).await.expect(200);
    app.advance(Duration::minutes(3));
    assert_eq!(tell(&app, &notice).await, 400);
}
