//! The audit trail: complete, append-only, and whole.

use std::collections::BTreeSet;

use app::{
    model::{Action, Moment, Role, SessionId, SessionList, Standing},
    paths,
};
use reqwest::Method;
use server::{
    audit::{self, Act, By, CheckError, Fault, heads::Heads},
    store::{Store, StoreError},
};
use testkit::{LIST, NAME, PASSWORD, TestApp, USERNAME};
use uuid::Uuid;

use crate::desk::{abandon, detail, fault, new_session, pdf, plan, post_plan, read, send, sent, sign, until, uploaded};

/// The trail as JSON Lines, oldest first, as an admin exports it.
async fn trail(app: &TestApp) -> Vec<serde_json::Value> {
    let text = app.browser.get(paths::AUDIT_JSON).await.expect(200).text();
    text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["record"].clone()).collect()
}

/// Runs SQL that the portal never would.
pub async fn tamper(app: &TestApp, sql: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = crate::desk::database(app).await;
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    Ok(())
}

pub const NO_TRIGGERS: &str = "DROP TRIGGER audit_appends; DROP TRIGGER audit_keeps; DROP TRIGGER audit_loses_nothing;";
const NO_ROOM: &str = "CREATE TRIGGER no_room BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END;";

async fn check(app: &TestApp) -> Result<Vec<audit::Chain>, CheckError> {
    audit::check_file(&app.portal().config.database(), &Heads::default()).await
}

