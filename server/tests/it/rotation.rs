//! Another secret for the account at the signing API, without a stop.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use app::paths;
use reqwest::Method;
use sandbox::{Sandbox, SandboxConfig};
use serde_json::json;
use server::config::{Account, SecretFile, UpstreamKind};
use testkit::TestApp;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use crate::desk::{command, pdf, sent};

const CLIENT: &str = "rotating-client";

/// A signing service of its own, and a portal with an account there whose secret is in a file.
pub struct Stack {
    pub app: TestApp,
    file: PathBuf,
    _service: AbortOnDropHandle<()>,
    _dir: tempfile::TempDir,
}

pub async fn stack(secret: &str) -> Stack {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let clients = vec![(CLIENT.to_owned(), secret.into())];
    let mut config = SandboxConfig::new(dir.path().join("service"), url.parse().unwrap(), clients);
    config.control_plane = true;
    let clock = Arc::new(sandbox::clock::SystemClock);
    let service = Sandbox::open(config, clock, Arc::new(sandbox::SystemRandom)).await.unwrap();
    let service = tokio::spawn(service.serve(listener, std::future::pending()));

    let file = dir.path().join("client_secret");
    write(&file, secret);
    let account = {
        let secret_file = SecretFile { setting: "upstream.client_secret_file".to_owned(), path: file.clone() };
        let at = |path: &str| format!("{url}{path}").parse().unwrap();
        let (base, token) = (at("/sign"), at("/auth/open/connect/token"));
        let reach = upstream::Reach::Private;
        let settings = upstream::Settings::new(base, token, CLIENT, secret_file.read().unwrap(), reach);
        Account { settings, secret_file: Some(secret_file) }
    };
    let app = TestApp::spawn_with(move |config| {
        config.upstream = UpstreamKind::Http(Box::new(account.clone()));
        config.limits.rate_signed_in = 1000;
    })
    .await;
    app.set_up_staff().await;
    Stack { app, file, _service: AbortOnDropHandle::new(service), _dir: dir }
}

/// Replaces the file as one does that others read: at once.
fn write(file: &Path, secret: &str) {
    let new = file.with_extension("new");
    std::fs::write(&new, format!("{secret}\n")).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&new, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::rename(new, file).unwrap();
}

async fn secrets(app: &TestApp, secrets: &[&str]) {
    command(app, Method::PUT, &format!("clients/{CLIENT}"), &json!({ "secrets": secrets })).await;
}

async fn no_tokens(app: &TestApp) {
    command(app, Method::DELETE, "tokens", &json!({})).await;
}

/// How often a session's link was asked for, each time of the signing API, and how often in vain.
#[derive(Default)]
struct Load {
    asked: AtomicUsize,
    failed: AtomicUsize,
    over: AtomicBool,
}

impl Load {
    /// Waits until so many more have been asked for.
    async fn more(&self, app: &TestApp, count: usize) {
        let from = self.asked.load(Ordering::Relaxed);
        app.eventually("more answers", || async { self.asked.load(Ordering::Relaxed) >= from + count }).await;
    }
}

#[tokio::test]
async fn sec_06_another_secret_fails_no_request() {
    let stack = stack("the-first-secret").await;
    let app = &stack.app;
    let link = paths::link(sent(app, &[pdf("lease")]).await);
    let load = Load::default();
    let ask = || async {
        while !load.over.load(Ordering::Relaxed) {
            let answer = app.browser.ask(Method::POST, &link).await;
            load.failed.fetch_add(usize::from(answer.status != 200), Ordering::Relaxed);
            load.asked.fetch_add(1, Ordering::Relaxed);
        }
    };
    let rotate = async {
        load.more(app, 20).await;
        // A second secret, as the operator's page of the vendor gives it.
        secrets(app, &["the-first-secret", "the-second-secret"]).await;
        // First a mistake: what is in the file is no secret of this client.
        write(&stack.file, "the-sceond-secret");
        app.portal().reload.send_replace(());
        load.more(app, 20).await;
        no_tokens(app).await;
        load.more(app, 20).await;
        // Then the right one. Until it is used, the first must stay.
        write(&stack.file, "the-second-secret");
        app.portal().reload.send_replace(());
        app.eventually("the second secret", || async { app.portal().vitals.rotations() == 1 }).await;
        load.more(app, 20).await;
        load.over.store(true, Ordering::Relaxed);
    };
    tokio::join!(ask(), ask(), ask(), ask(), rotate);
    assert_eq!(load.failed.load(Ordering::Relaxed), 0, "of {}", load.asked.load(Ordering::Relaxed));

    // The second is what is used: without the first and its tokens all goes on.
    secrets(app, &["the-second-secret"]).await;
    no_tokens(app).await;
    app.browser.ask(Method::POST, &link).await.expect(200);
    // And it must be: without the second, nothing does.
    secrets(app, &["the-first-secret"]).await;
    no_tokens(app).await;
    app.browser.ask(Method::POST, &link).await.expect(502);
}
