//! Widgets: signing status in pages of others.

use app::{
    model::{Role, SessionId, Standing},
    paths,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::{Answer, TestApp};
use uuid::Uuid;

use crate::{
    desk::{pdf, sent, sign, until},
    keys::{key, with},
};

const HOST: &str = "https://intranet.example";

/// A stack with a widget, a key, and a session to show.
struct Stage {
    app: TestApp,
    key: String,
    widget: String,
    session: SessionId,
}

impl Stage {
    async fn set(kind: &str, fields: &[&str]) -> Self {
        let app = TestApp::signed_in().await;
        let (key, _) = key(&app).await;
        let widget = widget(&app, kind, fields, HOST).await;
        let session = sent(&app, &[pdf("Lease of Storgata")]).await;
        Self { app, key, widget, session }
    }

    async fn ask(&self, wish: &Value) -> Response {
        let request = with(&self.app, Method::POST, paths::EMBED_TOKENS, &format!("Bearer {}", self.key));
        request.json(wish).send().await.unwrap()
    }

    fn wish(&self) -> Value {
        json!({ "widget": self.widget, "resources": [format!("session:{}", self.session)] })
    }

    async fn token(&self) -> String {
        self.minted(&self.wish()).await["token"].as_str().unwrap().to_owned()
    }

    async fn minted(&self, wish: &Value) -> Value {
        let answer = self.ask(wish).await;
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    async fn get(&self, path: &str, token: &str, origin: &str) -> Response {
        let request = with(&self.app, Method::GET, path, &format!("Bearer {token}"));
        request.header("x-embed-origin", origin).send().await.unwrap()
    }

    async fn status(&self, token: &str) -> u16 {
        self.get(paths::EMBED_STATE, token, HOST).await.status().as_u16()
    }

    async fn shown(&self, token: &str) -> Value {
        self.get(paths::EMBED_STATE, token, HOST).await.json().await.unwrap()
    }
}

async fn make(app: &TestApp, edit: &[(&str, &str)]) -> Answer {
    let team = app.team().await.to_string();
    let mut form = vec![
        ("act", "make"),
        ("name", "Intranet"),
        ("kind", "card"),
        ("theme", "auto"),
        ("team", &*team),
        ("origins", HOST),
    ];
    for (name, value) in edit {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    app.browser.post_form(paths::WIDGETS, &form).await
}

/// Makes a widget; answers its public id.
async fn widget(app: &TestApp, kind: &str, fields: &[&str], origins: &str) -> String {
    let mut edit = vec![("kind", kind), ("origins", origins)];
    edit.extend(fields.iter().map(|field| (*field, "on")));
    let made = make(app, &edit).await.expect(303);
    made.header("location").unwrap().split_once("widget=").unwrap().1.to_owned()
}

fn frame(widget: &str) -> String {
    format!("/embed/v1/frame/{widget}")
}

#[tokio::test]
async fn wg_01_a_frame_is_for_its_origins_and_everything_else_for_nobody() {
    let app = TestApp::signed_in().await;
    let widget = widget(&app, "badge", &[], "https://a.example\nhttps://b.example:8443").await;
    let page = app.browser.bare(Method::GET, &frame(&widget)).header("referer", "https://evil.example/");
    let page = app.browser.send(page).await.expect(200);
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors https://a.example https://b.example:8443"
        )
    );
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.header("set-cookie").is_none());
    let html = page.text();
    assert!(!html.contains(" style=") && !html.contains("wasm") && html.matches("<script").count() == 1, "{html}");
    for path in
        ["/", "/widgets", "/embed/v1/state", "/embed/v1/frame/wid_x", "/embed/v1/frame/", "/embed/v1.js", "/embed/key"]
    {
        let policy = app.browser.get(path).await.header("content-security-policy").map(str::to_owned);
        assert!(policy.is_none_or(|policy| policy.contains("frame-ancestors 'none'")), "{path}");
    }
    let sample = app.browser.page("/embed/v1/sample?kind=list&title=on").await.expect(200);
    assert!(sample.header("content-security-policy").unwrap().ends_with("frame-ancestors 'self'"));
}

