//! What tokens are good for, and what they are not.

use app::{model::Role, paths};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{HOST, Stage, frame};
use crate::{
    desk::{pdf, sent},
    keys::with,
};

#[tokio::test]
async fn wg_02_a_token_lets_see_what_it_names_and_nothing_else() {
    let stage = Stage::set("list", &["due", "counts"]).await;
    let other = sent(&stage.app, &[pdf("Other")]).await;
    let shown = stage.shown(&stage.token().await).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    assert_eq!(shown["items"][0]["id"], stage.session.to_string());
    let whole = json!({ "widget": stage.widget, "resources": ["view"] });
    let shown = stage.shown(stage.minted(&whole).await["token"].as_str().unwrap()).await;
    let ids: Vec<&str> = shown["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&*other.to_string()));
    assert_eq!(shown["counts"], json!({ "signed": 0, "total": 2 }));
}

#[tokio::test]
async fn wg_02_wishes_beyond_the_widget_or_the_team_are_refused_by_field() {
    let stage = Stage::set("list", &["due"]).await;
    let theirs = stage.app.new_team("Another").await;
    let foreign = sent(&stage.app, &[pdf("Foreign")]).await;
    let update = sqlx::query("UPDATE sessions SET team = ? WHERE id = ?").bind(theirs.0).bind(foreign.0);
    update.execute(&mut crate::desk::database(&stage.app).await).await.unwrap();
    let edits: [(&str, Value); 14] = [
        ("widget", json!("wid_unknown")),
        ("resources", json!([])),
        ("resources", json!([format!("session:{foreign}")])),
        ("resources", json!([format!("session:{}", Uuid::from_u128(1))])),
        ("resources", json!(vec![format!("session:{}", stage.session); 51])),
        ("fields", json!(["title"])),
        ("origin", json!("https://evil.example")),
        ("ttl", json!(0)),
        ("ttl", json!(-5)),
        ("ttl", json!(901)),
        ("resources", json!(["team:x"])),
        ("fields", json!(["signer"])),
        ("admin", json!(true)),
        ("for", json!("everything")),
    ];
    for (field, value) in edits {
        let mut wish = stage.wish();
        wish[field] = value.clone();
        let answer = stage.ask(&wish).await;
        assert_eq!(answer.status(), 422, "{field} {value}");
        let problem: Value = answer.json().await.unwrap();
        let named = problem["fields"][0]["field"].as_str().unwrap();
        assert!(named == field || named == "body", "{field} {value}: {problem}");
    }
    let mut badge = stage.wish();
    (badge["for"], badge["ttl"]) = (json!("badge"), json!(86_401));
    assert_eq!(stage.ask(&badge).await.status(), 422);
    // And a foreign widget is none.
    let manager = stage.app.person("theirs", Role::Manager, theirs).await;
    let page = manager.browser.page(paths::WIDGETS).await.expect(200).text();
    assert!(!page.contains(&stage.widget), "{page}");
    let id = stage.app.portal().store.read().await.unwrap().all_widgets(None).await.unwrap()[0].id.to_string();
    manager.browser.post_form(paths::WIDGETS, &[("act", "revoke"), ("widget", &id)]).await.expect(404);
    assert_eq!(stage.ask(&stage.wish()).await.status(), 201);
}

#[tokio::test]
async fn wg_02_a_token_is_for_its_widget_its_origins_and_its_time() {
    let stage = Stage::set("card", &[]).await;
    let token = stage.token().await;
    assert_eq!(stage.status(&token).await, 200);
    for origin in
        ["", "null", "https://evil.example", "http://intranet.example", "https://intranet.example.evil.example"]
    {
        assert_eq!(stage.get(paths::EMBED_STATE, &token, origin).await.status(), 401, "{origin}");
    }
    // A frame's token is no image's, an image's none of a frame, a key none of either.
    let mut badge = stage.wish();
    badge["for"] = json!("badge");
    let badge = stage.minted(&badge).await;
    assert_eq!(stage.status(badge["token"].as_str().unwrap()).await, 401);
    assert_eq!(stage.status(&stage.key).await, 401);
    let cookie = stage.app.browser.cookie().unwrap();
    assert_eq!(stage.status(&cookie).await, 401);

    let expires = stage
        .minted(&json!({"ttl": 60, "widget": stage.widget, "resources": [format!("session:{}", stage.session)]}))
        .await;
    let short = expires["token"].as_str().unwrap();
    stage.app.clock.advance(time::Duration::seconds(59));
    assert_eq!(stage.status(short).await, 200);
    stage.app.clock.advance(time::Duration::seconds(1));
    assert_eq!((stage.status(short).await, stage.status(&token).await), (401, 200));
    stage.app.clock.advance(time::Duration::seconds(840));
    assert_eq!(stage.status(&token).await, 401);
}

#[tokio::test]
async fn wg_02_what_is_taken_back_shows_nothing_any_more() {
    let stage = Stage::set("card", &[]).await;
    let (first, second) = (stage.minted(&stage.wish()).await, stage.token().await);
    let (jti, first) = (first["jti"].as_str().unwrap(), first["token"].as_str().unwrap());
    let address = format!("{}/{jti}", paths::EMBED_TOKENS);
    let request = with(&stage.app, Method::DELETE, &address, &format!("Bearer {}", stage.key));
    assert_eq!(request.send().await.unwrap().status(), 204);
    assert_eq!((stage.status(first).await, stage.status(&second).await), (401, 200));

    let widgets = stage.app.portal().store.read().await.unwrap().all_widgets(None).await.unwrap();
    assert!(widgets[0].used.is_some());
    let form = [("act", "revoke"), ("widget", &*widgets[0].id.to_string())];
    stage.app.browser.post_form(paths::WIDGETS, &form).await.expect(303);
    assert_eq!(stage.status(&second).await, 401);
    assert_eq!(stage.ask(&stage.wish()).await.status(), 422);
    stage.app.browser.page(&frame(&stage.widget)).await.expect(404);
    for what in ["widget.made", "widget.revoked", "token.revoked"] {
        let trail = stage.app.browser.get(&format!("{}?what={what}", paths::AUDIT_JSON)).await.expect(200).text();
        assert_eq!(trail.lines().count(), 1, "{what}");
    }

    // So does a key that is taken back end all that was made with it.
    let stage = Stage::set("card", &[]).await;
    let token = stage.token().await;
    let page = stage.app.browser.page(paths::API_KEYS).await.expect(200).text();
    let id = page.split_once("name=\"key\" value=\"").unwrap().1.split('"').next().unwrap();
    stage.app.browser.post_form(paths::API_KEYS, &[("act", "revoke"), ("key", id)]).await.expect(303);
    assert_eq!(stage.status(&token).await, 401);
    assert_eq!(stage.ask(&stage.wish()).await.status(), 401);
}

#[tokio::test]
async fn wg_03_cookies_do_not_count_and_answers_are_not_kept() {
    let stage = Stage::set("card", &[]).await;
    let token = stage.token().await;
    for path in [paths::EMBED_STATE, paths::EMBED_LIVE] {
        let answer = stage.app.browser.get(path).await.expect(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let request = stage.app.browser.fetch(Method::GET, &format!("{path}?token={token}&t={token}"));
        stage.app.browser.send(request.header("x-embed-origin", HOST)).await.expect(401);
        let answer = stage.get(path, &token, HOST).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        assert!(answer.headers().get("set-cookie").is_none(), "{path}");
        assert!(answer.headers().get("access-control-allow-origin").is_none(), "{path}");
    }
    // And a token is nobody at the portal.
    for path in [testkit::LIST, paths::LIVE, paths::AUDIT_JSON, paths::EMBED_KEY] {
        let request = with(&stage.app, Method::GET, path, &format!("Bearer {token}"));
        assert_eq!(request.send().await.unwrap().status(), 401, "{path}");
    }
}

#[tokio::test]
async fn wg_08_one_token_that_asks_too_often_has_to_wait() {
    let stage = Stage::set("card", &[]).await;
    let (first, second) = (stage.token().await, stage.token().await);
    let mut answers = Vec::new();
    for _ in 0..60 {
        let answer = stage.get(paths::EMBED_STATE, &first, HOST).await;
        answers.push(answer.status().as_u16());
        if answers.last() == Some(&429) {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(answers.last(), Some(&429), "{answers:?}");
    assert_eq!(stage.status(&second).await, 200);
    // And streams have places.
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(stage.get(paths::EMBED_LIVE, &second, HOST).await);
        assert_eq!(streams.last().unwrap().status(), 200);
    }
    assert_eq!(stage.get(paths::EMBED_LIVE, &second, HOST).await.status(), 429);
}

/// The examples of the guide, each run as it stands there.
#[tokio::test]
async fn the_guides_examples_get_tokens() {
    const GUIDE: &str = include_str!("../../../../docs/embedding.md");
    let stage = Stage::set("card", &[]).await;
    let code = |language: &str| {
        let (_, rest) = GUIDE.split_once("## On your server").unwrap();
        let (_, code) = rest.split_once(&format!("```{language}\n")).unwrap();
        code.split_once("```").unwrap().0.to_owned()
    };
    for (language, program, flags) in
        [("sh", "sh", &["-c"][..]), ("js", "node", &["--input-type=module", "-e"]), ("python", "python3", &["-c"])]
    {
        let run = tokio::process::Command::new(program)
            .args(flags)
            .arg(code(language))
            .envs([("COUNTERSIGN", &*stage.app.url), ("COUNTERSIGN_KEY", &stage.key), ("WIDGET", &stage.widget)])
            .env("SESSION", stage.session.to_string())
            .env("no_proxy", "127.0.0.1")
            .output();
        let output = run.await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{language}: {}", String::from_utf8_lossy(&output.stderr));
        let token = match language {
            "sh" => serde_json::from_str::<Value>(&text).unwrap()["token"].as_str().unwrap().to_owned(),
            _ => text.trim().to_owned(),
        };
        assert_eq!(stage.status(&token).await, 200, "{language}: {text}");
    }
    // This one is compiled: it stands here as it stands there.
    assert!(include_str!("example.rs").ends_with(&*code("rust")));
    let session = stage.session.to_string();
    let token = super::example::token(&stage.app.url, &stage.key, &stage.widget, &session).await.unwrap();
    assert_eq!(stage.status(&token).await, 200);
}
