//! The page that says how the system does.

use testkit::TestApp;

use crate::desk::{fault, no_faults, pdf, sent};

async fn page(app: &TestApp) -> String {
    app.browser.page("/status").await.expect(200).text()
}

#[tokio::test]
async fn the_status_page_follows_what_happens() {
    let app = TestApp::signed_in().await;
    let fresh = page(&app).await;
    for said in ["The embedded sandbox", "Not asked since the start", "None was made here", "is off, so the portal"] {
        assert!(fresh.contains(said), "{said}");
    }
    sent(&app, &[pdf("lease")]).await;
    app.eventually("background work", || async { page(&app).await.contains("Last done") }).await;
    let working = page(&app).await;
    assert!(working.contains("Granted until") && !working.contains("Not asked since the start"));
    assert!(working.contains("things want a look") && !working.contains("wrong"));

    fault(&app, "list_sessions", "500", 1000).await;
    app.eventually("an outage", || async { page(&app).await.contains("One thing is wrong") }).await;
    no_faults(&app).await;
    app.eventually("answers", || async { !page(&app).await.contains("One thing is wrong") }).await;

    let copy = app.data_dir().join("copy.db");
    server::store::backup(&app.data_dir().join("portal.db"), &copy).await.unwrap();
    assert!(!page(&app).await.contains("None was made here"));
}
