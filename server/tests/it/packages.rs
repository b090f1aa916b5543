//! The sealed package, which comes after the signatures.

use app::{
    model::{PackageNews, ResultKind, SessionDetail, Standing},
    paths,
};
use testkit::TestApp;
use time::Duration;

use crate::desk::{detail, fault, pdf, sent, sha256, sign, text, until};

fn has_package(shown: &SessionDetail) -> bool {
    shown.results.iter().any(|result| result.kind == ResultKind::Package)
}

#[tokio::test]
async fn it_is_waited_for_after_signing() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    fault(&app, "packaging", "500", 1).await;
    sign(&app, id).await;
    let shown = until(&app, id, Standing::Packaging).await;
    assert_eq!((has_package(&shown), shown.package), (false, PackageNews::Awaited));
    // The signing service tries again after ten seconds.
    let before = shown.as_of;
    app.eventually("the package", || async {
        app.advance(Duration::seconds(1));
        has_package(&detail(&app, id).await)
    })
    .await;
    let shown = detail(&app, id).await;
    assert_eq!(shown.package, PackageNews::Nothing);
    assert!(shown.as_of > before, "open pages hear of it");
    let package = shown.results.iter().find(|result| result.kind == ResultKind::Package).unwrap();
    let answer = app.browser.get(&paths::download(id, package.document)).await.expect(200);
    assert!(answer.body.starts_with(b"%PDF-"));
    assert_eq!(Some(sha256(&answer.body)), package.api_hash);
}

#[tokio::test]
async fn one_that_does_not_come_is_told_of_and_no_longer_asked_for() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    fault(&app, "packaging", "500", 3).await;
    sign(&app, id).await;
    until(&app, id, Standing::Packaging).await;
    app.eventually("it is given up", || async {
        app.advance(Duration::minutes(5));
        detail(&app, id).await.package == PackageNews::Missing
    })
    .await;
    let shown = detail(&app, id).await;
    assert_eq!((shown.row.standing, shown.results.len()), (Standing::PackageFailed, 1));
    let asked = app.asked();
    for _ in 0..3 {
        server::live::round(app.portal()).await.unwrap();
    }
    assert_eq!(app.asked(), asked);
}

#[tokio::test]
async fn texts_have_none() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    let shown = until(&app, id, Standing::Signed).await;
    assert_eq!((shown.results.len(), shown.package), (1, PackageNews::Nothing));
}
