use reqwest::Method;
use serde_json::{Value, json};

use crate::{browser::Browser, support::TestSandbox};

const REDIRECTS: [&str; 4] = ["success", "cancel", "error", "reject"];

fn url(session: &Value) -> &str {
    session["signatureUrl"].as_str().unwrap()
}

async fn with_redirects(sandbox: &TestSandbox) -> Value {
    let mut terms = sandbox.terms("Redirected").await;
    for name in REDIRECTS {
        terms["redirectSettings"][name] = json!(format!("https://portal.example/{name}?keep=1"));
    }
    terms["externalReference"] = json!("a&b=c");
    sandbox.create(&terms).await
}

#[tokio::test]
async fn a_signer_signs_and_the_evidence_tells_how() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Leieavtale").await;
    terms["signText"] = json!("Jeg godtar\nalt <her>");
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();

    let page = browser.open(url(&session)).await;
    assert_eq!(page.status, 200);
    page.assert_contains("<title>Leieavtale · Sandbox – no legal effect</title>");
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");

    let page = browser.up_to_confirm(url(&session)).await;
    page.assert_contains("Kari Test");
    page.assert_contains("Jeg godtar\nalt &lt;her&gt;");
    assert_eq!(sandbox.state(&session).await, "READY");
    let page = browser.submit(&page, "confirm", &[]).await;
    assert_eq!(page.at(), "outcome");
    page.assert_contains("You have signed");

    let signed = sandbox.read(&session).await;
    assert_eq!(signed["lifecycle"]["state"], "SIGNED");
    let result = signed["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    let xml = sandbox.get(&format!("/sign/documents/{result}")).await.text().await.unwrap();
    for told in [
        "Kari Test",
        "01819012345",
        "alt &lt;her&gt;",
        "127.0.0.1",
        "opened",
        "viewed",
        "consented",
        "authenticated",
        "signed",
    ] {
        assert!(xml.contains(told), "no {told} in {xml}");
    }

    let page = browser.open(url(&session)).await;
    page.assert_contains("These documents are signed");
}

#[tokio::test]
async fn nothing_can_be_skipped_and_what_is_wrong_is_said() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("In order").await;
    let mut browser = Browser::new();
    let welcome = browser.open(url(&session)).await;
    for page in ["confirm", "identify", "consent"] {
        assert_eq!(browser.go(&welcome, page).await.at(), "documents", "{page} comes later");
    }
    let page = browser.go(&welcome, "documents").await;
    page.assert_contains("<object");
    let page = browser.submit(&page, "documents", &[]).await;
    let page = browser.submit(&page, "consent", &[]).await;
    page.assert_contains("<a href=\"#agree\">Tick the box to go on.</a>");
    page.assert_contains("<title>Error: Agree to the text · In order");
    let page = browser.submit(&page, "consent", &[("agree", "yes")]).await;
    let page = browser.submit(&page, "identify", &[("provider", "test-eid"), ("nationalId", "\"><b>5")]).await;
    page.assert_contains("<a href=\"#name\">Enter your full name.</a>");
    page.assert_contains("<p class=\"error\" id=\"name-error\">Enter your full name.</p>");
    page.assert_contains("value=\"&quot;&gt;&lt;b&gt;5\"");
    assert_eq!(browser.go(&page, "confirm").await.at(), "identify");
}

#[tokio::test]
async fn a_signer_rejects_with_a_reason() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("Unloved").await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "reject").await;
    let too_long = "å".repeat(2049);
    let page = browser.submit(&page, "reject", &[("reason", &too_long)]).await;
    page.assert_contains("The reason has 2049 characters, and can have at most 2048. Shorten it.");
    page.assert_contains(&too_long);
    let far_too_long = "x".repeat(70_000);
    let refused = browser.submit(&page, "reject", &[("reason", &far_too_long)]).await;
    assert_eq!((refused.status, refused.heading()), (413, "That is too much text"));
    let page = browser.submit(&page, "reject", &[("reason", "Line 1\r\n<line 2> ")]).await;
    page.assert_contains("You have rejected");
    let lifecycle = &sandbox.read(&session).await["lifecycle"];
    assert_eq!(lifecycle["state"], "REJECTED");
    assert_eq!(lifecycle["rejectReason"], "Line 1\n<line 2>");
    browser.open(url(&session)).await.assert_contains("Signing was rejected");
}

