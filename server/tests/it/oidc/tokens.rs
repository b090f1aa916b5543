//! What a provider says is believed when all of it is right.

use super::*;

use serde_json::json;
use time::Duration;

/// What a provider does wrong.
type Wrong = (&'static str, Box<dyn Fn(&mut Plan)>);

fn wrong(what: &'static str, edit: impl Fn(&mut Plan) + 'static) -> Wrong {
    (what, Box::new(edit))
}

const NOW: i64 = 1_795_510_800; // 2026-11-24 09:00 UTC, when all clocks start.

#[tokio::test]
async fn sl_05_one_thing_wrong_and_nobody_is_signed_in() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let jku = format!("{}/keys", mock.url());
    let mutations = [
        wrong("no signature", |plan| plan.signing = Signing::Nothing),
        wrong("no signature, alg in other letters", |plan| {
            plan.signing = Signing::Nothing;
            plan.head = json!({"alg": "nOnE"});
        }),
        wrong("signed with the public key as a secret", |plan| plan.signing = Signing::PublicKey),
        wrong("signed with the client's secret", |plan| plan.signing = Signing::ClientSecret),
        wrong("signed by a stranger", |plan| plan.signing = Signing::Stranger),
        wrong("signed by a stranger whose keys the head names", move |plan| {
            plan.signing = Signing::Stranger;
            plan.head = json!({"kid": "strange", "jku": jku});
        }),
        wrong("signed by a stranger whose key the head holds", |plan| {
            plan.signing = Signing::Stranger;
            plan.head = json!({"kid": null, "jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}});
        }),
        wrong("a key that is not known", |plan| plan.head = json!({"kid": "unknown"})),
        wrong("an access token", |plan| plan.head = json!({"typ": "at+jwt"})),
        wrong("a notice of a sign-out", |plan| plan.head = json!({"typ": "logout+jwt"})),
        wrong("a head that must be understood", |plan| plan.head = json!({"crit": ["b64"], "b64": false})),
        wrong("another issuer", |plan| plan.claims = json!({"iss": "https://evil.example"})),
        wrong("no issuer", |plan| plan.claims = json!({"iss": null})),
        wrong("another audience", |plan| plan.claims = json!({"aud": "another"})),
        wrong("another audience beside ours", |plan| plan.claims = json!({"aud": ["desk", "another"]})),
        wrong("no audience", |plan| plan.claims = json!({"aud": null})),
        wrong("given to another client", |plan| plan.claims = json!({"azp": "another"})),
        wrong("another nonce", |plan| plan.claims = json!({"nonce": "another"})),
        wrong("no nonce", |plan| plan.claims = json!({"nonce": null})),
        wrong("expired", |plan| plan.claims = json!({"exp": NOW - 61})),
        wrong("no end", |plan| plan.claims = json!({"exp": null})),
        wrong("not valid yet", |plan| plan.claims = json!({"nbf": NOW + 62})),
        wrong("made in the future", |plan| plan.claims = json!({"iat": NOW + 62})),
        wrong("made long ago", |plan| plan.claims = json!({"iat": NOW - 601})),
        wrong("of nobody", |plan| plan.claims = json!({"sub": null})),
        wrong("no token", |plan| plan.tokens = json!({"id_token": null})),
        wrong("a token that is none", |plan| plan.tokens = json!({"id_token": "e30.e30.e30"})),
    ];
    for (what, edit) in mutations {
        mock.does(edit);
        let page = sign_in_at(&app, &mock, "hr").await;
        assert_eq!(page.status, 400, "{what}: {}", page.text());
        assert!(page.text().contains("does not hold"), "{what}: {}", page.text());
        assert_eq!((app.browser.cookie(), sign_ins(&app).await), (None, 0), "{what}");
        // So that the keys may be asked for again.
        app.browser.forget_lax();
    }
    assert_eq!(count(&app, "SELECT COUNT(*) FROM staff").await, 0);
    mock.does(|_| ());
    sign_in_at(&app, &mock, "hr").await.expect(200);
}

#[tokio::test]
async fn sl_05_clocks_may_differ_by_a_minute() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    for claims in [json!({"exp": NOW - 59}), json!({"nbf": NOW + 60}), json!({"iat": NOW + 60})] {
        mock.does(|plan| plan.claims = claims.clone());
        sign_in_at(&app, &mock, "hr").await.expect(200);
    }
}

#[tokio::test]
async fn sl_05_the_answer_names_the_issuer_where_the_provider_says_that_it_does() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    let answer = async |iss: &str| {
        let back = mock.sign_in(&set_out(&app, &[("provider", "hr")]).await);
        app.browser.come(&format!("{back}{iss}")).await.status
    };
    assert_eq!(answer("&iss=https%3A%2F%2Fevil.example").await, 400);
    let right = format!("&iss={}", mock.url().replace(':', "%3A").replace('/', "%2F"));
    assert_eq!(answer(&right).await, 200);
    mock.does(|plan| plan.discovery = json!({"authorization_response_iss_parameter_supported": true}));
    app.advance(Duration::hours(1));
    assert_eq!(answer("").await, 400);
    assert_eq!(answer(&right).await, 200);
}

