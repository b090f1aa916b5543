//! The command as a process: what was acknowledged survives restarts and kills.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PDF, TestSandbox, http_client, terms};

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
        let upload = http_client().post(format!("{}/documents", service.api)).bearer_auth(&service.token);
        let upload = upload.header("content-type", "application/pdf").body(PDF).send().await.unwrap();
        let document: Value = upload.json().await.unwrap();
        let document = document["documentId"].as_str().unwrap();
        let collection = json!({ "documents": [{ "documentId": document }] });
        let collection: Value = service.post("/document-collections", &collection).await.json().await.unwrap();
        let collection = collection["id"].as_str().unwrap();
        for sign in [false, true] {
            let session = json!([terms(&format!("round {round}"), document, collection)]);
            let session: Value = service.post("/signing-sessions", &session).await.json().await.unwrap();
            let id = session[0]["id"].as_str().unwrap().to_owned();
            if sign {
                let url = format!("{}/__sandbox/sessions/{id}/sign", service.api.strip_suffix("/sign").unwrap());
                assert_eq!(http_client().post(url).send().await.unwrap().status(), 204);
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
