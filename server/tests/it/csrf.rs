//! WEB-01: what changes something comes from the portal's own pages.

use reqwest::{Method, RequestBuilder};
use testkit::{LIST, Site, TestApp};

const ID: &str = "0197e4b8-0000-7000-8000-000000000000";

/// Every address that changes something, apart from the plain forms.
fn changing() -> Vec<(Method, String)> {
    use app::{model::SessionId, paths};
    let id: SessionId = ID.parse().unwrap();
    vec![
        (Method::POST, paths::PLANS.to_owned()),
        (Method::DELETE, paths::plan(id)),
        (Method::POST, paths::send(id)),
        (Method::POST, paths::link(id)),
        (Method::PUT, paths::upload(ID.parse().unwrap())),
        // The data of pages is read only, whatever the method.
        (Method::POST, paths::API_LIST.to_owned()),
        (Method::POST, paths::API_DETAIL.to_owned()),
        (Method::POST, "/nowhere".to_owned()),
    ]
}

const FORMS: [&str; 6] = ["/setup", "/sign-in", "/sign-out", "/invitation", "/people", "/sign-in/provider"];

fn from_site(request: RequestBuilder, site: Site) -> RequestBuilder {
    request.header("sec-fetch-site", site.header())
}

#[tokio::test]
async fn web_01_requests_of_other_sites_are_refused() {
    let app = TestApp::signed_in().await;
    for (method, path) in changing() {
        let bare = || app.browser.bare(method.clone(), &path);
        let json = |request: RequestBuilder| request.header("content-type", "application/json").body("{}");
        for (what, request, status) in [
            ("another site", json(from_site(bare(), Site::Elsewhere)).header("x-portal", "1"), 403),
            ("the same domain", json(from_site(bare(), Site::Neighbour)).header("x-portal", "1"), 403),
            ("another origin", json(bare()).header("origin", "https://evil.example").header("x-portal", "1"), 403),
            ("no origin", json(bare()).header("origin", "null").header("x-portal", "1"), 403),
            ("who does not say", json(bare()).header("x-portal", "1"), 403),
            ("no proof", json(from_site(bare(), Site::Portal)), 403),
        ] {
            let answer = app.browser.send(request).await;
            assert_eq!(answer.status, status, "{method} {path} from {what}: {}", answer.text());
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
        // Forms cannot send other methods, and text is a document that PUT may bring.
        let forms = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "Text/Plain"];
        for form in forms.into_iter().filter(|_| method == Method::POST) {
            let request = from_site(bare(), Site::Portal).header("x-portal", "1").header("content-type", form);
            let answer = app.browser.send(request.body("{}")).await;
            assert_eq!(answer.status, 415, "{method} {path} as {form}: {}", answer.text());
        }
        let answer = app.browser.send(json(app.browser.fetch(method.clone(), &path))).await;
        assert!(![403, 401].contains(&answer.status), "{method} {path} from the portal: {}", answer.text());
    }
}

#[tokio::test]
async fn web_01_plain_forms_come_from_the_portal_and_are_forms() {
    let app = TestApp::signed_in().await;
    for path in FORMS {
        let bare = || app.browser.bare(Method::POST, path);
        for (what, request, status) in [
            ("another site", from_site(bare(), Site::Elsewhere).form(&[("a", "b")]), 403),
            ("the same domain", from_site(bare(), Site::Neighbour).form(&[("a", "b")]), 403),
            ("another origin", bare().header("origin", "https://evil.example").form(&[("a", "b")]), 403),
            ("who does not say", bare().form(&[("a", "b")]), 403),
            ("JSON", from_site(bare(), Site::Portal).header("content-type", "application/json").body("{}"), 415),
            ("text", from_site(bare(), Site::Portal).header("content-type", "text/plain").body("a=b"), 415),
        ] {
            let answer = app.browser.send(request).await;
            assert_eq!(answer.status, status, "{path} from {what}: {}", answer.text());
        }
    }
    // Nobody was signed out.
    app.browser.get(LIST).await.expect(200);
    // A browser that does not know Sec-Fetch-Site.
    let old = app.browser.bare(Method::POST, "/sign-out").header("origin", &app.url).form(&[("a", "b")]);
    app.browser.send(old).await.expect(303);
}

#[tokio::test]
async fn web_02_reading_changes_nothing() {
    let app = TestApp::signed_in().await;
    for path in ["/sign-out", "/api/sessions"] {
        for method in [Method::GET, Method::HEAD] {
            app.browser.ask(method, path).await.expect(405);
        }
    }
    app.browser.get(LIST).await.expect(200);
}