#[tokio::test]
async fn sl_05_an_answer_for_one_provider_is_none_for_another() {
    let (hr, it) = (Mock::start().await, Mock::start().await);
    let app = Mock::desk([&hr, &it]).await;
    let back = hr.sign_in(&set_out(&app, &[("provider", "hr")]).await);
    app.browser.come(&back.replace("/hr/", "/it/")).await.expect(400);
    assert_eq!(sign_ins(&app).await, 0);
}

#[tokio::test]
async fn sl_05_a_discovery_document_that_is_not_the_providers_is_not_used() {
    for (what, discovery) in [
        ("another issuer", json!({"issuer": "https://evil.example"})),
        ("no tokens", json!({"token_endpoint": null})),
        ("tokens elsewhere", json!({"token_endpoint": "http://192.0.2.1/token"})),
        ("keys in a file", json!({"jwks_uri": "file:///etc/passwd"})),
        ("people led to a script", json!({"authorization_endpoint": "javascript:alert(1)"})),
        ("out to plain http", json!({"end_session_endpoint": "http://example.com/out"})),
    ] {
        let mock = Mock::start().await;
        let app = Mock::desk([&mock]).await;
        mock.does(|plan| plan.discovery = discovery);
        let page = app.browser.post_form(paths::PROVIDER_SIGN_IN, &[("provider", "hr")]).await;
        assert_eq!(page.status, 503, "{what}: {}", page.text());
        assert!(page.text().contains("HR cannot be reached"), "{what}: {}", page.text());
        assert_eq!(count(&app, "SELECT COUNT(*) FROM provider_trips").await, 0, "{what}");
    }
}

#[tokio::test]
async fn sl_05_new_keys_are_fetched_when_a_token_names_one() {
    let mock = Mock::start().await;
    let app = Mock::desk([&mock]).await;
    sign_in_at(&app, &mock, "hr").await.expect(200);
    mock.does(|plan| plan.kid = "second".to_owned());
    sign_in_at(&app, &mock, "hr").await.expect(200);
    // Whoever names a new key each time does not make the portal ask each time.
    mock.does(|plan| plan.kid = "third".to_owned());
    sign_in_at(&app, &mock, "hr").await.expect(400);
    app.advance(Duration::minutes(1));
    sign_in_at(&app, &mock, "hr").await.expect(200);
    // One that is not published is not believed.
    app.advance(Duration::minutes(1));
    mock.does(|plan| (plan.kid, plan.publishes) = ("fourth".to_owned(), false));
    sign_in_at(&app, &mock, "hr").await.expect(400);
}