#[tokio::test]
async fn au_01_every_use_case_yields_its_entry() {
    let mut app = TestApp::signed_in().await;
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    viewer.browser.page("/sessions/new").await.expect(403);
    let wrong = [("username", USERNAME), ("password", "a wrong one, surely")];
    viewer.browser.post_form("/sign-in", &wrong).await.expect(401);
    viewer.browser.post_form("/sign-out", &[]).await.expect(303);

    let called_off = uploaded(&app, &[pdf("called off")]).await;
    abandon(&app, called_off.session).await.expect(204);
    let id = sent(&app, &[pdf("lease")]).await;
    app.browser.ask(Method::POST, &paths::link(id)).await.expect(200);
    sign(&app, id).await;
    let document = until(&app, id, Standing::Signed).await.documents[0].document.unwrap();
    app.browser.get(&paths::download(id, document)).await.expect(200);
    let doubted = uploaded(&app, &[pdf("doubted")]).await;
    fault(&app, "create_session", "drop-after-commit", 1).await;
    send(&app, doubted.session).await.expect(200);
    until(&app, doubted.session, Standing::Ready).await;
    let forgotten = plan(&app, &[pdf("forgotten")]).await;
    app.advance(time::Duration::minutes(16));
    until(&app, forgotten.session, Standing::NotSent).await;
    // Too long ago for an export.
    let form = [("return_to", "/"), (app::form::Confirmation::PASSWORD, PASSWORD)];
    app.browser.post_form(paths::CONFIRM, &form).await.expect(303);
    app.browser.get(paths::AUDIT_CSV).await.expect(200);
    app.restart().await;
    app.advance(time::Duration::hours(2));
    app.browser.get(LIST).await.expect(401);
    app.sign_in().await;

    let entries = trail(&app).await;
    let found: BTreeSet<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    // Those of the pages for people, keys, widgets and one's own account are in the tests of these.
    let elsewhere = [
        Action::AccountOpened,
        Action::AccountChanged,
        Action::KeyMade,
        Action::KeyRevoked,
        Action::PasswordChanged,
        Action::FactorSet,
        Action::FactorRemoved,
        Action::RecoveryCodeUsed,
        Action::WidgetMade,
        Action::WidgetRevoked,
        Action::TokenRevoked,
    ];
    let expected = Action::ALL.iter().filter(|action| !elsewhere.contains(action));
    let missing: Vec<&str> = expected.map(|action| action.slug()).filter(|slug| !found.contains(slug)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    check(&app).await.unwrap();
}

#[tokio::test]
async fn au_02_what_cannot_be_recorded_is_not_done() {
    let app = TestApp::signed_in().await;
    let waiting = plan(&app, &[pdf("waiting")]).await;
    let id = sent(&app, &[pdf("lease")]).await;
    let document = detail(&app, id).await.documents[0].document.unwrap();
    let cookie = app.browser.cookie();
    tamper(&app, NO_ROOM).await.unwrap();

    post_plan(&app, &new_session(&app, &[pdf("other")]), "other").await.expect(503);
    abandon(&app, waiting.session).await.expect(503);
    let link = app.browser.ask(Method::POST, &paths::link(id)).await.expect(503);
    assert!(!link.text().contains("http"), "{}", link.text());
    app.browser.get(&paths::download(id, document)).await.expect(503);
    app.browser.get(paths::AUDIT_CSV).await.expect(503);
    app.browser.post_form("/sign-out", &[]).await.expect(503);
    app.browser.post_form("/sign-in", &[("username", USERNAME), ("password", PASSWORD)]).await.expect(503);
    assert_eq!(app.browser.cookie(), cookie);

    tamper(&app, "DROP TRIGGER no_room;").await.unwrap();
    let list: SessionList = read(&app.browser.get(LIST).await.expect(200));
    assert_eq!(list.total, 2);
    assert_eq!(detail(&app, waiting.session).await.row.standing, Standing::Sending);
    check(&app).await.unwrap();
}

#[tokio::test]
async fn au_03_entries_are_only_ever_added() {
    let app = TestApp::signed_in().await;
    for sql in [
        "UPDATE audit SET detail = 'x' WHERE seq = 1;",
        "DELETE FROM audit WHERE seq = 1;",
        "DELETE FROM audit;",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 1;",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1;",
        "INSERT INTO audit (chain, seq, at, action, outcome, hash) VALUES (x'00000000000000000000000000000000', 99, 0, 'denied', 'done', x'00');",
    ] {
        assert!(tamper(&app, sql).await.is_err(), "{sql}");
    }
    check(&app).await.unwrap();
}

#[tokio::test]
async fn au_04_tampering_with_the_rows_shows() {
    for (sql, fault) in [
        ("UPDATE audit SET at = at + 1 WHERE seq = 2;", Fault::Changed),
        ("UPDATE audit SET subject = NULL WHERE seq = 2 AND subject IS NOT NULL;", Fault::Changed),
        ("UPDATE audit SET ip = '192.0.2.9' WHERE seq = 2 AND ip IS NOT NULL;", Fault::Changed),
        ("UPDATE audit SET outcome = 'refused' WHERE seq = 2;", Fault::Changed),
        ("UPDATE audit SET hash = zeroblob(32) WHERE seq = 1;", Fault::Changed),
        ("DELETE FROM audit WHERE seq = 2;", Fault::Gap),
        ("DELETE FROM audit WHERE seq = 1;", Fault::Gap),
        (
            "UPDATE audit SET seq = -seq WHERE seq < 3 AND chain <> zeroblob(16); UPDATE audit SET seq = 3 + seq WHERE seq < 0;",
            Fault::Changed,
        ),
    ] {
        let app = TestApp::signed_in().await;
        app.browser.post_form("/sign-out", &[]).await.expect(303);
        assert!(check(&app).await.unwrap().iter().any(|chain| chain.entries >= 4));
        tamper(&app, NO_TRIGGERS).await.unwrap();
        tamper(&app, sql).await.unwrap();
        match check(&app).await {
            Err(CheckError::Broken(broken)) => assert_eq!(broken.fault, fault, "{sql}"),
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn au_04_a_cut_off_end_shows_by_the_hash_that_was_noted_down() {
    let app = TestApp::signed_in().await;
    let before = check(&app).await.unwrap();
    tamper(&app, NO_TRIGGERS).await.unwrap();
    tamper(&app, "DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit);").await.unwrap();
    let after = check(&app).await.unwrap();
    assert_ne!(before, after);
}

#[tokio::test]
async fn au_05_an_entry_says_who_when_what_and_from_where() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let answer = app.browser.ask(Method::POST, &paths::link(id)).await.expect(200);
    drop(answer);
    let entries = trail(&app).await;
    let entry = entries.iter().rfind(|entry| entry["action"] == "link.shown").unwrap();
    let team = app.team().await.to_string();
    assert_eq!(entry["chain"], team);
    assert!(entry["seq"].as_u64().unwrap() > 0);
    let now = server::clock::millis(server::clock::Clock::now(app.clock.as_ref()));
    assert_eq!(entry["at"], now);
    assert_eq!((&entry["issuer"], &entry["outcome"]), (&"local".into(), &"done".into()));
    assert!(entry["subject"].as_str().unwrap().parse::<Uuid>().is_ok());
    assert_eq!((&entry["object_kind"], &entry["object"]), (&"session".into(), &id.to_string().into()));
    assert_eq!(entry["ip"], "127.0.0.1");
    assert_eq!(entry["login"].as_str().unwrap().len(), 16);
    assert_eq!(entry["trace"].as_str().unwrap().len(), 32);
    let started = entries.iter().find(|entry| entry["action"] == "portal.started").unwrap();
    assert_eq!((&started["issuer"], &started["chain"]), (&"portal".into(), &Uuid::nil().to_string().into()));
}

#[tokio::test]
async fn au_06_the_trail_holds_no_secret_and_no_name() {
    const HOSTILE: &str = "=cmd()\u{1b}[31m\u{202e}";
    let app = TestApp::signed_in().await;
    let cookie = app.browser.cookie().unwrap();
    for username in [HOSTILE, PASSWORD] {
        app.browser
            .post_form("/sign-in", &[("username", username), ("password", "secret-typed-here")])
            .await
            .expect(401);
    }
    let id = sent(&app, &[pdf("Lease of Storgata")]).await;
    let link = app.browser.ask(Method::POST, &paths::link(id)).await.expect(200).json();
    for address in [paths::AUDIT_CSV, paths::AUDIT_JSON] {
        let text = app.browser.get(address).await.expect(200).text();
        assert!(text.contains("link.shown"), "{text}");
        let url = link["url"].as_str().unwrap();
        let token = app.setup_token().unwrap();
        let secrets =
            [&*cookie, PASSWORD, "secret-typed-here", url, token, USERNAME, NAME, "Storgata", "Nordmann", HOSTILE];
        for secret in secrets {
            assert!(!text.contains(secret), "{address}: {secret:?}");
        }
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\r'), "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn au_07_two_portals_writing_at_once_make_no_fork() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("portal.db");
    let stores = [Store::open(&path).await.unwrap(), Store::open(&path).await.unwrap()];
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..100 {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            for _ in 0..3 {
                // The lock is handed over by chance: somebody may wait too long, and tries again.
                while let Err(error) = append(&store).await {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let chains = audit::check_file(&path, &Heads::default()).await.unwrap();
    assert_eq!(chains.iter().map(|chain| chain.entries).collect::<Vec<_>>(), [300]);
}

async fn append(store: &Store) -> Result<(), StoreError> {
    let mut write = store.write().await?;
    let act = Act::done(Action::SessionSent).to(SessionId(Uuid::nil()));
    audit::record(&mut write, Moment(0), None, &By::PORTAL, act).await?;
    write.commit().await
}

#[tokio::test]
async fn exports_are_narrowed_and_bad_filters_are_named() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let lines = |text: String| text.lines().count();
    let narrowed = |query: &str| format!("{}?{query}", paths::AUDIT_JSON);
    assert_eq!(lines(app.browser.get(&narrowed("what=session.sent")).await.expect(200).text()), 1);
    assert_eq!(lines(app.browser.get(&narrowed("what=link.shown")).await.expect(200).text()), 0);
    assert_eq!(lines(app.browser.get(&narrowed(&format!("object={id}"))).await.expect(200).text()), 2);
    assert_eq!(lines(app.browser.get(&narrowed("until=2026-11-23")).await.expect(200).text()), 0);
    assert!(lines(app.browser.get(&narrowed("from=2026-11-24")).await.expect(200).text()) > 5);
    for field in ["who", "what", "object", "from", "until"] {
        let answer = app.browser.get(&narrowed(&format!("{field}=nonsense"))).await.expect(422);
        assert_eq!(crate::desk::problem(&answer).1, [field]);
    }
    let csv = app.browser.get(paths::AUDIT_CSV).await.expect(200);
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"audit.csv\""));
    assert!(csv.text().starts_with("chain,seq,time,") && csv.text().contains("2026-11-24T09:00:00Z"));
}
