//! API keys: made, used, taken back.

use app::{
    model::{Moment, Role},
    paths,
};
use reqwest::{Method, RequestBuilder};
use server::{keys::ApiSecret, random::SystemRandom, rights::Access, router, store::keys::NewKey};
use testkit::{Answer, TestApp};
use time::OffsetDateTime;
use uuid::Uuid;

/// Sends the form that makes a key for the first team.
async fn make(app: &TestApp, edit: &[(&str, &str)]) -> Answer {
    let team = app.team().await.to_string();
    let mut form = vec![("act", "make"), ("name", "Intranet"), ("role", "embedder"), ("team", &*team), ("days", "90")];
    for (name, value) in edit {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    app.browser.post_form(paths::API_KEYS, &form).await
}

/// Makes a key; answers it and its id.
pub(crate) async fn key(app: &TestApp) -> (String, Uuid) {
    let page = make(app, &[]).await.expect(200).text();
    let (_, rest) = page.split_once("value=\"csk_").unwrap();
    let key = format!("csk_{}", rest.split('"').next().unwrap());
    let hash = ApiSecret::parse(&key).unwrap().hash();
    let id = app.portal().store.read().await.unwrap().key_by_hash(hash).await.unwrap().unwrap().id;
    (key, id)
}

#[tokio::test]
async fn a_key_is_shown_once_and_listed_by_its_beginning() {
    let app = TestApp::signed_in().await;
    let (secret, id) = key(&app).await;
    let page = app.browser.page(paths::API_KEYS).await.expect(200).text();
    assert!(page.contains("Intranet") && page.contains(&secret[..8]) && page.contains("Never"), "{page}");
    assert!(!page.contains(&secret) && !page.contains(&secret[..12]), "{page}");
    let database = std::fs::read(app.portal().config.database()).unwrap();
    let wal = std::fs::read(app.portal().config.database().with_extension("db-wal")).unwrap();
    for bytes in [database, wal] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }

    let form = [("act", "revoke"), ("key", &*id.to_string())];
    app.browser.post_form(paths::API_KEYS, &form).await.expect(303);
    app.browser.post_form(paths::API_KEYS, &form).await.expect(303);
    assert!(app.browser.page(paths::API_KEYS).await.expect(200).text().contains("Revoked"));
    for (what, entries) in [("key.made", 1), ("key.revoked", 1)] {
        let trail = app.browser.get(&format!("{}?what={what}", paths::AUDIT_JSON)).await.expect(200).text();
        assert_eq!(trail.lines().count(), entries, "{trail}");
        assert!(trail.contains(&id.to_string()) && !trail.contains("csk_"), "{trail}");
    }
}

#[tokio::test]
async fn what_makes_no_key_is_named() {
    let app = TestApp::signed_in().await;
    let page = make(&app, &[("name", " ")]).await.expect(422).text();
    assert!(page.contains("Write a name"), "{page}");
    let unknown = Uuid::from_u128(1).to_string();
    for (field, value, status) in [
        ("days", "0", 422),
        ("days", "366", 422),
        ("days", "-1", 422),
        ("role", "admin", 422),
        ("role", "root", 422),
        ("team", &*unknown, 422),
        ("key", "x", 422),
        ("secret", "x", 422),
        ("act", "show", 422),
    ] {
        make(&app, &[(field, value)]).await.expect(status);
    }
    app.browser.post_form(paths::API_KEYS, &[("act", "revoke")]).await.expect(400);
    app.browser.post_form(paths::API_KEYS, &[("act", "revoke"), ("key", &unknown)]).await.expect(404);
    make(&app, &[("days", "365")]).await.expect(200);
}

/// Asks as a program does.
pub(crate) fn with(app: &TestApp, method: Method, path: &str, authorization: &str) -> RequestBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .request(method, format!("{}{path}", app.url))
        .header("authorization", authorization)
}