#[tokio::test]
async fn putting_off_leaves_the_session_open_and_forgets_the_visit() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("Later").await;
    let mut browser = Browser::new();
    let page = browser.up_to_confirm(url(&session)).await;
    let page = browser.submit(&page, "cancel", &[]).await;
    page.assert_contains("You have not signed yet");
    assert_eq!(sandbox.state(&session).await, "READY");
    let page = browser.open(url(&session)).await;
    assert_eq!(browser.go(&page, "confirm").await.at(), "documents");
}

#[tokio::test]
async fn the_way_ends_at_the_callers_addresses() {
    let sandbox = TestSandbox::spawn().await;
    let expected = |session: &Value, name: &str| {
        let id = session["id"].as_str().unwrap();
        format!("https://portal.example/{name}?keep=1&sessionId={id}&externalReference=a%26b%3Dc")
    };
    let session = with_redirects(&sandbox).await;
    let mut browser = Browser::new();
    let page = browser.up_to_confirm(url(&session)).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' https://portal.example"), "{policy}");
    let page = browser.submit(&page, "cancel", &[]).await;
    assert_eq!(page.url.as_str(), expected(&session, "cancel"));
    let page = browser.up_to_confirm(url(&session)).await;
    let page = browser.submit(&page, "confirm", &[]).await;
    assert_eq!(page.url.as_str(), expected(&session, "success"));

    let session = with_redirects(&sandbox).await;
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "reject").await;
    let page = browser.submit(&page, "reject", &[("reason", "")]).await;
    assert_eq!(page.url.as_str(), expected(&session, "reject"));
    assert!(sandbox.read(&session).await["lifecycle"].get("rejectReason").is_none());

    let session = with_redirects(&sandbox).await;
    let document = session["documents"][0]["documentId"].as_str().unwrap();
    assert_eq!(sandbox.delete(&format!("/sign/documents/{document}")).await, 204);
    let page = browser.open(url(&session)).await;
    page.assert_contains("A document was withdrawn");
    page.assert_contains(&expected(&session, "error").replace('&', "&amp;"));
}

#[tokio::test]
async fn forms_are_taken_from_the_own_pages_only() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("Guarded").await;
    let mut victim = Browser::new();
    let mut attacker = Browser::new();
    let page = victim.up_to_confirm(url(&session)).await;
    let foreign_page = attacker.open(url(&session)).await;
    let foreign_page = attacker.go(&foreign_page, "documents").await;

    // Another visit's token.
    let mut mixed = crate::browser::Page { html: foreign_page.html.replace("./documents?", "./confirm?"), ..page };
    mixed.url = foreign_page.url.clone();
    let refused = victim.submit(&mixed, "confirm", &[]).await;
    assert_eq!(refused.status, 403);
    refused.assert_contains("out of date");
    refused.assert_contains(">Start</a>");

    // Another site's form, and a form without any token.
    let post = |site: &str| {
        let confirm = url(&session).replace("/sign-session/?", "/sign-session/confirm?");
        sandbox.http.request(Method::POST, confirm).header("sec-fetch-site", site).form(&[("a", "b")]).send()
    };
    assert_eq!(post("cross-site").await.unwrap().status(), 403);
    assert_eq!(post("same-site").await.unwrap().status(), 403);
    assert_eq!(post("same-origin").await.unwrap().status(), 303, "without a visit: back to the start");
    assert_eq!(sandbox.state(&session).await, "READY");
}

#[tokio::test]
async fn the_public_pages_are_there() {
    let sandbox = TestSandbox::spawn().await;
    let get = |path: &str| sandbox.http.get(format!("{}{path}", sandbox.base)).send();
    let home = get("/").await.unwrap().text().await.unwrap();
    assert!(home.contains("Sandbox – no legal effect"));
    let style = home
        .split("href=\"")
        .find_map(|part| part.split('"').next().filter(|href| href.contains("style.css")))
        .unwrap();
    let style = get(&format!("/{style}")).await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    assert!(style.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(get("/livez").await.unwrap().status(), 200);
    let root = get("/trust/root.pem").await.unwrap().text().await.unwrap();
    assert!(root.starts_with("-----BEGIN CERTIFICATE-----"));
}
