//! Who may do what: every address, for every role, on one's own row, a colleague's,
//! and one of another team.

use std::collections::BTreeSet;

use app::{
    model::{Role, SessionDetail, SessionId, SessionList, TeamId, field},
    paths,
};
use contract::DocumentId;
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    rights::{Access, Declared},
    router,
};
use testkit::{Answer, Browser, LIST, Person, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::desk::{detail, new_session, pdf, post_plan, read, record, sent};

/// The answer for somebody without the permission, and for a row out of reach.
const REFUSED: u16 = 403;
const NOT_FOUND: u16 = 404;

/// What each role gets at each address that takes a permission: `+` passes, `-` is
/// refused, `0` does not find the row. An address with a row has three: one's own, a
/// colleague's, another team's.
#[rustfmt::skip]
const TABLE: [(&str, &str, [&str; 6]); 27] = [
    // method, path                              viewer sender manager admin auditor embedder
    ("GET",    "/",                             ["+",   "+",   "+",   "+",   "+",   "+"  ]),
    ("GET",    "/sessions/new",                 ["-",   "+",   "+",   "+",   "-",   "-"  ]),
    ("GET",    "/sessions/{id}",                ["++0", "++0", "++0", "+++", "+++", "+00"]),
    ("GET",    "/sessions/{id}/files/{document}", ["++0", "++0", "++0", "+++", "---", "---"]),
    ("GET",    "/live",                         ["+",   "+",   "+",   "+",   "+",   "+"  ]),
    ("GET",    "/api/list-sessions",            ["+",   "+",   "+",   "+",   "+",   "+"  ]),
    ("GET",    "/api/session-detail",           ["++0", "++0", "++0", "+++", "+++", "+00"]),
    ("POST",   "/api/sessions",                 ["-",   "+",   "+",   "+",   "-",   "-"  ]),
    ("DELETE", "/api/sessions/{id}",            ["---", "+00", "++0", "+++", "---", "---"]),
    ("POST",   "/api/sessions/{id}/send",       ["---", "+00", "++0", "+++", "---", "---"]),
    ("POST",   "/api/sessions/{id}/link",       ["---", "+00", "++0", "+++", "---", "---"]),
    ("POST",   "/api/collections",              ["-",   "+",   "+",   "+",   "-",   "-"  ]),
    ("DELETE", "/api/collections/{id}",         ["---", "+00", "++0", "+++", "---", "---"]),
    ("POST",   "/api/collections/{id}/send",    ["---", "+00", "++0", "+++", "---", "---"]),
    ("GET",    "/audit/csv",                    ["-",   "-",   "-",   "+",   "+",   "-"  ]),
    ("GET",    "/audit/json-lines",             ["-",   "-",   "-",   "+",   "+",   "-"  ]),
    ("GET",    "/audit",                        ["-",   "-",   "-",   "+",   "+",   "-"  ]),
    ("GET",    "/people",                       ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("GET",    "/providers",                    ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("POST",   "/people",                       ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("GET",    "/api-keys",                     ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("POST",   "/api-keys",                     ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("GET",    "/status",                       ["-",   "-",   "-",   "+",   "-",   "-"  ]),
    ("GET",    "/widgets",                      ["-",   "-",   "+",   "+",   "-",   "-"  ]),
    ("POST",   "/widgets",                      ["-",   "-",   "+",   "+",   "-",   "-"  ]),
    ("GET",    "/embed/v1/sample",              ["-",   "-",   "+",   "+",   "-",   "-"  ]),
    ("PUT",    "/uploads/{id}",                 ["---", "+00", "++0", "+++", "---", "---"]),
];

const ROLES: [Role; 6] = [Role::Viewer, Role::Sender, Role::Manager, Role::Admin, Role::Auditor, Role::Embedder];

/// A session that was sent, by whomever it belongs to now.
#[derive(Clone, Copy)]
struct Row {
    session: SessionId,
    collection: Uuid,
    document: DocumentId,
    upload: Uuid,
}

async fn row(app: &TestApp, owner: Uuid, team: TeamId) -> Row {
    let session = sent(app, &[pdf(&owner.to_string())]).await;
    let document = detail(app, session).await.documents[0].document.unwrap();
    let found = record(app, session).await;
    let mut read = app.portal().store.read().await.unwrap();
    let upload = read.documents_of(&found).await.unwrap()[0].upload.0;
    drop(read);
    for (sql, id) in [
        ("UPDATE sessions SET owner = ?, team = ? WHERE id = ?", session.0),
        ("UPDATE collections SET owner = ?, team = ? WHERE id = ?", found.collection.0),
    ] {
        let changed = sqlx::query(sql).bind(owner).bind(team.0).bind(id);
        changed.execute(&mut crate::desk::database(app).await).await.unwrap();
    }
    Row { session, collection: found.collection.0, document, upload }
}

/// The address of a row.
fn address(path: &str, row: Row) -> String {
    let id = match path {
        _ if path.starts_with("/uploads") => row.upload,
        _ if path.contains("/collections") => row.collection,
        _ => row.session.0,
    };
    let path = path.replace("{id}", &id.to_string()).replace("{document}", &row.document.to_string());
    match &*path {
        paths::API_LIST => LIST.to_owned(),
        paths::API_DETAIL => paths::detail(row.session),
        _ => path,
    }
}

/// Only the head is read: a stream has no end.
async fn ask(browser: &Browser, method: &Method, address: &str) -> u16 {
    let request = browser.fetch(method.clone(), address);
    // What a body would have to say is no matter of rights; none of these changes anything.
    let request = match *method {
        Method::POST if [paths::API_KEYS, paths::WIDGETS].contains(&address) => request.form(&[("act", "make")]),
        Method::POST if address == paths::PEOPLE => request.form(&[("act", "team"), ("team-name", "")]),
        Method::POST => request.json(&json!({})),
        _ => request,
    };
    request.send().await.unwrap().status().as_u16()
}

/// The addresses that take a sign-in with a permission. Those that take a key are in `keys`.
fn guarded() -> Vec<Declared> {
    let is_guarded = |declared: &&Declared| declared.access.permission().is_some();
    router::routes().declared().iter().filter(is_guarded).cloned().collect()
}

/// A stack that asks the signing API nothing by itself.
async fn quiet() -> TestApp {
    let app = TestApp::spawn_with(|config| {
        config.live.poll = std::time::Duration::from_secs(3600);
        // Nobody asks for every address, again and again.
        config.limits.rate_anonymous = 1_000;
    })
    .await;
    app.set_up_staff().await;
    app
}

#[test]
fn az_01_what_takes_no_permission_is_a_short_list() {
    let routes = router::routes();
    let open: Vec<(&str, &str)> = routes
        .declared()
        .iter()
        .filter(|declared| declared.access.permission().is_none() && !matches!(declared.access, Access::Key(_)))
        .map(|declared| (declared.method.as_str(), declared.path.as_str()))
        .collect();
    let expected = [
        ("GET", "/setup"),
        ("POST", "/setup"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("POST", "/sign-in/provider"),
        ("GET", "/sign-in/{provider}/callback"),
        ("POST", "/sign-out/notices"),
        ("GET", "/sign-in/code"),
        ("POST", "/sign-in/code"),
        ("GET", "/account"),
        ("POST", "/account"),
        ("GET", "/account/second-factor"),
        ("POST", "/account/second-factor"),
        ("GET", "/confirm"),
        ("POST", "/confirm"),
        ("POST", "/csp-reports"),
        ("POST", "/webhooks/signing"),
        ("GET", "/invitation"),
        ("POST", "/invitation"),
        // What these show, a token says.
        ("GET", "/embed/v1/frame/{widget}"),
        ("GET", "/embed/v1/state"),
        ("GET", "/embed/v1/live"),
        ("GET", "/w/{widget}/badge.svg"),
        ("GET", "/livez"),
        ("GET", "/readyz"),
    ];
    assert_eq!(BTreeSet::from_iter(open), BTreeSet::from(expected));
}

#[tokio::test]
async fn az_01_every_address_answers_every_role_as_the_table_says() {
    let app = quiet().await;
    let ours = app.team().await;
    let theirs = app.new_team("Another").await;
    let colleague = row(&app, Uuid::from_u128(1), ours).await;
    let foreign = row(&app, Uuid::from_u128(2), theirs).await;
    let nobody = app.person("nobody", Role::Viewer, ours).await;
    nobody.browser.set_cookie(None);

    let declared = guarded();
    for (i, role) in ROLES.into_iter().enumerate() {
        let Person { id, browser } = app.person(role.slug(), role, ours).await;
        let rows = [row(&app, id, ours).await, colleague, foreign];
        for Declared { method, path, .. } in &declared {
            let expected = TABLE.iter().find(|(m, p, _)| (*m, *p) == (method.as_str(), path.as_str()));
            let (_, _, expected) = expected.unwrap_or_else(|| panic!("{method} {path} is missing in the table"));
            for (row, expected) in rows.into_iter().zip(expected[i].chars()) {
                let address = address(path, row);
                let status = ask(&browser, method, &address).await;
                let what = format!("{role:?}: {method} {address}: {status}, expected {expected}");
                match expected {
                    '-' => assert_eq!(status, REFUSED, "{what}"),
                    '0' => assert_eq!(status, NOT_FOUND, "{what}"),
                    _ => assert!(![401, REFUSED, NOT_FOUND, 500].contains(&status), "{what}"),
                }
                assert_eq!(ask(&nobody.browser, method, &address).await, 401, "nobody: {method} {address}");
            }
        }
    }
}

/// What the answer says, without what is different in each.
fn said(answer: &Answer) -> Value {
    let text = answer.text();
    if let Some((_, main)) = text.split_once("<main") {
        return main.split_once("</main>").unwrap().0.into();
    }
    let mut problem = answer.json();
    problem.as_object_mut().unwrap().remove("trace_id");
    problem
}

#[tokio::test]
async fn az_02_a_foreign_row_looks_like_none_and_the_api_is_not_asked() {
    let app = quiet().await;
    let theirs = app.new_team("Another").await;
    let foreign = row(&app, Uuid::from_u128(2), theirs).await;
    let unknown = Row {
        session: SessionId(Uuid::from_u128(3)),
        collection: Uuid::from_u128(5),
        document: foreign.document,
        upload: Uuid::from_u128(4),
    };
    let manager = app.person("manager", Role::Manager, app.team().await).await;
    let asked = app.asked();
    let with_rows =
        guarded().into_iter().filter(|declared| declared.path.contains('{') || declared.path == paths::API_DETAIL);
    let mut swept = 0;
    for Declared { method, path, .. } in with_rows {
        let told = manager.browser.ask(method.clone(), &address(&path, foreign)).await.expect(NOT_FOUND);
        let of_none = manager.browser.ask(method.clone(), &address(&path, unknown)).await.expect(NOT_FOUND);
        assert_eq!(said(&told), said(&of_none), "{method} {path}");
        swept += 1;
    }
    assert_eq!(swept, 9);
    let list: SessionList = read(&manager.browser.get(LIST).await.expect(200));
    assert_eq!(list.total, 0);
    assert_eq!(app.asked(), asked);
}

#[tokio::test]
async fn az_03_the_team_comes_from_the_sign_in_alone() {
    let app = quiet().await;
    let theirs = app.new_team("Another").await;
    let foreign = row(&app, Uuid::from_u128(2), theirs).await;
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    for header in ["x-team", "x-team-id", "x-tenant-id", "x-role"] {
        let request = viewer.browser.fetch(Method::GET, LIST).header(header, theirs.to_string());
        let list: SessionList = read(&viewer.browser.send(request).await.expect(200));
        assert_eq!(list.total, 0, "{header}");
        let request =
            viewer.browser.fetch(Method::GET, &paths::detail(foreign.session)).header(header, theirs.to_string());
        viewer.browser.send(request).await.expect(404);
    }
    for name in ["team", "teamId", "tenantId", "owner"] {
        let list: SessionList = read(&viewer.browser.get(&format!("{LIST}&{name}={theirs}")).await.expect(200));
        assert_eq!(list.total, 0, "{name}");
        viewer.browser.get(&format!("{LIST}&filter[{name}]={theirs}")).await.expect(422);
    }
}

#[tokio::test]
async fn az_04_nobody_sets_what_is_not_theirs_to_set() {
    let app = quiet().await;
    let team = app.team().await;
    for name in ["id", "owner", "team", "teamId", "role", "createdBy", "step", "upstream"] {
        let mut new = serde_json::to_value(new_session(&app, &[pdf("lease")])).unwrap();
        new[name] = json!(team.to_string());
        let request = app.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", name).json(&new);
        app.browser.send(request).await.expect(400);
        let mut new = serde_json::to_value(new_session(&app, &[pdf("lease")])).unwrap();
        new[field::DOCUMENTS][0][name] = json!(team.to_string());
        let request = app.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", name).json(&new);
        app.browser.send(request).await.expect(400);
        let form = [("username", "anna"), ("password", testkit::PASSWORD), (name, "admin")];
        app.browser.post_form(paths::SIGN_IN, &form).await.expect(422);
    }
    let list: SessionList = read(&app.browser.get(LIST).await.expect(200));
    assert_eq!(list.total, 0);
}

#[tokio::test]
async fn az_07_pages_are_counted_from_1_and_end() {
    let app = quiet().await;
    post_plan(&app, &new_session(&app, &[pdf("lease")]), "key").await.expect(201);
    for page in ["0", "-1", "4294967296", "99999999999999999999", "1.5", "x", ""] {
        app.browser.get(&format!("{}?filter[page]={page}", paths::API_LIST)).await.expect(422);
    }
    for page in ["1", "2", "4294967295"] {
        let list: SessionList =
            read(&app.browser.get(&format!("{}?filter[page]={page}", paths::API_LIST)).await.expect(200));
        assert_eq!((list.filter.page, list.rows.len()), (1, 1), "{page}");
    }
}

#[tokio::test]
async fn az_08_a_stream_tells_of_no_other_team() {
    let app = quiet().await;
    let theirs = app.new_team("Another").await;
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    let foreign = app.person("foreign", Role::Viewer, theirs).await;
    let mut streams = Vec::new();
    for person in [&viewer, &foreign] {
        streams.push(person.browser.fetch(Method::GET, "/live?since=0").send().await.unwrap());
    }
    let request = app.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", "one");
    let ours: app::model::SendPlan =
        read(&app.browser.send(request.json(&new_session(&app, &[pdf("ours")]))).await.expect(201));
    let sender = app.person("sender", Role::Sender, theirs).await;
    let request = sender.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", "two");
    let other: app::model::SendPlan =
        read(&sender.browser.send(request.json(&new_session(&app, &[pdf("theirs")]))).await.expect(201));
    let (ours, other) = (ours.session.to_string(), other.session.to_string());
    for (mut stream, told, hidden) in [(streams.remove(0), &ours, &other), (streams.remove(0), &other, &ours)] {
        let mut text = String::new();
        while !text.contains(told) {
            text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
        }
        assert!(!text.contains(hidden), "{text}");
    }
}

#[tokio::test]
async fn az_09_an_address_is_never_made_of_what_is_no_id() {
    let app = quiet().await;
    let asked = app.asked();
    let ids = [
        "..",
        "%2e%2e",
        "%2e%2e%2f%2e%2e",
        "//",
        "@evil.example",
        "?x=1",
        "%3Fx=1",
        "x%23",
        "0197e4b8",
        "%00",
        "%0d%0ax",
    ];
    for id in ids {
        for (method, path) in [
            ("GET", format!("/sessions/{id}/files/{id}")),
            ("GET", format!("/sessions/{}/files/{id}", Uuid::from_u128(1))),
            ("GET", format!("/api/session-detail?id={id}")),
            ("DELETE", format!("/api/sessions/{id}")),
            ("POST", format!("/api/sessions/{id}/send")),
            ("POST", format!("/api/sessions/{id}/link")),
            ("PUT", format!("/uploads/{id}")),
        ] {
            let status = raw(&app, method, &path).await;
            assert!(["400", "404", "405", "422"].contains(&&*status), "{method} {path}: {status}");
        }
    }
    assert_eq!(app.asked(), asked);
}

/// Asks for a path as it is: clients tidy theirs. Answers the status.
async fn raw(app: &TestApp, method: &str, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(app.url.strip_prefix("http://").unwrap()).await.unwrap();
    let cookie = format!("{}={}", server::auth::COOKIE, app.browser.cookie().unwrap());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\naccept: application/json\r\n\
         sec-fetch-site: same-origin\r\nx-portal: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn az_05_nothing_is_found_without_a_reach() {
    // What the layer lets through by mistake, the rows refuse.
    let app = quiet().await;
    let theirs = app.new_team("Another").await;
    let foreign = row(&app, Uuid::from_u128(2), theirs).await;
    let staff =
        app::model::Staff { id: Uuid::from_u128(9), name: String::new(), role: Role::Manager, team: app.team().await };
    let reach = server::rights::Reach::of(&staff, app::model::Permission::Send).unwrap();
    let mut read = app.portal().store.read().await.unwrap();
    assert!(read.session(reach, foreign.session).await.unwrap().is_none());
    let upload = app::model::UploadId(foreign.upload);
    assert!(read.document(reach, upload).await.unwrap().is_none());
    assert!(read.events_after(reach, 0, 100).await.unwrap().is_empty());
    drop(read);
    let found: SessionDetail = detail(&app, foreign.session).await;
    assert_eq!(found.row.id, foreign.session);
}