#[tokio::test]
async fn wg_01_an_origin_that_is_none_makes_no_widget() {
    let app = TestApp::signed_in().await;
    for bad in
        ["", "*", "https://*.example", "http://intranet.example", "https://a.example/path", "https://a.example;x"]
    {
        let page = make(&app, &[("origins", bad), ("name", "Kept")]).await.expect(422).text();
        assert!(page.contains("aria-invalid=\"true\"") && page.contains("value=\"Kept\""), "{bad}: {page}");
    }
    for (field, value) in [
        ("kind", "all"),
        ("theme", "neon"),
        ("standing", "x"),
        ("team", &*Uuid::from_u128(1).to_string()),
        ("signer", "on"),
    ] {
        make(&app, &[(field, value)]).await.expect(422);
    }
    assert!(app.portal().store.read().await.unwrap().all_widgets(None).await.unwrap().is_empty());
}

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
async fn wg_04_nothing_is_shown_but_states_and_what_was_allowed() {
    let keys = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let stage = Stage::set("card", &[]).await;
    let shown = stage.shown(&stage.token().await).await;
    assert_eq!(keys(&shown), ["at", "items", "kind", "rev", "v"]);
    assert_eq!(keys(&shown["items"][0]), ["derived", "id", "state"]);
    assert_eq!((&shown["items"][0]["state"], &shown["items"][0]["derived"]), (&json!("open"), &json!("ready")));
    assert!(!shown.to_string().contains("Storgata"));

    let stage = Stage::set("card", &["due", "title", "counts"]).await;
    let token = stage.token().await;
    let shown = stage.shown(&token).await;
    assert_eq!(keys(&shown), ["at", "counts", "items", "kind", "rev", "v"]);
    assert_eq!(keys(&shown["items"][0]), ["derived", "due", "id", "state", "title"]);
    let less = json!({"widget": stage.widget, "resources": [format!("session:{}", stage.session)], "fields": ["due"]});
    let shown = stage.shown(stage.minted(&less).await["token"].as_str().unwrap()).await;
    assert_eq!(keys(&shown["items"][0]), ["derived", "due", "id", "state"]);
    for secret in ["Nordmann", "signer", "http", "signatureUrl", "filename"] {
        assert!(!stage.shown(&token).await.to_string().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn wg_06_there_is_nothing_to_change_in_a_frame() {
    let stage = Stage::set("card", &[]).await;
    let token = stage.token().await;
    for path in [paths::EMBED_STATE, paths::EMBED_LIVE, &*frame(&stage.widget)] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = with(&stage.app, method.clone(), path, &format!("Bearer {token}"));
            let request = request.header("x-embed-origin", HOST).header("sec-fetch-site", "same-origin");
            let status = request.header("x-portal", "1").json(&json!({})).send().await.unwrap().status();
            assert!([403, 404, 405].contains(&status.as_u16()), "{method} {path}: {status}");
        }
    }
    let page = stage.app.browser.page(&frame(&stage.widget)).await.expect(200).text();
    for act in ["<form", "<button", "<a ", "<input"] {
        assert!(!page.contains(act), "{act}: {page}");
    }
}

#[tokio::test]
async fn wg_07_pages_of_others_load_the_module_and_nothing_else() {
    let app = TestApp::spawn().await;
    let (moving, pinned) = (
        app.browser.get(paths::EMBED_MODULE).await.expect(200),
        app.browser.get(paths::EMBED_MODULE_PINNED).await.expect(200),
    );
    assert_eq!(moving.body, pinned.body);
    for module in [&moving, &pinned] {
        assert_eq!(module.header("access-control-allow-origin"), Some("*"));
        assert_eq!(module.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(module.header("content-type"), Some("text/javascript"));
    }
    assert!(!moving.text().contains("import ") && !moving.text().contains("https://"));
    app.set_up_staff().await;
    let widget = widget(&app, "card", &[], HOST).await;
    let page = app.browser.page(&paths::widget(&widget)).await.expect(200).text();
    use base64_of::sha384;
    assert!(page.contains(&sha384(&pinned.body)), "{page}");
}

/// What browsers compare the module with.
mod base64_of {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha384};

    pub(super) fn sha384(bytes: &[u8]) -> String {
        format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
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

/// The next state that a stream tells.
async fn next(stream: &mut Response, text: &mut String) -> Value {
    loop {
        if let Some((event, rest)) = text.clone().split_once("\n\n") {
            *text = rest.to_owned();
            if let Some((_, data)) = event.split_once("data: ").filter(|_| event.contains("event: state")) {
                return serde_json::from_str(data).unwrap();
            }
            continue;
        }
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn a_change_reaches_a_frame_as_it_happens_and_polling_sees_the_same() {
    let stage = Stage::set("card", &["title"]).await;
    let token = stage.token().await;
    let mut stream = stage.get(paths::EMBED_LIVE, &token, HOST).await;
    let mut text = String::new();
    let before = next(&mut stream, &mut text).await;
    assert_eq!(before["items"][0]["state"], "open");
    let polled = stage.get(paths::EMBED_STATE, &token, HOST).await;
    let tag = polled.headers()["etag"].to_str().unwrap().to_owned();
    let again = async || {
        let request = with(&stage.app, Method::GET, paths::EMBED_STATE, &format!("Bearer {token}"));
        let request = request.header("x-embed-origin", HOST).header("if-none-match", &tag);
        request.send().await.unwrap()
    };
    assert_eq!(again().await.status(), 304);

    sign(&stage.app, stage.session).await;
    let after = next(&mut stream, &mut text).await;
    assert_eq!((&after["items"][0]["state"], &after["items"][0]["derived"]), (&json!("signed"), &json!("signed")));
    assert!(after["rev"].as_u64() > before["rev"].as_u64());
    until(&stage.app, stage.session, Standing::Signed).await;
    let polled: Value = again().await.json().await.unwrap();
    assert_eq!(polled["items"], after["items"]);
}

#[tokio::test]
async fn progress_counts_and_due_dates_come_in_order() {
    let stage = Stage::set("progress", &[]).await;
    let shown = stage.shown(&stage.token().await).await;
    assert_eq!(shown["counts"], json!({ "signed": 0, "total": 1 }));
    sign(&stage.app, stage.session).await;
    until(&stage.app, stage.session, Standing::Signed).await;
    let shown = stage.shown(&stage.token().await).await;
    assert_eq!(shown["counts"], json!({ "signed": 1, "total": 1 }));

    let due = widget(&stage.app, "due", &["due"], HOST).await;
    let other = sent(&stage.app, &[pdf("Other")]).await;
    let token = stage.minted(&json!({ "widget": due, "resources": ["view"] })).await;
    let shown = stage.shown(token["token"].as_str().unwrap()).await;
    let items = shown["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["id"]), (1, &json!(other.to_string())), "what is signed is due no more");
}

#[tokio::test]
async fn a_badge_is_an_image_that_says_the_state_alone() {
    let stage = Stage::set("badge", &["title"]).await;
    let mut wish = stage.wish();
    wish["for"] = json!("badge");
    let minted = stage.minted(&wish).await;
    let url = minted["url"].as_str().unwrap();
    let path = url.strip_prefix(&stage.app.portal().config.origin()).unwrap();
    stage.app.browser.set_cookie(None);
    let image = stage.app.browser.get(&format!("{path}&lang=nb")).await.expect(200);
    assert_eq!(image.header("content-type"), Some("image/svg+xml"));
    assert_eq!(image.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert!(image.text().contains("Venter på signatur") && !image.text().contains("Storgata"), "{}", image.text());
    let other = path.replace(&stage.widget, "wid_other");
    let frame = stage.token().await;
    for bad in [&*other, path.split('?').next().unwrap(), &format!("/w/{}/badge.svg?t={frame}", stage.widget)] {
        let image = stage.app.browser.get(bad).await.expect(200);
        assert!(image.text().contains("Unknown"), "{bad}: {}", image.text());
    }
    stage.app.clock.advance(time::Duration::days(1));
    assert!(stage.app.browser.get(path).await.expect(200).text().contains("Unknown"));
}

#[tokio::test]
async fn the_studio_names_what_a_pages_policy_lacks() {
    let app = TestApp::signed_in().await;
    let widget = widget(&app, "card", &[], HOST).await;
    let origin = app.portal().config.origin();
    let check = async |policy: &str| {
        let address = format!("{}&policy={}", paths::widget(&widget), policy.replace(' ', "%20").replace(';', "%3B"));
        app.browser.page(&address).await.expect(200).text()
    };
    let page = check("default-src 'self'").await;
    assert!(
        page.contains(&format!("frame-src &#x27;self&#x27; {origin}"))
            || page.contains(&format!("frame-src 'self' {origin}")),
        "{page}"
    );
    let page = check(&format!("default-src 'self'; script-src {origin}; frame-src {origin}")).await;
    assert!(page.contains("This policy lets the widget in."), "{page}");
}

/// The examples of the guide, each run as it stands there.
#[tokio::test]
async fn the_guides_examples_get_tokens() {
    const GUIDE: &str = include_str!("../../../docs/embedding.md");
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
    assert!(include_str!("embed_example.rs").ends_with(&*code("rust")));
    let session = stage.session.to_string();
    let token = crate::embed_example::token(&stage.app.url, &stage.key, &stage.widget, &session).await.unwrap();
    assert_eq!(stage.status(&token).await, 200);
}
