//! The documents as the signer meets them: in turn, shown safely, to keep.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, Page},
    support::{PDF, TestSandbox, terms},
};

fn url(session: &Value) -> &str {
    session["signatureUrl"].as_str().unwrap()
}

/// The address of a document's bytes, from one of the pages.
fn bytes_of(page: &Page, document: &str) -> String {
    let query = page.url.query_pairs().find(|(name, _)| name == "sessionId").unwrap().1.into_owned();
    page.url.join(&format!("./document?sessionId={query}&documentId={document}")).unwrap().into()
}

/// A session with three texts, the second of them for information.
async fn three(sandbox: &TestSandbox) -> (Value, Vec<String>) {
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        let id = sandbox.upload("text/plain", format!("text {name}").as_bytes()).await;
        let metadata =
            json!({ "title": format!("Title {name}"), "filename": format!("{name}.txt"), "description": "Why" });
        let path = format!("/sign/documents/{id}/metadata");
        assert_eq!(sandbox.request(Method::PATCH, &path).json(&metadata).send().await.unwrap().status(), 200);
        ids.push(id);
    }
    let collection = sandbox.collection(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut terms = terms("Three", &ids[0], &collection);
    for (id, action) in [(&ids[1], "VIEW"), (&ids[2], "SIGN")] {
        let more = json!({ "documentCollectionId": collection, "documentId": id, "action": action });
        terms["documents"].as_array_mut().unwrap().push(more);
    }
    (sandbox.create(&terms).await, ids)
}

#[tokio::test]
async fn documents_come_in_turn_and_each_reading_is_evidence() {
    let sandbox = TestSandbox::spawn().await;
    let (session, ids) = three(&sandbox).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "documents").await;
    assert_eq!(page.heading(), "Title one");
    for shown in ["Document 1 of 3", "one.txt", "8 B", "Why", "text one"] {
        page.assert_contains(shown);
    }
    page.assert_lacks("text two");
    page.assert_lacks("number=2\">Title two");

    // Nobody gets to a document behind the first unread one.
    let ahead = format!("{}&number=3", page.url);
    assert_eq!(browser.open(&ahead).await.heading(), "Title one");

    let page = browser.submit(&page, "documents", &[]).await;
    assert_eq!(page.heading(), "Title two");
    page.assert_contains("This document is for information. You do not sign it.");
    page.assert_contains("number=1\">Title one</a>");
    let again = browser.open(&format!("{}&number=1", page.url)).await;
    assert_eq!(again.heading(), "Title one");
    let page = browser.submit(&again, "documents", &[]).await;
    assert_eq!(page.heading(), "Title two", "reading once more changes nothing");

    let page = browser.submit(&page, "documents", &[]).await;
    assert_eq!(page.heading(), "Title three");
    assert_eq!(browser.go(&page, "confirm").await.at(), "documents", "one is unread");
    let page = browser.submit(&page, "documents", &[]).await;
    assert_eq!(page.at(), "consent");
    let page = browser.submit(&page, "consent", &[("agree", "yes")]).await;
    let page = browser.submit(&page, "identify", &[("provider", "test-eid"), ("name", "Kari")]).await;
    assert_eq!(page.at(), "confirm");
    page.assert_contains("<dt>For information</dt><dd>Title two</dd>");
    browser.submit(&page, "confirm", &[]).await;

    let signatures = sandbox.read(&session).await["output"]["signatures"].clone();
    let originals: Vec<&str> =
        signatures.as_array().unwrap().iter().map(|one| one["originalDocumentId"].as_str().unwrap()).collect();
    assert_eq!(originals, [&ids[0], &ids[2]], "what is for information is not signed");
    let result = signatures[0]["resultDocumentId"].as_str().unwrap();
    let xml = sandbox.get(&format!("/sign/documents/{result}")).await.text().await.unwrap();
    assert_eq!(xml.matches("<cs:Kind>viewed</cs:Kind>").count(), 3);
    for id in &ids {
        assert!(
            xml.contains(&format!("<cs:Kind>viewed</cs:Kind><cs:DocumentId>{id}</cs:DocumentId>")),
            "{id} in {xml}"
        );
    }
}

#[tokio::test]
async fn what_was_signed_can_be_kept() {
    let sandbox = TestSandbox::spawn().await;
    let (session, ids) = three(&sandbox).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "downloads").await;
    assert_eq!(page.heading(), "Download documents");
    let kept = browser.open(&format!("{}&save=1", bytes_of(&page, &ids[1]))).await;
    assert_eq!(kept.html, "text two");
    assert_eq!(kept.headers["content-disposition"], "attachment; filename*=UTF-8''two%2Etxt");

    let page = browser.up_to_confirm(url(&session)).await;
    let page = browser.submit(&page, "confirm", &[]).await;
    page.assert_contains("Download documents");
    let page = browser.go(&page, "downloads").await;
    page.assert_contains("Signature: one.txt.signature.xml");
    let signatures = sandbox.read(&session).await["output"]["signatures"].clone();
    let result = signatures[0]["resultDocumentId"].as_str().unwrap();
    let signature = browser.open(&bytes_of(&page, result)).await;
    assert!(signature.html.starts_with("<?xml") || signature.html.contains("<ds:Signature"), "{}", signature.html);
    assert_eq!(signature.headers["content-type"], "text/plain; charset=utf-8");

    // With the link alone there is nothing to keep.
    let mut stranger = Browser::new();
    let refused = stranger.open(&bytes_of(&page, &ids[0])).await;
    assert_eq!(refused.heading(), "These documents are signed");
    refused.assert_lacks("Download documents");
}

