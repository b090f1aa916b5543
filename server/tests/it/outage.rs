//! The database's file fails while the portal goes on: real files, and the portal a
//! process of its own.

#![cfg(target_os = "linux")]

use std::{
    io::{BufRead, BufReader, Lines},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use app::{
    model::{Moment, NewSession, SendPlan},
    paths,
};
use contract::Language;
use reqwest::Method;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use server::{
    clock::{Clock, SystemClock, moment},
    rights::Reach,
    store::Store,
};
use tempfile::TempDir;
use testkit::{Answer, Browser, LIST, NAME, PASSWORD, USERNAME};

use crate::{
    desk::{File, pdf, read, upload_from},
    process::started_by,
};

/// A portal that runs, and a browser whose owner is signed in.
struct Running {
    child: Child,
    browser: Browser,
    /// Another, at the embedded signing service.
    service: Browser,
    /// What the portal prints, as long as somebody could read it.
    _said: Lines<BufReader<ChildStdout>>,
    dir: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Running {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Whoever writes more than they may is told so by the write, not killed by a signal.
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\"", env!("CARGO_BIN_EXE_server")]);
        let mut command = started_by(shell, dir.path());
        command.env("COUNTERSIGN_SANDBOX__CONTROL_PLANE", "true");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || said.next().unwrap().unwrap();
        let browser = Browser::new(line().strip_prefix("Portal: ").unwrap().to_owned());
        let sandbox = line();
        let service = sandbox.split(' ').find(|word| word.starts_with("http://")).unwrap().trim_end_matches('/');
        let service = Browser::new(service.to_owned());
        let (_, token) = line().rsplit_once("token=").map(|(link, token)| (link.to_owned(), token.to_owned())).unwrap();
        let form = [("token", &*token), ("name", NAME), ("username", USERNAME), ("password", PASSWORD)];
        let answer = browser.post_form("/setup", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        Self { child, browser, service, _said: said, dir }
    }

    fn database(&self) -> PathBuf {
        self.dir.path().join("data/portal.db")
    }

    /// No file of the portal gets larger than this; `None` is no limit.
    fn limit_files(&self, bytes: Option<u64>) {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
    }

    /// Plans to send these files, once however often it is asked.
    async fn plan(&self, files: &[File]) -> Answer {
        let new = NewSession {
            title: "Lease".to_owned(),
            signer: "Kari Nordmann".to_owned(),
            due: Moment(moment(SystemClock.now()).0 / 86_400_000 * 86_400_000 + 7 * 86_400_000),
            sign_text: None,
            language: Language::En,
            documents: files.iter().map(File::draft).collect(),
        };
        let request =
            self.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", &files[0].name).json(&new);
        self.browser.send(request).await
    }

    /// How many sessions the list has.
    async fn sessions(&self) -> u64 {
        self.browser.get(LIST).await.expect(200).json()["total"].as_u64().unwrap()
    }

    /// Whether the chains of the audit trail are whole.
    fn verify(&self) {
        let mut command = started_by(Command::new(env!("CARGO_BIN_EXE_server")), self.dir.path());
        let output = command.args(["audit", "verify"]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

/// Small files can be made, but the databases' logs cannot grow.
const FULL: Option<u64> = Some(4096);

fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")), "{}", answer.text());
    assert!(answer.text().contains("cannot reach its database"), "{}", answer.text());
}

#[tokio::test]
async fn f13_a_full_disk_refuses_changes_and_nothing_else() {
    let portal = Running::start().await;
    let lease = pdf("lease");
    portal.limit_files(FULL);
    for _ in 0..3 {
        assert_refused(&portal.plan(std::slice::from_ref(&lease)).await);
        assert_eq!(portal.sessions().await, 0);
    }
    // There is room again: the same attempt succeeds, once, without a restart.
    portal.limit_files(None);
    for _ in 0..2 {
        portal.plan(std::slice::from_ref(&lease)).await.expect(201);
    }
    assert_eq!(portal.sessions().await, 1);
    portal.verify();
}

#[tokio::test]
async fn f13_the_embedded_signing_service_recovers_as_well() {
    let portal = Running::start().await;
    let files = [pdf("lease")];
    let plan: SendPlan = read(&portal.plan(&files).await.expect(201));
    for (to, file) in plan.uploads.iter().zip(&files) {
        let request = upload_from(&portal.browser, *to, file).body(file.bytes.clone());
        portal.browser.send(request).await.expect(200);
    }
    portal.browser.ask(Method::POST, &paths::send(plan.session)).await.expect(200);
    let store = Store::open(&portal.database()).await.unwrap();
    let session = store.read().await.unwrap().session(Reach::PORTAL, plan.session).await.unwrap().unwrap();
    let address = format!("/__sandbox/sessions/{}/reject", session.upstream.unwrap());
    let reject = async || portal.service.post_json(&address, &json!({"reason": "Wrong rent"})).await;
    portal.limit_files(FULL);
    for _ in 0..2 {
        reject().await.expect(500);
    }
    portal.limit_files(None);
    reject().await.expect(204);
}

#[tokio::test]
async fn f14_who_holds_the_writer_lock_keeps_changes_out_and_nothing_else() {
    let portal = Running::start().await;
    let other = Store::open(&portal.database()).await.unwrap();
    let held = other.write().await.unwrap();
    let files = ["lease", "annex", "minutes"].map(pdf);
    // One waits for the file, the others for whom waits: each for a while, none for ever.
    let (one, two, three, sessions) =
        tokio::join!(portal.plan(&files[..1]), portal.plan(&files[1..2]), portal.plan(&files[2..]), portal.sessions());
    for answer in [one, two, three] {
        assert_refused(&answer);
    }
    assert_eq!(sessions, 0);
    drop(held);
    for file in files.chunks(1) {
        portal.plan(file).await.expect(201);
    }
    assert_eq!(portal.sessions().await, 3);
    portal.verify();
}