async fn status(app: &TestApp, authorization: &str) -> u16 {
    with(app, Method::GET, paths::EMBED_KEY, authorization).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_key_works_until_its_time_is_over_or_somebody_takes_it_back() {
    let app = TestApp::signed_in().await;
    let (secret, id) = key(&app).await;
    let bearer = format!("Bearer {secret}");
    let answer = with(&app, Method::GET, paths::EMBED_KEY, &bearer).send().await.unwrap();
    let news: serde_json::Value = answer.json().await.unwrap();
    assert_eq!((&news["role"], &news["team"]), (&"embedder".into(), &app.team().await.to_string().into()));
    let used = async || app.portal().store.read().await.unwrap().key(id).await.unwrap().unwrap().used.unwrap().0;
    let first = used().await;
    app.clock.advance(time::Duration::seconds(59));
    assert_eq!(status(&app, &format!("bearer {secret}")).await, 200);
    assert_eq!(used().await, first, "known within a minute");
    app.clock.advance(time::Duration::seconds(1));
    assert_eq!(status(&app, &bearer).await, 200);
    assert_eq!(used().await, first + 60_000);

    let (other, other_id) = key(&app).await;
    let other = format!("Bearer {other}");
    assert_eq!(status(&app, &other).await, 200);
    let form = [("act", "revoke"), ("key", &*other_id.to_string())];
    app.sign_in().await;
    app.browser.post_form(paths::API_KEYS, &form).await.expect(303);
    assert_eq!((status(&app, &other).await, status(&app, &bearer).await), (401, 200));
    app.clock.advance(time::Duration::days(90));
    assert_eq!(status(&app, &bearer).await, 401);
}

#[tokio::test]
async fn a_key_counts_in_authorization_alone() {
    let app = TestApp::signed_in().await;
    let (secret, _) = key(&app).await;
    let cookie = app.browser.cookie().unwrap();
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        &secret,
        &format!("Basic {secret}"),
        &format!("Bearer {secret}x"),
        &format!("Bearer {cookie}"),
    ] {
        assert_eq!(status(&app, authorization).await, 401, "{authorization}");
    }
    let address = format!("{}?key={secret}&access_token={secret}", paths::EMBED_KEY);
    // A browser that is signed in is nobody here.
    let answer = app.browser.get(&address).await.expect(401);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let request = app.browser.bare(Method::GET, paths::EMBED_KEY).header("cookie", format!("key={secret}"));
    app.browser.send(request).await.expect(401);
    let twice = with(&app, Method::GET, paths::EMBED_KEY, &format!("Bearer {secret}"));
    let twice = twice.header("authorization", format!("Bearer {secret}")).send().await.unwrap();
    assert_eq!(twice.status(), 401);
    // And a key is nobody on all other addresses.
    app.browser.set_cookie(None);
    for path in [testkit::LIST, paths::AUDIT_JSON, paths::LIVE, paths::API_KEYS] {
        let request = app.browser.fetch(Method::GET, path).header("authorization", format!("Bearer {secret}"));
        app.browser.send(request).await.expect(401);
    }
}

#[tokio::test]
async fn az_01_every_address_for_programs_answers_every_role_as_the_table_says() {
    let declared: Vec<_> = router::routes().declared().to_vec();
    let keyed = declared.iter().filter_map(|address| match address.access {
        Access::Key(permission) => Some((address.method.clone(), address.path.clone(), permission)),
        _ => None,
    });
    let keyed: Vec<_> = keyed.collect();
    let listed: Vec<(&str, &str)> = keyed.iter().map(|(method, path, _)| (method.as_str(), path.as_str())).collect();
    assert_eq!(listed, [("GET", "/embed/key"), ("POST", "/embed/tokens"), ("DELETE", "/embed/tokens/{jti}")]);

    let app = TestApp::signed_in().await;
    let team = app.team().await;
    for role in Role::ALL {
        let secret = ApiSecret::new(&SystemRandom).unwrap();
        let key = NewKey {
            id: app.portal().random.uuid_v7(OffsetDateTime::UNIX_EPOCH).unwrap(),
            hash: secret.hash(),
            hint: "csk_",
            name: role.slug(),
            role: *role,
            team,
            created: Moment(0),
            expires: Moment(i64::MAX),
        };
        let mut write = app.portal().store.write().await.unwrap();
        write.add_key(&key).await.unwrap();
        write.commit().await.unwrap();
        for (method, path, permission) in &keyed {
            let path = path.replace("{jti}", &Uuid::from_u128(1).to_string());
            let request = with(&app, method.clone(), &path, &format!("Bearer {}", secret.expose()));
            let refused = request.send().await.unwrap().status() == 403;
            assert_eq!(refused, role.scope(*permission).is_none(), "{method} {path} {role:?}");
        }
    }
    let trail = app.browser.get(&format!("{}?what=denied", paths::AUDIT_JSON)).await.expect(200).text();
    assert_eq!(trail.lines().filter(|line| line.contains("\"issuer\":\"key\"")).count(), 12, "{trail}");
}

#[tokio::test]
async fn rl_01_a_key_that_asks_too_often_has_to_wait_and_so_has_who_guesses() {
    let app = TestApp::spawn_with(|config| {
        config.limits.rate_signed_in = 1;
        config.limits.rate_anonymous = 1;
    })
    .await;
    app.set_up_staff().await;
    let (first, _) = key(&app).await;
    let (second, _) = key(&app).await;
    let burst = async |bearer: &str| {
        for _ in 0..100 {
            if status(&app, bearer).await == 429 {
                return true;
            }
        }
        false
    };
    assert!(burst(&format!("Bearer {first}")).await);
    assert_eq!(status(&app, &format!("Bearer {second}")).await, 200);
    assert!(burst("Bearer csk_guess").await);
    assert_eq!(status(&app, &format!("Bearer {second}")).await, 200);
}
