//! The command, killed while many sign and at each moment that matters: what was acknowledged stays, and no session
//! is SIGNED without its signatures. Packages and events come, sooner or later.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use contract::Event;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::{
    process::Running,
    receiver::Receiver,
    support::{PDF, terms},
};

/// What the service acknowledged.
#[derive(Default)]
struct Book {
    /// Bytes of documents, by id.
    documents: BTreeMap<String, Vec<u8>>,
    /// Whether a session was signed, by id.
    sessions: BTreeMap<String, bool>,
    /// Those that want a package.
    packaged: BTreeSet<String>,
}

impl Book {
    /// Makes sessions: some on a PDF, with packages, the others on a text.
    async fn prepare(&mut self, service: &Running, on_pdf: usize, on_text: usize) -> Vec<String> {
        let text = format!("Text number {}.\n", self.documents.len());
        let mut made = Vec::new();
        for (mime_type, bytes, count) in [("application/pdf", PDF, on_pdf), ("text/plain", text.as_bytes(), on_text)] {
            let document = service.upload(mime_type, bytes).await.unwrap();
            self.documents.insert(document.clone(), bytes.to_vec());
            let collection = json!({ "documents": [{ "documentId": document }] });
            let collection = service.post("/document-collections", &collection).await;
            let mut request = terms("to be killed", &document, collection["id"].as_str().unwrap());
            if bytes == PDF {
                request["packageTo"] = json!(["PADES_CONTAINER"]);
            }
            if count == 0 {
                continue;
            }
            let created = service.post("/signing-sessions", &json!(vec![request; count])).await;
            let ids = created.as_array().unwrap().iter().map(|session| session["id"].as_str().unwrap().to_owned());
            let ids: Vec<String> = ids.collect();
            if bytes == PDF {
                self.packaged.extend(ids.iter().cloned());
            }
            made.extend(ids);
        }
        self.sessions.extend(made.iter().map(|session| (session.clone(), false)));
        made
    }

    /// Checks that everything acknowledged is there and whole. A session whose signing was not
    /// acknowledged may be signed all the same; then it is booked.
    async fn check(&mut self, service: &Running) {
        for (document, bytes) in &self.documents {
            assert!(download(service, document).await == *bytes, "document {document} is as it was");
        }
        for (id, is_signed) in &mut self.sessions {
            let session = service.read(id).await;
            let signatures = session["output"]["signatures"].as_array().map_or(&[][..], Vec::as_slice);
            match session["lifecycle"]["state"].as_str().unwrap() {
                "SIGNED" => {
                    assert_eq!(signatures.len(), 1, "{session}");
                    let result = signatures[0]["resultDocumentId"].as_str().unwrap();
                    let xml = String::from_utf8(download(service, result).await).unwrap();
                    assert!(xml.contains(id.as_str()) && xml.contains("SignatureValue"), "{xml}");
                    *is_signed = true;
                }
                state => assert!(state == "READY" && signatures.is_empty() && !*is_signed, "{session}"),
            }
        }
    }

    /// Waits until everything that was to be told is told, and checks that what wants a package has one.
    async fn check_told(&self, service: &Running, receiver: &mut Receiver) {
        let told = |name: &'static str, session: &String| (name.to_owned(), session.clone());
        let signed = self.sessions.keys().map(|session| told("signing-session.completed", session));
        let packaged = self.packaged.iter().map(|session| told("package.completed", session));
        let mut missing: BTreeSet<(String, String)> = signed.chain(packaged).collect();
        while !missing.is_empty() {
            let event = receiver.next().await.event();
            missing.remove(&(event.event_name.to_string(), event.session_id().unwrap().to_string()));
        }
        for id in &self.packaged {
            let session = service.read(id).await;
            let packages = session["output"]["packages"].as_array().unwrap();
            assert_eq!(packages.len(), 1, "{session}");
            let package = download(service, packages[0]["resultDocumentId"].as_str().unwrap()).await;
            assert!(package.starts_with(b"%PDF-"), "{session}");
        }
    }

    fn unsigned(&self) -> Vec<String> {
        self.sessions.iter().filter(|(_, is_signed)| !**is_signed).map(|(id, _)| id.clone()).collect()
    }
}

