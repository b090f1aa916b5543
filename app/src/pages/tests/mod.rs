//! Pages as the server answers them, on a backend that holds what a test puts there.

mod samples;
mod stub;

use std::sync::Arc;

use axum::http::StatusCode;
use uuid::Uuid;

use self::samples::{account, keys, people, provider, trail, widgets};
use self::stub::{HOSTILE, Page, Stub, detail, list, row};
use crate::{
    backend::{WayIn, WaysIn},
    error::{ErrorKind, FieldError, PortalError},
    form::FormOutcome,
    model::{Moment, PackageNews, Role, SessionDetail, Standing},
    paths,
};

/// Asserts a snapshot of the page's body, ids of this run left out.
macro_rules! assert_page {
    ($page:expr) => {
        insta::assert_snapshot!($page.readable())
    };
}

#[tokio::test]
async fn the_list() {
    let rows = vec![
        row(1, Standing::Ready, "Rental agreement 12 B", "Nils Holm"),
        row(2, Standing::Signed, "Offer 7", "Åse Dahl"),
        row(3, Standing::Overdue, "Loan", "Bo Ek"),
    ];
    let page = Page::get(paths::SESSIONS, Stub::listing(list(rows))).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_page!(page);
}

#[tokio::test]
async fn the_list_when_nothing_was_ever_sent() {
    let page = Page::get(paths::SESSIONS, Stub::listing(list(vec![]))).await;
    assert!(page.html.contains("Nothing sent yet"));
    assert!(!page.html.contains("Clear the filter"));
}

