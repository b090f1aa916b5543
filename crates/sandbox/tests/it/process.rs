//! The command as a process: what was acknowledged survives restarts and kills.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    receiver::{Receiver, Reply, SECRET},
    support::{PDF, TestSandbox, http_client, terms},
};

#[tokio::test]
async fn a_restart_keeps_everything_and_tokens_stay_good() {
    let sandbox = TestSandbox::spawn().await;
    let signed = sandbox.session("signed").await;
    let open = sandbox.session("open").await;
    assert_eq!(sandbox.sign(&signed).await.status(), 204);
    let before = sandbox.read(&signed).await;
    let token = sandbox.token.clone();
    let root = sandbox.http.get(format!("{}/trust/root.pem", sandbox.base)).send().await.unwrap().text().await.unwrap();

    let sandbox = sandbox.restart().await;
    let same = sandbox.http.get(format!("{}/trust/root.pem", sandbox.base)).send().await.unwrap().text().await.unwrap();
    assert_eq!(same, root);
    let mut after = sandbox.read(&signed).await;
    after["signatureUrl"] = before["signatureUrl"].clone();
    assert_eq!(after, before, "all but the port in the link");
    let old_token = sandbox.http.get(format!("{}/sign/signing-sessions", sandbox.base)).bearer_auth(token);
    assert_eq!(old_token.send().await.unwrap().status(), 200);
    let document = open["documents"][0]["documentId"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/sign/documents/{document}")).await.bytes().await.unwrap(), PDF);
    assert_eq!(sandbox.sign(&open).await.status(), 204);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = TestSandbox::spawn().await;
    let session = sandbox.session("private").await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);
    let mut folders = vec![sandbox.dir.path().join("data")];
    while let Some(folder) = folders.pop() {
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
            }
        }
    }
}

/// The command, killed when dropped.
struct Running {
    child: Child,
    api: String,
    token: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running {
    async fn start(data: &TempDir) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .arg("--data")
            .arg(data.path())
            .args(["--listen", "127.0.0.1:0", "--control"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines: Vec<String> =
            BufReader::new(child.stdout.take().unwrap()).lines().take(6).map(Result::unwrap).collect();
        let value = |name: &str| {
            let line = lines.iter().find_map(|line| line.trim().strip_prefix(name)).unwrap();
            line.trim().to_owned()
        };
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", value("client id")),
            ("client_secret", value("client secret")),
        ];
        let answer = http_client().post(value("tokens")).form(&form).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
        Self { child, api: value("API"), token }
    }

    async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        let url = format!("{}{path}", self.api);
        http_client().post(url).bearer_auth(&self.token).json(body).send().await.unwrap()
    }

    /// Makes a collection of one fresh PDF. Answers the ids of both.
    async fn collection(&self) -> (String, String) {
        let upload = http_client().post(format!("{}/documents", self.api)).bearer_auth(&self.token);
        let upload = upload.header("content-type", "application/pdf").body(PDF).send().await.unwrap();
        let document: Value = upload.json().await.unwrap();
        let document = document["documentId"].as_str().unwrap();
        let collection = json!({ "documents": [{ "documentId": document }] });
        let collection: Value = self.post("/document-collections", &collection).await.json().await.unwrap();
        (document.to_owned(), collection["id"].as_str().unwrap().to_owned())
    }

    /// Makes a session and answers its id.
    async fn session(&self, title: &str, (document, collection): &(String, String)) -> String {
        let session = json!([terms(title, document, collection)]);
        let session: Value = self.post("/signing-sessions", &session).await.json().await.unwrap();
        session[0]["id"].as_str().unwrap().to_owned()
    }

    /// Acts as the signer.
    async fn act(&self, session: &str, act: &str) {
        let url = format!("{}/__sandbox/sessions/{session}/{act}", self.api.strip_suffix("/sign").unwrap());
        assert_eq!(http_client().post(url).json(&json!({})).send().await.unwrap().status(), 204);
    }

    async fn read(&self, session: &str) -> Value {
        let url = format!("{}/signing-sessions/{session}", self.api);
        http_client().get(url).bearer_auth(&self.token).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_acknowledged() {
    let data = TempDir::new().unwrap();
    let mut expected: Vec<(String, &str)> = Vec::new();
    for round in 0..3 {
        let service = Running::start(&data).await;
        for (session, state) in &expected {
            assert_eq!(service.read(session).await["lifecycle"]["state"], *state);
        }
        let collection = service.collection().await;
        for sign in [false, true] {
            let id = service.session(&format!("round {round}"), &collection).await;
            if sign {
                service.act(&id, "sign").await;
            }
            expected.push((id, if sign { "SIGNED" } else { "READY" }));
        }
        // Dropping it is a SIGKILL.
    }
    let service = Running::start(&data).await;
    for (session, state) in &expected {
        let session = service.read(session).await;
        assert_eq!(session["lifecycle"]["state"], *state);
        for signature in session["output"]["signatures"].as_array().into_iter().flatten() {
            let url = format!("{}/documents/{}", service.api, signature["resultDocumentId"].as_str().unwrap());
            let xml = http_client().get(url).bearer_auth(&service.token).send().await.unwrap();
            assert!(xml.text().await.unwrap().contains("SignatureValue"));
        }
    }
}

#[tokio::test]
async fn a_kill_loses_no_event() {
    let data = TempDir::new().unwrap();
    let mut receiver = Receiver::start(&[Reply::Status(500), Reply::Hang]).await;
    let service = Running::start(&data).await;
    let subscription = json!({ "url": receiver.url, "eventTypes": ["signature-api:*"], "secret": SECRET });
    let management = format!("{}/events-management/subscriptions", service.api.strip_suffix("/sign").unwrap());
    let made = http_client().post(management).bearer_auth(&service.token).json(&subscription).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let id = service.session("told", &service.collection().await).await;
    service.act(&id, "reject").await;
    let first = receiver.next().await;
    // Killed after the first attempt, about when its failure is stored; then in the middle of another one.
    drop(service);
    let service = Running::start(&data).await;
    let second = receiver.next().await;
    drop(service);
    let _service = Running::start(&data).await;
    let third = receiver.next().await;
    assert_eq!([&second.body, &third.body], [&first.body; 2]);
}
