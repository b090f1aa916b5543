//! The sandbox keeps every rule; one that is made to fail is caught.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use std::{sync::Arc, time::Duration};

use conformance::{Account, Finding, Outcome, Report, Source};
use sandbox::{Sandbox, SandboxConfig, SystemRandom, clock::SystemClock};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use upstream::Reach;

const CLIENT: (&str, &str) = ("conformance-test-client-1", "a secret: with +, % and ø");

/// A sandbox of its own for each test, with a control plane.
struct Running {
    base: String,
    _data: TempDir,
    serving: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Running {
    async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clients = vec![(CLIENT.0.to_owned(), CLIENT.1.into())];
        let mut config = SandboxConfig::new(data.path().join("data"), base.parse().unwrap(), clients);
        config.control_plane = true;
        // The machine's clock: sessions that are made one after the other have an order.
        let sandbox = Sandbox::open(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await.unwrap();
        let serving = tokio::spawn(async move { sandbox.serve(listener, std::future::pending()).await });
        Self { base, _data: data, serving }
    }

    async fn plan(&self, operation: &str, fault: &str, times: u32) {
        let plan = json!({ "operation": operation, "fault": fault, "times": times });
        let client = upstream::client_builder(Reach::Private, Duration::from_secs(5)).build().unwrap();
        let answer = client.post(format!("{}/__sandbox/faults", self.base)).json(&plan).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    async fn check(&self, ours: bool) -> Result<Report, Finding> {
        conformance::run(Account {
            base_url: format!("{}/sign", self.base).parse().unwrap(),
            token_url: format!("{}/auth/open/connect/token", self.base).parse().unwrap(),
            client_id: CLIENT.0.to_owned(),
            client_secret: CLIENT.1.into(),
            ours,
        })
        .await
    }
}

#[tokio::test]
async fn the_sandbox_keeps_every_rule() {
    let report = Running::start().await.check(true).await.unwrap();
    assert!(report.is_good(), "{report}");
    assert_eq!(report.outcomes.len(), conformance::checks().len());
}

/// Each fault of the service is found by the check that is about it, and by no check that is not.
#[tokio::test]
async fn planned_faults_are_found() {
    let running = Running::start().await;
    for (operation, fault, times, caught) in [
        // The first uploads of the run are those of these checks.
        ("upload_document", "wrong-hash", 1, ["documents::hash"].as_slice()),
        ("patch_metadata", "500", 1, &["documents::change"]),
        ("delete_document", "500", 1, &["documents::deletion"]),
        ("create_collection", "500-after-commit", 1, &["collections::creation"]),
        ("get_collection", "drop-after-commit", 1, &["collections::reading"]),
        ("create_session", "500", 1, &["sessions::creation"]),
        ("create_session", "401", 2, &["sessions::creation", "sessions::link"]),
        ("get_session", "truncated-body", 1, &["sessions::reading"]),
        ("delete_session", "429", 1, &["sessions::deletion"]),
        ("list_sessions", "500", 1, &["sessions::all_or_nothing"]),
    ] {
        running.plan(operation, fault, times).await;
        let report = running.check(true).await.unwrap();
        assert_eq!(report.failed().collect::<Vec<_>>(), caught, "{operation} {fault}\n{report}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_checked() {
    let running = Running::start().await;
    running.plan("get_token", "500", 1).await;
    assert!(running.check(true).await.is_err());
}

/// A stranger's service may decide otherwise where the contract is silent, and only there.
#[tokio::test]
async fn strangers_may_decide_otherwise() {
    let running = Running::start().await;
    running.plan("upload_document", "500", 200).await;
    let report = running.check(false).await.unwrap();
    assert!(!report.is_good());
    for (check, outcome) in &report.outcomes {
        match check.source {
            Source::Contract => assert!(!matches!(outcome, Outcome::DecidedOtherwise(_)), "{}", check.name),
            Source::Ours => assert!(!matches!(outcome, Outcome::Failed(_)), "{}", check.name),
        }
    }
    assert!(report.outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::DecidedOtherwise(_))));
}
