//! What is shown, where, and by what.

use app::{model::Standing, paths};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::TestApp;
use uuid::Uuid;

use super::{HOST, Stage, frame, make, widget};
use crate::{
    desk::{pdf, sent, sign, until},
    keys::with,
};

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
    let mut after = next(&mut stream, &mut text).await;
    assert_eq!(after["items"][0]["state"], "signed");
    // Its package is made next, and that is told too.
    while after["items"][0]["derived"] == "packaging" {
        after = next(&mut stream, &mut text).await;
    }
    assert_eq!(after["items"][0]["derived"], "signed");
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