#[tokio::test]
async fn a_framed_document_can_be_framed_by_the_pages_alone() {
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("Framed").await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "documents").await;
    let document = session["documents"][0]["documentId"].as_str().unwrap();
    page.assert_contains(&format!("documentId={document}\" type=\"application/pdf\""));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("object-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let shown = browser.open(&bytes_of(&page, document)).await;
    assert_eq!(shown.html.as_bytes(), PDF);
    assert_eq!(shown.headers["content-type"], "application/pdf");
    assert!(shown.headers["content-disposition"].to_str().unwrap().starts_with("inline; filename*=UTF-8''"));
    assert!(shown.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'self'"));
    assert_eq!(shown.headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(shown.headers["x-content-type-options"], "nosniff");
    let other = sandbox.upload("application/pdf", PDF).await;
    assert_eq!(browser.open(&bytes_of(&page, &other)).await.status, 404);
}

#[tokio::test]
async fn markdown_is_rendered_and_stays_harmless() {
    let sandbox = TestSandbox::spawn().await;
    let source = "# Rent\n\n| item | kr |\n|:--|--:|\n| May | 9000 |\n\n+ **keys**\n\n[pay](https://evil.example) ![p](//x/y.png)<b>";
    let document = sandbox.upload("text/markdown", source.as_bytes()).await;
    let collection = sandbox.collection(&[&document]).await;
    let session = sandbox.create(&terms("Markdown", &document, &collection)).await;
    let mut browser = Browser::new();
    let page = browser.open(url(&session)).await;
    let page = browser.go(&page, "documents").await;
    for shown in ["<h2>Rent</h2>", "<td>9000</td>", "<strong>keys</strong>", "pay (https://evil.example) p&lt;b&gt;"] {
        page.assert_contains(shown);
    }
    page.assert_lacks("style=");
    let raw = browser.open(&bytes_of(&page, &document)).await;
    assert_eq!(raw.html, source);
    assert_eq!(raw.headers["content-type"], "text/plain; charset=utf-8");
    assert!(raw.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox; default-src 'none'"));
}

#[tokio::test]
async fn minimal_text_mode_shows_the_text_alone() {
    let sandbox = TestSandbox::spawn().await;
    let mut browser = Browser::new();
    for (mime_type, bytes, minimal) in [("text/plain", b"Just this.".as_slice(), true), ("application/pdf", PDF, false)]
    {
        let document = sandbox.upload(mime_type, bytes).await;
        let collection = sandbox.collection(&[&document]).await;
        let mut terms = terms("Minimal", &document, &collection);
        terms["ui"] = json!({ "minimalTextMode": true });
        let session = sandbox.create(&terms).await;
        let page = browser.open(url(&session)).await;
        let page = browser.go(&page, "documents").await;
        assert_eq!(page.html.contains("class=\"document minimal\""), minimal, "{mime_type}");
        assert_eq!(page.html.contains("class=\"badge\""), !minimal, "{mime_type}");
    }
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page() {
    let sandbox = TestSandbox::spawn().await;
    let hostile = "</textarea></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    let text = sandbox.upload("text/markdown", hostile.as_bytes()).await;
    let patch = json!({ "filename": format!("{hostile}\r\nX: y"), "title": hostile, "description": hostile });
    let path = format!("/sign/documents/{text}/metadata");
    assert_eq!(sandbox.request(Method::PATCH, &path).json(&patch).send().await.unwrap().status(), 200);
    let collection = sandbox.collection(&[&text]).await;
    let mut terms = terms(hostile, &text, &collection);
    terms["signText"] = json!(hostile);
    terms["externalReference"] = json!(hostile);
    terms["preAuthentication"] = json!({ "enabled": true, "identityProviders": [{ "idpName": hostile }] });
    terms["signingSetup"][0]["identityProviders"] = json!([{ "idpName": hostile }, { "idpName": "b" }]);
    let session = sandbox.create(&terms).await;
    let mut browser = Browser::new();
    let who = [("provider", hostile), ("name", hostile), ("nationalId", hostile)];
    let mut seen = vec![browser.open(url(&session)).await];
    seen.push(browser.submit(&seen[0], "pre-authenticate", &who).await);
    for page in ["reject", "downloads", "documents"] {
        seen.push(browser.go(&seen[0], page).await);
    }
    let page = browser.submit(&seen[4], "documents", &[]).await;
    let next = browser.submit(&page, "consent", &[("agree", "yes")]).await;
    seen.push(page);
    let provider = [("provider", hostile)];
    let form = next.url.join(&format!("{}&provider=b", next.url)).unwrap();
    let page = browser.open(form.as_str()).await;
    seen.push(browser.submit(&page, "identify", &provider).await);
    let page = browser.submit(&page, "identify", &who).await;
    seen.push(next);
    seen.push(browser.submit(&page, "confirm", &[]).await);
    seen.push(page);
    for page in &seen {
        assert_eq!(page.status, 200);
        for raw in ["<script", "<img", "</textarea></title>"] {
            assert!(!page.html.contains(raw), "{raw} at {}", page.at());
        }
        page.assert_contains("&lt;script&gt;");
    }
    assert_eq!(sandbox.state(&session).await, "SIGNED");
}