/// A document's bytes, which have the hash that its metadata tells.
async fn download(service: &Running, id: &str) -> Vec<u8> {
    let path = format!("/documents/{id}");
    let answer = service.request(Method::GET, &path).send().await.unwrap().error_for_status().unwrap();
    let bytes = answer.bytes().await.unwrap().to_vec();
    let metadata = service.request(Method::GET, &format!("{path}/metadata")).send().await.unwrap();
    let metadata: Value = metadata.error_for_status().unwrap().json().await.unwrap();
    let hash = contract::Sha256Digest::new(Sha256::digest(&bytes).into()).base64();
    assert_eq!(metadata["documentHash"]["hash"], hash, "{metadata}");
    bytes
}

/// Signs all these at once, each in a task of its own that answers the session if signing it was acknowledged.
fn sign_all(service: &Running, sessions: Vec<String>) -> JoinSet<Option<String>> {
    let mut acts = JoinSet::new();
    for session in sessions {
        let request = service.control(&format!("/sessions/{session}/sign"));
        acts.spawn(async move {
            let is_done = request.send().await.is_ok_and(|answer| answer.status() == StatusCode::NO_CONTENT);
            is_done.then_some(session)
        });
    }
    acts
}

#[tokio::test]
async fn kills_while_many_sign_lose_nothing() {
    let data = TempDir::new().unwrap();
    let mut receiver = subscribed(&data).await;
    let mut book = Book::default();
    // Kills come after so many acknowledgements, with all the others at whatever moment they are.
    for kill_after in [0, 1, 5, 2, 7, 3] {
        let mut service = Running::start(&data).await;
        book.check(&service).await;
        book.prepare(&service, 2, 8).await;
        let mut acts = sign_all(&service, book.unsigned());
        let mut acknowledged = 0;
        while acknowledged < kill_after {
            let Some(session) = acts.join_next().await.unwrap().unwrap() else { continue };
            book.sessions.insert(session, true);
            acknowledged += 1;
        }
        service.child.kill().unwrap();
        while let Some(act) = acts.join_next().await {
            book.sessions.extend(act.unwrap().map(|session| (session, true)));
        }
    }
    let service = Running::start(&data).await;
    book.check(&service).await;
    let left = book.unsigned();
    assert!(!left.is_empty(), "some kills came before all was signed");
    let signed = sign_all(&service, left.clone()).join_all().await;
    assert_eq!(signed.iter().flatten().count(), left.len(), "what was not signed can be");
    book.check(&service).await;
    assert!(book.unsigned().is_empty());
    book.check_told(&service, &mut receiver).await;
}

/// A receiver of all events.
async fn subscribed(data: &TempDir) -> Receiver {
    let receiver = Receiver::start(&[]).await;
    Running::start(data).await.subscribe(&receiver).await;
    receiver
}

