//! Why a session cannot be signed, and in which language the pages say so.

use serde_json::{Value, json};
use time::Duration;

use crate::{
    browser::Browser,
    support::{START, TestSandbox, rfc3339},
};

fn url(session: &Value) -> &str {
    session["signatureUrl"].as_str().unwrap()
}

#[tokio::test]
async fn pages_say_why_a_session_cannot_be_signed() {
    let mut sandbox = TestSandbox::spawn().await;
    let first = sandbox.session("first").await;
    let mut terms = sandbox.terms("second").await;
    terms["subsequentTo"] = json!([first["id"]]);
    let blocked = sandbox.create(&terms).await;
    let mut terms = sandbox.terms("short").await;
    terms["signatureUrlTTL"] = json!(5);
    terms["dueDate"] = json!(rfc3339(START + Duration::days(2)));
    let short = sandbox.create(&terms).await;
    let deleted = sandbox.session("deleted").await;
    let rejected = sandbox.session("rejected").await;
    let path = format!("/__sandbox/sessions/{}/reject", rejected["id"].as_str().unwrap());
    assert_eq!(sandbox.post(&path, &json!({})).await.status(), 204);
    assert_eq!(sandbox.delete(&format!("/sign/signing-sessions/{}", deleted["id"].as_str().unwrap())).await, 204);
    let mut browser = Browser::new();

    browser.open(url(&blocked)).await.assert_contains("It is not your turn yet");
    sandbox.sign(&first).await;
    browser.open(url(&blocked)).await.assert_contains(">Start</a>");
    let page = browser.open(url(&short)).await;
    sandbox.advance(Duration::minutes(5));
    let expired = browser.go(&page, "documents").await;
    expired.assert_contains("This link has expired");
    expired.assert_lacks("The link works until");
    assert_eq!(expired.status, 410);
    let id = first["id"].as_str().unwrap();
    let gone = browser.open(url(&deleted)).await;
    assert_eq!((gone.status, gone.heading()), (410, "The sender has withdrawn this request"));
    assert_eq!(browser.open(url(&rejected)).await.heading(), "Signing was rejected");
    for unknown in [
        format!("{}/sign-session/?sessionId={id}", sandbox.base),
        format!("{}/sign-session/?sessionId=x", sandbox.base),
        format!("{}/sign-session/", sandbox.base),
        format!("{}/sign-session/what", sandbox.base),
    ] {
        let page = browser.open(&unknown).await;
        page.assert_contains("There is nothing to sign here");
        assert_eq!(page.status, 404);
    }
    sandbox.advance_with_token(Duration::days(2)).await;
    browser.open(url(&short)).await.assert_contains("The time to sign is over");
}

#[tokio::test]
async fn the_sessions_language_counts_and_else_the_browsers() {
    let sandbox = TestSandbox::spawn().await;
    let mut browser = Browser::new();
    browser.language = "fr, sv-SE;q=0.8, en;q=0.5";
    let session = sandbox.session("Any").await;
    browser.open(url(&session)).await.assert_contains("<html lang=\"sv\">");
    let unknown = browser.open(&format!("{}/sign-session/what", sandbox.base)).await;
    assert_eq!(unknown.heading(), "Det finns inget att skriva under här");
    let form = url(&session).replace("/sign-session/?", "/sign-session/confirm?");
    let foreign = sandbox.http.post(form).header("sec-fetch-site", "cross-site").header("accept-language", "da");
    let foreign = foreign.send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert!(foreign.text().await.unwrap().contains("Siden er forældet"));
    let mut terms = sandbox.terms("Finnish").await;
    terms["ui"] = json!({ "language": "fi" });
    let session = sandbox.create(&terms).await;
    let page = browser.open(url(&session)).await;
    page.assert_contains("<html lang=\"fi\">");
    page.assert_contains("Sandbox – no legal effect");
    page.assert_contains("ei oikeusvaikutusta");
    let page = browser.up_to_confirm(url(&session)).await;
    let page = browser.submit(&page, "confirm", &[]).await;
    assert_eq!(page.heading(), "Olet allekirjoittanut");
    let xml = sandbox.read(&session).await["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap().to_owned();
    let xml = sandbox.get(&format!("/sign/documents/{xml}")).await.text().await.unwrap();
    assert!(xml.contains("<cs:Language>fi</cs:Language>"), "{xml}");
}
