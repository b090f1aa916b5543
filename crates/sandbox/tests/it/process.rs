//! The command as a process: what was acknowledged survives restarts and kills.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    receiver::{Receiver, Reply},
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

#[tokio::test]
async fn heads_have_limits() {
    let sandbox = TestSandbox::spawn().await;
    for (headers, status) in [(50, 200), (70, 431)] {
        let request = sandbox.http.get(format!("{}/livez", sandbox.base));
        let request = (0..headers).fold(request, |request, i| request.header(format!("x-{i}"), "1"));
        assert_eq!(request.send().await.unwrap().status(), status, "{headers} headers");
    }
}

/// The command, killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) http: reqwest::Client,
    pub(crate) api: String,
    pub(crate) token: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running {
    pub(crate) async fn start(data: &TempDir) -> Self {
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
        let http = http_client();
        let answer = http.post(value("tokens")).form(&form).send().await.unwrap();
        let token = answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
        Self { child, http, api: value("API"), token }
    }

    /// A request to the API.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.api)).bearer_auth(&self.token)
    }

    /// A request to the control plane.
    pub(crate) fn control(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}/__sandbox{path}", self.api.strip_suffix("/sign").unwrap()))
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.request(Method::POST, path).json(body).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    pub(crate) async fn read(&self, session: &str) -> Value {
        let answer = self.request(Method::GET, &format!("/signing-sessions/{session}")).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// Uploads a document and answers its id.
    pub(crate) async fn upload(&self, mime_type: &str, bytes: &[u8]) -> Result<String, reqwest::Error> {
        let request = self.request(Method::POST, "/documents").header("content-type", mime_type);
        let document: Value = request.body(bytes.to_vec()).send().await?.error_for_status()?.json().await?;
        Ok(document["documentId"].as_str().unwrap().to_owned())
    }

    /// A request about events.
    fn events(&self, path: &str) -> RequestBuilder {
        let base = self.api.strip_suffix("/sign").unwrap();
        self.http.post(format!("{base}/events-management/subscriptions{path}")).bearer_auth(&self.token)
    }

    /// Subscribes to all events and answers the subscription's id.
    pub(crate) async fn subscribe(&self, receiver: &Receiver) -> String {
        let wishes = json!({ "url": receiver.url, "eventTypes": ["signature-api:*"] });
        let answer = self.events("").json(&wishes).send().await.unwrap();
        let subscription: Value = answer.error_for_status().unwrap().json().await.unwrap();
        subscription["id"].as_str().unwrap().to_owned()
    }

    /// Sends an event for a trial, which the service may not survive.
    pub(crate) async fn send_trial(&self, subscription: &str) {
        drop(self.events(&format!("/{subscription}/test")).json(&json!({})).send().await);
    }

    /// Makes a collection of one fresh PDF. Answers the ids of both.
    async fn collection(&self) -> (String, String) {
        let document = self.upload("application/pdf", PDF).await.unwrap();
        let collection = json!({ "documents": [{ "documentId": document }] });
        let collection = self.post("/document-collections", &collection).await;
        (document, collection["id"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn a_kill_loses_no_event() {
    let data = TempDir::new().unwrap();
    let mut receiver = Receiver::start(&[Reply::Status(500), Reply::Hang]).await;
    let service = Running::start(&data).await;
    service.subscribe(&receiver).await;
    let (document, collection) = service.collection().await;
    let session = service.post("/signing-sessions", &json!([terms("told", &document, &collection)])).await;
    let reject = service.control(&format!("/sessions/{}/reject", session[0]["id"].as_str().unwrap()));
    assert_eq!(reject.json(&json!({})).send().await.unwrap().status(), 204);
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