#[tokio::test]
async fn the_list_when_nothing_matches() {
    let page = Page::get("/?standing=signed&text=%20nobody%20", Stub::listing(list(vec![]))).await;
    assert!(page.html.contains("Clear the filter"));
    assert!(page.html.contains(r#"<option value="signed" selected"#));
    assert!(page.html.contains(r#"value="nobody""#));
}

#[tokio::test]
async fn the_list_keeps_its_filter_from_page_to_page() {
    let mut answer = list(vec![row(1, Standing::Ready, "Offer", "Bo")]);
    answer.total = 120;
    let page = Page::get("/?text=a%26b&page=2", Stub::listing(answer)).await;
    assert!(page.html.contains("Page 2 of 3"));
    assert!(page.html.contains(r#"href="/?text=a%26b""#));
    assert!(page.html.contains(r#"href="/?text=a%26b&amp;page=3""#));
}

#[tokio::test]
async fn the_list_says_when_the_signing_service_is_silent() {
    let mut answer = list(vec![row(1, Standing::Ready, "Offer", "Bo")]);
    answer.hearing.stale_since = Some(Moment(1_800_000_000_000));
    let page = Page::get(paths::SESSIONS, Stub::listing(answer)).await;
    assert!(page.html.contains("has not answered since"));
    assert!(page.html.contains("15 Jan 2027, 08:00 UTC"));
}

#[tokio::test]
async fn a_session() {
    let session = detail(Standing::Ready);
    let page = Page::get(&paths::session(session.row.id), Stub::showing(session)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_page!(page);
}

#[tokio::test]
async fn a_session_without_an_id_or_of_nobody_is_not_found() {
    for address in ["/sessions/no-id-at-all", "/sessions/0197e4b8-0000-7000-8000-000000000000", "/no-such-page"] {
        let page = Page::get(address, Stub::failing(PortalError::not_found())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.html.contains("<h1>Not found</h1>"), "{address}");
    }
}

#[tokio::test]
async fn an_error_says_what_to_do_and_where_to_ask() {
    let mut error = PortalError::new(ErrorKind::Internal, "The portal could not read its database.");
    error.trace_id = Some("00000000000000000000000000000abc".to_owned());
    let page = Page::get(paths::SESSIONS, Stub::failing(error)).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.html.contains("could not read its database"));
    assert!(page.html.contains("00000000000000000000000000000abc"));
}

#[tokio::test]
async fn hostile_text_is_text_everywhere() {
    let listed = Page::get(paths::SESSIONS, Stub::listing(list(vec![row(1, Standing::Ready, HOSTILE, HOSTILE)]))).await;
    let mut session = detail(Standing::Rejected);
    session.row.title = HOSTILE.to_owned();
    session.row.signer = HOSTILE.to_owned();
    session.sign_text = Some(HOSTILE.to_owned());
    session.reject_reason = Some(HOSTILE.to_owned());
    session.failure = Some(HOSTILE.to_owned());
    session.documents[0].filename = HOSTILE.to_owned();
    session.results[0].filename = HOSTILE.to_owned();
    session.results[0].original = Some(HOSTILE.to_owned());
    let shown = Page::get(&paths::session(session.row.id), Stub::showing(session)).await;
    let searched = Page::get("/?text=%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E", Stub::listing(list(vec![]))).await;
    let outcome = FormOutcome {
        name: HOSTILE.to_owned(),
        username: HOSTILE.to_owned(),
        message: Some(HOSTILE.to_owned()),
        fields: vec![FieldError { field: "username".to_owned(), message: HOSTILE.to_owned() }],
        ..FormOutcome::default()
    };
    let refused = Page::post_outcome("/setup?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", outcome).await;
    let invited = Page::get(paths::PEOPLE, Arc::new(Stub::People(people(HOSTILE)))).await;
    let keyed = Page::get(paths::API_KEYS, Arc::new(Stub::Keys(keys(HOSTILE)))).await;
    let embedded = Page::get("/widgets?widget=wid_1", Arc::new(Stub::Widgets(widgets(HOSTILE)))).await;
    let recorded = Page::get(paths::AUDIT, Arc::new(Stub::Audit(trail(HOSTILE)))).await;
    let connected = Page::get(paths::PROVIDERS, Arc::new(Stub::Providers(vec![provider(HOSTILE)]))).await;
    let offered = vec![WayIn { id: HOSTILE.to_owned(), name: HOSTILE.to_owned() }];
    let offered = Page::sign_in(WaysIn { local: true, providers: offered }).await;
    let owned = Page::get(paths::ACCOUNT, Arc::new(Stub::Account(account(HOSTILE)))).await;
    for page in [listed, shown, searched, refused, invited, keyed, embedded, recorded, owned, connected, offered] {
        assert!(!page.html.contains("<script>alert"), "{}", page.html);
        assert!(!page.html.contains("<img src=x"), "{}", page.html);
        assert!(!page.html.contains("</textarea></script>"), "{}", page.html);
        assert_eq!(page.html.matches("</title>").count(), 1, "{}", page.html);
    }
}

#[tokio::test]
async fn a_key_that_works_no_more_cannot_be_taken_back() {
    let mut keys = keys("Intranet");
    for (now, revoked, offered) in [(999, None, true), (1_000, None, false), (999, Some(Moment(5)), false)] {
        (keys.now, keys.keys[0].revoked) = (Moment(now), revoked);
        let page = Page::get(paths::API_KEYS, Arc::new(Stub::Keys(keys.clone()))).await;
        assert_eq!(page.html.contains("value=\"revoke\""), offered, "{now} {revoked:?}");
    }
}

#[tokio::test]
async fn the_audit_trail_keeps_its_filter_from_page_to_page_and_in_exports() {
    let page = Page::get("/audit?what=link.shown&page=2", Arc::new(Stub::Audit(trail("Bo Ek")))).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "Bo Ek",
        "Link shown",
        ": refused",
        "Page 2 of 3",
        r#"href="/audit?what=link.shown&amp;page=3""#,
        r#"href="/audit/csv?what=link.shown""#,
        r#"<option value="link.shown" selected"#,
    ] {
        assert!(page.html.contains(text), "{text}: {}", page.html);
    }
    let page = Page::get("/audit?from=yesterday", Arc::new(Stub::Audit(trail("Bo Ek")))).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_a_role_may_not_do_is_not_offered() {
    let offers = |page: &Page| {
        let links = [paths::NEW_SESSION, paths::PEOPLE, paths::AUDIT];
        links.map(|link| page.html.contains(&format!(r#"href="{link}""#)))
    };
    for (role, expected) in [
        (Role::Viewer, [false, false, false]),
        (Role::Sender, [true, false, false]),
        (Role::Manager, [true, false, false]),
        (Role::Admin, [true, true, true]),
        (Role::Auditor, [false, false, true]),
        (Role::Embedder, [false, false, false]),
    ] {
        let page = Page::get_as(role, paths::SESSIONS, Stub::listing(list(vec![]))).await;
        assert_eq!(offers(&page), expected, "{role:?}");
    }
    let session = SessionDetail { may_see_link: false, may_open_files: false, ..detail(Standing::Ready) };
    let page = Page::get(&paths::session(session.row.id), Stub::showing(session)).await;
    assert!(!page.html.contains("Copy link") && !page.html.contains("/files/"), "{}", page.html);
}

#[tokio::test]
async fn a_package_that_is_not_there_is_told_of() {
    let news = [
        (PackageNews::Nothing, [false, false]),
        (PackageNews::Awaited, [true, false]),
        (PackageNews::Missing, [false, true]),
    ];
    for (package, told) in news {
        let session = SessionDetail { package, ..detail(Standing::Signed) };
        let page = Page::get(&paths::session(session.row.id), Stub::showing(session)).await;
        let texts = ["is being made", "No sealed package has come"];
        assert_eq!(texts.map(|text| page.html.contains(text)), told, "{package:?}");
    }
}

#[tokio::test]
async fn nobody_is_offered_to_change_their_own_account() {
    let mut everybody = people("Bo Ek");
    let page = Page::get(paths::PEOPLE, Arc::new(Stub::People(everybody.clone()))).await;
    assert!(page.html.contains("Role of Bo Ek") && page.html.contains("End sign-ins"), "{}", page.html);
    everybody.people[0].id = Uuid::nil();
    let page = Page::get(paths::PEOPLE, Arc::new(Stub::People(everybody))).await;
    assert!(!page.html.contains("Role of Bo Ek") && !page.html.contains("End sign-ins"), "{}", page.html);
}

#[tokio::test]
async fn the_title_is_what_it_says() {
    let mut session = detail(Standing::Ready);
    session.row.title = "Terms & <conditions>".to_owned();
    let page = Page::get(&paths::session(session.row.id), Stub::showing(session)).await;
    assert!(page.html.contains("<title>Terms &amp; &lt;conditions&gt; · Countersign</title>"), "{}", page.html);
}

#[tokio::test]
async fn sign_in_keeps_what_was_typed_but_the_password() {
    let outcome = FormOutcome {
        username: "ada".to_owned(),
        message: Some("User name or password is wrong.".to_owned()),
        ..FormOutcome::default()
    };
    let page = Page::post_outcome("/sign-in?return_to=%2F%3Fpage%3D2", outcome).await;
    assert_page!(page);
}

#[tokio::test]
async fn set_up_says_what_is_wrong_at_the_field() {
    let outcome = FormOutcome {
        name: "Ada Berg".to_owned(),
        username: "ada".to_owned(),
        message: None,
        fields: vec![FieldError { field: "password".to_owned(), message: "Use at least 12 characters.".to_owned() }],
        ..FormOutcome::default()
    };
    let page = Page::post_outcome("/setup?token=abc", outcome).await;
    assert_page!(page);
}

#[tokio::test]
async fn each_page_loads_its_own_code_and_no_other() {
    const PACKAGE: &str = "/pkg/0123456789abcdef/";
    let session = detail(Standing::Ready);
    let pages = [
        (Page::get(paths::SIGN_IN, Stub::listing(list(vec![]))).await, None),
        (Page::get("/setup?token=abc", Stub::listing(list(vec![]))).await, None),
        (Page::get("/no-such-page", Stub::listing(list(vec![]))).await, None),
        (Page::get(paths::SESSIONS, Stub::listing(list(vec![]))).await, Some("sessions")),
        (Page::get(paths::NEW_SESSION, Stub::listing(list(vec![]))).await, Some("new-session")),
        (Page::get(&paths::session(session.row.id), Stub::showing(session)).await, Some("session")),
    ];
    for (page, module) in pages {
        for name in ["sessions", "session", "new-session"] {
            let loaded = page.html.contains(&format!("{PACKAGE}{name}.js"));
            assert_eq!(loaded, module == Some(name), "{name}: {}", page.html);
        }
        assert_eq!(page.html.contains("<leptos-island"), module.is_some(), "{}", page.html);
        assert!(!page.html.contains("<style"), "{}", page.html);
        assert!(!page.html.contains(" style="), "{}", page.html);
    }
}

#[tokio::test]
async fn the_form_for_a_new_session_is_inert_until_it_is_alive() {
    let page = Page::get(paths::NEW_SESSION, Stub::listing(list(vec![]))).await;
    assert!(page.html.contains(r#"<fieldset id="controls" disabled"#));
    assert!(page.html.contains("needs JavaScript"));
    assert_page!(page);
}

#[tokio::test]
async fn nobody_sees_anything_without_signing_in() {
    for address in [paths::SESSIONS, paths::NEW_SESSION, "/sessions/0197e4b8-0000-7000-8000-000000000000"] {
        let page =
            Page::get_as_nobody(address, Stub::listing(list(vec![row(1, Standing::Ready, "Offer", "Bo")]))).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{address}");
        assert!(!page.html.contains("Offer"), "{address}");
    }
}

#[test]
fn each_route_is_an_address_of_the_portal() {
    let routes: Vec<String> =
        leptos_axum::generate_route_list(crate::App).iter().map(|route| route.path().to_owned()).collect();
    let expected = [
        paths::SESSIONS,
        paths::NEW_SESSION,
        paths::SESSION_ROUTE,
        paths::PEOPLE,
        paths::API_KEYS,
        paths::STATUS,
        paths::PROVIDERS,
        paths::WIDGETS,
        paths::AUDIT,
        paths::INVITATION,
        paths::SIGN_IN,
        paths::SIGN_IN_CODE,
        paths::ACCOUNT,
        paths::FACTOR,
        paths::CONFIRM,
        paths::SETUP,
    ];
    assert_eq!(routes, expected);
}
