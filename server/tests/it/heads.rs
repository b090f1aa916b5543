//! Signed heads of the audit trail, and what shows by them.

use std::path::PathBuf;

use server::{
    audit::{
        self, CheckError, Fault,
        heads::{self, Cut, Heads, HeadsError, HeadsKey},
    },
    random::SystemRandom,
};
use testkit::TestApp;

use crate::{
    audit::{NO_TRIGGERS, tamper},
    desk::now,
};

fn key(app: &TestApp) -> HeadsKey {
    HeadsKey::open(&app.data_dir(), &SystemRandom).unwrap()
}

fn file(app: &TestApp) -> PathBuf {
    app.data_dir().join(heads::FILE)
}

/// Signs the heads as they are now, and keeps them elsewhere.
async fn kept(app: &TestApp) -> (tempfile::TempDir, PathBuf) {
    let chains = app.portal().store.read().await.unwrap().audit_heads().await.unwrap();
    assert!(chains.len() > 1);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("heads.jsonl");
    std::fs::write(&path, heads::signed(&chains, &key(app), now(app))).unwrap();
    (elsewhere, path)
}

async fn check(app: &TestApp, heads: &Heads) -> Result<Vec<audit::Chain>, CheckError> {
    audit::check_file(&app.portal().config.database(), heads).await
}

#[tokio::test]
async fn au_04_a_cut_tail_shows_by_a_signed_head() {
    let app = TestApp::signed_in().await;
    let (_elsewhere, path) = kept(&app).await;
    let heads = Heads::read(&path, &key(&app).public()).unwrap();
    // Chains go on, and still hold.
    app.browser.post_form("/sign-out", &[]).await.expect(303);
    let before = check(&app, &heads).await.unwrap();
    let portal = before.iter().find(|chain| chain.id.is_nil()).unwrap().entries;
    tamper(&app, NO_TRIGGERS).await.unwrap();
    // The newest of a team's entries was not signed yet: that it goes, nobody can tell.
    let newest = "DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit WHERE chain <> zeroblob(16))";
    tamper(&app, newest).await.unwrap();
    check(&app, &heads).await.unwrap();
    tamper(&app, newest).await.unwrap();
    check(&app, &Heads::default()).await.unwrap();
    let error = check(&app, &heads).await.unwrap_err();
    assert!(matches!(&error, CheckError::Cut(Cut { entries, signed, .. }) if entries + 1 == *signed), "{error}");
    // So does a chain that is gone as a whole.
    tamper(&app, "DELETE FROM audit WHERE chain = zeroblob(16)").await.unwrap();
    tamper(&app, "DELETE FROM audit").await.unwrap();
    assert!(check(&app, &Heads::default()).await.unwrap().is_empty());
    assert!(matches!(check(&app, &heads).await, Err(CheckError::Cut(Cut { entries: 0, .. }))));
    assert!(portal > 0);
}

#[tokio::test]
async fn au_04_a_chain_written_anew_shows_by_a_signed_head() {
    let app = TestApp::signed_in().await;
    let (_elsewhere, path) = kept(&app).await;
    let heads = Heads::read(&path, &key(&app).public()).unwrap();
    tamper(&app, NO_TRIGGERS).await.unwrap();
    let newest = "DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit WHERE chain <> zeroblob(16))";
    tamper(&app, newest).await.unwrap();
    // Another entry in its place, with hashes that fit.
    let mut write = app.portal().store.write().await.unwrap();
    let act = audit::Act::done(app::model::Action::SignOut);
    audit::record(&mut write, now(&app), Some(app.team().await), &audit::By::PORTAL, act).await.unwrap();
    write.commit().await.unwrap();
    check(&app, &Heads::default()).await.unwrap();
    let error = check(&app, &heads).await.unwrap_err();
    assert!(matches!(&error, CheckError::Broken(broken) if broken.fault == Fault::Rewritten), "{error}");
}

#[tokio::test]
async fn au_04_forged_heads_are_found() {
    let app = TestApp::signed_in().await;
    let (_elsewhere, path) = kept(&app).await;
    let public = key(&app).public();
    let good = std::fs::read_to_string(&path).unwrap();
    let stranger = tempfile::tempdir().unwrap();
    let stranger = HeadsKey::open(stranger.path(), &SystemRandom).unwrap();
    let chains = app.portal().store.read().await.unwrap().audit_heads().await.unwrap();
    let other = heads::signed(&chains, &stranger, now(&app));
    let mut line: serde_json::Value = serde_json::from_str(good.lines().next().unwrap()).unwrap();
    let edited = |member: &str, value: serde_json::Value| {
        let mut line = line.clone();
        line[member] = value;
        line.to_string()
    };
    let forged = [
        edited("entries", 1_000.into()),
        edited("at", 1.into()),
        edited("chain", "00000000-0000-0000-0000-000000000001".into()),
        edited("head", "00".repeat(32).into()),
        edited("signature", "00".repeat(64).into()),
        edited("signature", "".into()),
        edited("key", stranger.public().into()),
        other.clone(),
        other.replace(&stranger.public(), &public),
        "no head".to_owned(),
    ];
    for forged in forged {
        std::fs::write(&path, format!("{good}{forged}")).unwrap();
        let error = Heads::read(&path, &public).unwrap_err();
        let last = good.lines().count() + 1;
        assert!(matches!(&error, HeadsError::Forged { line, .. } if *line == last), "{forged}: {error}");
        assert!(error.to_string().contains(&public), "{error}");
    }
    line["key"] = "nonsense".into();
    std::fs::write(&path, line.to_string()).unwrap();
    assert!(matches!(Heads::read(&path, "nonsense"), Err(HeadsError::Forged { line: 1, .. })));
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Heads::read(&path, &public), Err(HeadsError::Empty(_))));
    assert!(matches!(Heads::read(&path.join("x"), &public), Err(HeadsError::File { .. })));
}

#[tokio::test]
async fn au_04_heads_are_signed_once_a_day() {
    let mut app = TestApp::signed_in().await;
    app.eventually("the first heads are signed", || async { file(&app).is_file() }).await;
    let lines = |app: &TestApp| std::fs::read_to_string(file(app)).unwrap().lines().count();
    let first = lines(&app);
    let public = key(&app).public();
    assert_eq!(heads::sign_if_due(app.portal(), &key(&app)).await.unwrap(), 0);
    app.advance(time::Duration::hours(23));
    app.crash().await;
    assert_eq!(heads::sign_if_due(app.portal(), &key(&app)).await.unwrap(), 0);
    app.advance(time::Duration::hours(2));
    let added = heads::sign_if_due(app.portal(), &key(&app)).await.unwrap();
    assert!(added > 1, "{added}");
    assert_eq!(lines(&app), first + added);
    // The key outlives the portal, and what it signed holds.
    assert_eq!(key(&app).public(), public);
    check(&app, &Heads::read(&file(&app), &public).unwrap()).await.unwrap();
    #[cfg(unix)]
    for name in [heads::FILE, "audit-heads.key"] {
        let mode = std::fs::metadata(app.data_dir().join(name)).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn au_04_a_damaged_key_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("audit-heads.key"), "no key").unwrap();
    let error = HeadsKey::open(dir.path(), &SystemRandom).err().unwrap();
    assert!(error.to_string().contains("audit-heads.key"), "{error}");
}
