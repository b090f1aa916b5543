//! Documents and results on their way to the browser.

use app::{model::Standing, paths};
use reqwest::Method;
use testkit::TestApp;

use crate::desk::{File, detail, fault, pdf, sent, sha256, sign, text, until};

#[tokio::test]
async fn web_08_downloads_are_saved_and_never_shown() {
    let app = TestApp::signed_in().await;
    let file = File { name: "Leiekontrakt – Ås.pdf".into(), ..pdf("lease") };
    let id = sent(&app, std::slice::from_ref(&file)).await;
    let document = detail(&app, id).await.documents[0].document.unwrap();
    let answer = app.browser.page(&paths::download(id, document)).await.expect(200);
    assert_eq!(answer.body, file.bytes);
    for (name, value) in [
        ("content-type", "application/pdf"),
        (
            "content-disposition",
            "attachment; filename=\"Leiekontrakt _ _s.pdf\"; filename*=UTF-8''Leiekontrakt%20%E2%80%93%20%C3%85s.pdf",
        ),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let id = sent(&app, &[text("note")]).await;
    let document = detail(&app, id).await.documents[0].document.unwrap();
    let answer = app.browser.page(&paths::download(id, document)).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn what_hashes_to_something_else_breaks_off() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    // The hash that the portal learns of the result is another document's, however often it
    // asks: it does so again when the package is made.
    fault(&app, "get_metadata", "wrong-hash", 100).await;
    sign(&app, id).await;
    let shown = until(&app, id, Standing::Signed).await;
    let path = paths::download(id, shown.results[0].document);
    let broken = async { app.browser.fetch(Method::GET, &path).send().await?.bytes().await };
    assert!(broken.await.is_err());
}

#[tokio::test]
async fn a_hash_that_was_not_to_be_had_is_asked_for_later() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    fault(&app, "get_metadata", "401", 2).await;
    sign(&app, id).await;
    until(&app, id, Standing::Signed).await;
    let with_hash = || async { detail(&app, id).await.results[0].api_hash.is_some() };
    app.eventually("the hash is known", with_hash).await;
    let result = detail(&app, id).await.results[0].clone();
    let answer = app.browser.get(&paths::download(id, result.document)).await.expect(200);
    assert_eq!(Some(sha256(&answer.body)), result.api_hash);
}

#[tokio::test]
async fn what_the_api_deleted_is_gone() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let document = detail(&app, id).await.documents[0].document.unwrap();
    app.portal().upstream.delete_document(document).await.unwrap();
    let answer = app.browser.get(&paths::download(id, document)).await.expect(404);
    assert!(answer.text().contains("deleted this file"));
}