async fn plan_crash(service: &Running, moment: &str) {
    let answer = service.control("/crash").json(&json!({ "at": moment })).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_crash_at_any_moment_of_signing_leaves_all_or_nothing() {
    let data = TempDir::new().unwrap();
    let mut book = Book::default();
    for (moment, state) in
        [("signing.before-rows", "READY"), ("signing.before-commit", "READY"), ("signing.after-commit", "SIGNED")]
    {
        let mut service = Running::start(&data).await;
        let session = book.prepare(&service, 1, 1).await.swap_remove(0);
        plan_crash(&service, moment).await;
        let acts = sign_all(&service, vec![session.clone()]).join_all().await;
        assert_eq!(acts, [None], "{moment}: no answer");
        assert!(!service.child.wait().unwrap().success(), "{moment}: the process died");

        let service = Running::start(&data).await;
        assert_eq!(service.read(&session).await["lifecycle"]["state"], state, "{moment}");
        book.check(&service).await;
        assert_eq!(sign_all(&service, book.unsigned()).join_all().await.iter().filter(|act| act.is_none()).count(), 0);
        book.check(&service).await;
    }
}

#[tokio::test]
async fn a_crash_at_any_moment_of_packaging_delays_the_package_and_loses_nothing() {
    let data = TempDir::new().unwrap();
    for moment in [
        "signing.before-commit",
        "signing.after-commit",
        "packaging.begun",
        "packaging.before-commit",
        "packaging.after-commit",
    ] {
        let mut service = Running::start(&data).await;
        let mut book = Book::default();
        let document = service.upload("application/pdf", PDF).await.unwrap();
        let collection =
            service.post("/document-collections", &json!({ "documents": [{ "documentId": document }] })).await;
        let mut request = terms("to be killed", &document, collection["id"].as_str().unwrap());
        request["packageTo"] = json!(["PADES_CONTAINER"]);
        let created = service.post("/signing-sessions", &json!([request])).await;
        let session = created[0]["id"].as_str().unwrap().to_owned();
        book.sessions.insert(session.clone(), false);
        plan_crash(&service, moment).await;
        sign_all(&service, vec![session.clone()]).join_all().await;
        assert!(!service.child.wait().unwrap().success(), "{moment}: the process died");

        let service = Running::start(&data).await;
        book.check(&service).await;
        sign_all(&service, book.unsigned()).join_all().await;
        let package = tokio::time::timeout(Duration::from_secs(10), package(&service, &session)).await;
        assert!(download(&service, &package.expect(moment)).await.starts_with(b"%PDF-"), "{moment}");
    }
}

/// Waits for the one package of a session, and answers its document.
async fn package(service: &Running, session: &str) -> String {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        let session = service.read(session).await;
        let packages = session["output"]["packages"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(packages.len() <= 1, "{session}");
        if let Some(package) = packages.first() {
            return package["resultDocumentId"].as_str().unwrap().to_owned();
        }
    }
}

#[tokio::test]
async fn a_crash_while_uploading_leaves_no_file_without_a_row() {
    let data = TempDir::new().unwrap();
    let files = || std::fs::read_dir(data.path().join("documents")).unwrap().count();
    for (moment, expected) in [("upload.before-commit", 0), ("upload.after-commit", 1)] {
        let mut service = Running::start(&data).await;
        plan_crash(&service, moment).await;
        assert!(service.upload("text/plain", moment.as_bytes()).await.is_err(), "{moment}: no answer");
        assert!(!service.child.wait().unwrap().success(), "{moment}: the process died");
        assert_eq!(files(), 1, "{moment}: the file is in place");

        let service = Running::start(&data).await;
        assert_eq!(service.control("/sweep").send().await.unwrap().status(), StatusCode::NO_CONTENT);
        assert_eq!(files(), expected, "{moment}");
    }
}

#[tokio::test]
async fn a_crash_while_signing_loses_no_event_and_tells_of_nothing_that_did_not_happen() {
    for (moment, expected) in [
        ("signing.before-commit", &["signing-session.opened"][..]),
        ("signing.after-commit", &["signing-session.opened", "signing-session.completed"]),
    ] {
        let data = TempDir::new().unwrap();
        let mut receiver = Receiver::start(&[]).await;
        let mut service = Running::start(&data).await;
        let subscription = service.subscribe(&receiver).await;
        let session = Book::default().prepare(&service, 0, 1).await.swap_remove(0);
        plan_crash(&service, moment).await;
        sign_all(&service, vec![session]).join_all().await;
        assert!(!service.child.wait().unwrap().success(), "{moment}: the process died");

        let service = Running::start(&data).await;
        service.send_trial(&subscription).await;
        let mut told: Vec<Event> = Vec::new();
        loop {
            match receiver.next().await.event() {
                trial if trial.is_mock() => break,
                again if told.contains(&again) => {}
                event => told.push(event),
            }
        }
        assert_eq!(told.iter().map(|event| event.event_name.as_str()).collect::<Vec<_>>(), expected, "{moment}");
    }
}

#[tokio::test]
async fn an_event_whose_arrival_is_not_written_down_comes_again() {
    let data = TempDir::new().unwrap();
    let mut receiver = Receiver::start(&[]).await;
    let mut service = Running::start(&data).await;
    let subscription = service.subscribe(&receiver).await;
    plan_crash(&service, "event.sent").await;
    service.send_trial(&subscription).await;
    assert!(!service.child.wait().unwrap().success(), "the process died");
    let _service = Running::start(&data).await;
    assert_eq!(receiver.next().await.body, receiver.next().await.body);
}
