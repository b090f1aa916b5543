//! Packages over HTTP: when they come, what is in them, and what becomes of them.

mod failing;
mod judge;
mod when;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use self::judge::Judged;
use crate::support::{PDF, TestSandbox, invalid_params, terms};

/// Waits until what `ask` fetches satisfies `condition`, and answers it.
async fn eventually(sandbox: &TestSandbox, path: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let mut last = Value::Null;
    let waiting = async {
        loop {
            ticks.tick().await;
            last = sandbox.get(path).await.json().await.unwrap();
            if condition(&last) {
                return;
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(10), waiting).await.is_err() {
        panic!("not in time: {last}");
    }
    last
}

fn path_of(session: &Value) -> String {
    format!("/sign/signing-sessions/{}", session["id"].as_str().unwrap())
}

fn path_of_collection(id: &str) -> String {
    format!("/sign/document-collections/{id}")
}

/// Waits for the package of a session or a collection.
async fn package(sandbox: &TestSandbox, path: &str) -> Value {
    let mut answer = eventually(sandbox, path, |answer| answer["output"]["packages"][0].is_object()).await;
    assert_eq!(answer["output"]["packages"].as_array().unwrap().len(), 1);
    answer["output"]["packages"][0].take()
}

/// Makes a collection that is to be packaged.
async fn packaged_collection(sandbox: &TestSandbox, documents: &[&str]) -> String {
    let documents: Vec<Value> = documents.iter().map(|id| json!({ "documentId": id })).collect();
    let body = json!({ "documents": documents, "packageTo": ["PADES_CONTAINER"] });
    let answer = sandbox.post("/sign/document-collections", &body).await;
    assert_eq!(answer.status(), 201);
    answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

/// A request for a session on one fresh PDF that is to be packaged.
async fn packaged_terms(sandbox: &TestSandbox, title: &str) -> Value {
    let mut terms = sandbox.terms(title).await;
    terms["packageTo"] = json!(["PADES_CONTAINER"]);
    terms
}

async fn rename(sandbox: &TestSandbox, document: &str, filename: &str) {
    let path = format!("/sign/documents/{document}/metadata");
    let answer = sandbox.request(Method::PATCH, &path).json(&json!({ "filename": filename })).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// The one job that there is, as the control plane tells it.
async fn job(sandbox: &TestSandbox, condition: impl Fn(&Value) -> bool) -> Value {
    eventually(sandbox, "/__sandbox/packages", |jobs| jobs.as_array().unwrap().len() == 1 && condition(&jobs[0])).await
        [0]
    .take()
}

async fn sign(sandbox: &TestSandbox, session: &Value) {
    assert_eq!(sandbox.sign(session).await.status(), 204);
}

async fn bytes(sandbox: &TestSandbox, path: &str) -> Vec<u8> {
    let answer = sandbox.get(path).await;
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_session_is_packaged_with_its_document_and_its_signature() {
    let sandbox = TestSandbox::spawn().await;
    let terms = packaged_terms(&sandbox, "Lease <4> & \u{202e}more").await;
    let session = sandbox.create(&terms).await;
    sign(&sandbox, &session).await;
    let found = package(&sandbox, &path_of(&session)).await;
    assert!(found.get("resultArchiveId").is_none(), "{found}");

    let judged = Judged::package(&sandbox, &found).await;
    let document = terms["documents"][0]["documentId"].as_str().unwrap();
    let signature = format!("{document}.pdf.signature-1.xml");
    assert_eq!(judged.names(), [&format!("{document}.pdf"), &signature]);
    assert_eq!(judged.files[&format!("{document}.pdf")], PDF);
    let session = sandbox.read(&session).await;
    let result = session["output"]["signatures"][0]["resultDocumentId"].as_str().unwrap();
    assert_eq!(judged.files[&signature], bytes(&sandbox, &format!("/sign/documents/{result}")).await);
    for said in ["Lease <4> & more", "Kari Test Nordmann", "test-eid", session["id"].as_str().unwrap()] {
        assert!(judged.text().contains(said), "{said}: {}", judged.text());
    }
    let collection = path_of_collection(terms["documents"][0]["documentCollectionId"].as_str().unwrap());
    let collection: Value = sandbox.get(&collection).await.json().await.unwrap();
    assert!(collection.get("output").is_none(), "its session's package is not its own: {collection}");
}

#[tokio::test]
async fn a_collection_is_packaged_in_its_order_once_all_its_sessions_ended() {
    let sandbox = TestSandbox::spawn().await;
    let mut documents = Vec::new();
    for name in ["c.pdf", "a.pdf", "only-read.pdf", "b.pdf"] {
        let document = sandbox.upload("application/pdf", PDF).await;
        rename(&sandbox, &document, name).await;
        documents.push(document);
    }
    let ids: Vec<&str> = documents.iter().map(String::as_str).collect();
    let collection = packaged_collection(&sandbox, &ids).await;
    let on = |wanted: &[(usize, &str)]| {
        let mut terms = terms("Offer", &documents[0], &collection);
        let reference = |(n, action): &(usize, &str)| json!({ "documentCollectionId": collection, "documentId": documents[*n], "action": action });
        terms["documents"] = wanted.iter().map(reference).collect();
        terms
    };
    let one = sandbox.create(&on(&[(3, "SIGN"), (2, "VIEW"), (0, "SIGN")])).await;
    let two = sandbox.create(&on(&[(1, "SIGN"), (0, "SIGN")])).await;
    let never = sandbox.create(&on(&[(2, "SIGN")])).await;

    sign(&sandbox, &one).await;
    sandbox.advance(time::Duration::seconds(1));
    sign(&sandbox, &two).await;
    let path = path_of_collection(&collection);
    let open: Value = sandbox.get(&path).await.json().await.unwrap();
    assert!(open.get("output").is_none(), "one session is open: {open}");
    let rejection = format!("/__sandbox/sessions/{}/reject", never["id"].as_str().unwrap());
    assert_eq!(sandbox.post(&rejection, &json!({})).await.status(), 204);

    let judged = Judged::package(&sandbox, &package(&sandbox, &path).await).await;
    let expected = [
        "a.pdf",
        "a.pdf.signature-1.xml",
        "b.pdf",
        "b.pdf.signature-1.xml",
        "c.pdf",
        "c.pdf.signature-1.xml",
        "c.pdf.signature-2.xml",
    ];
    assert_eq!(judged.names(), expected);
    let text = judged.text();
    let place = |name: &str| text.find(&format!("File: {name}")).unwrap();
    assert!(place("c.pdf") < place("a.pdf") && place("a.pdf") < place("b.pdf"), "{text}");
    let first = one["id"].as_str().unwrap();
    let oldest = String::from_utf8_lossy(&judged.files["c.pdf.signature-1.xml"]).into_owned();
    assert!(oldest.contains(first), "the first signature is the first signer's");

    let late = sandbox.post("/sign/signing-sessions", &json!([on(&[(0, "SIGN")])])).await;
    assert_eq!(invalid_params(late).await, ["[0].documents[0].documentCollectionId"]);
    assert!(sandbox.read(&one).await["output"]["packages"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn documents_of_hostile_names_can_be_taken_out_and_verified() {
    let sandbox = TestSandbox::spawn().await;
    let names = [
        "../../etc/passwd",
        "a\u{0}b\r\nc.pdf",
        "-",
        "..",
        "契約 – «Å» 50%.pdf",
        "\u{202e}fdp.exe",
        "<b>&amp;\"']]>.pdf",
        "#fragment?query=1.pdf",
        &"å".repeat(255),
    ];
    let mut documents = Vec::new();
    for name in names {
        let document = sandbox.upload("application/pdf", PDF).await;
        rename(&sandbox, &document, name).await;
        documents.push(document);
    }
    let ids: Vec<&str> = documents.iter().map(String::as_str).collect();
    let collection = sandbox.collection(&ids).await;
    let mut terms = terms("Names", &documents[0], &collection);
    terms["packageTo"] = json!(["PADES_CONTAINER"]);
    let reference = |id| json!({ "documentCollectionId": collection, "documentId": id, "action": "SIGN" });
    terms["documents"] = documents.iter().map(reference).collect();
    let session = sandbox.create(&terms).await;
    sign(&sandbox, &session).await;
    let judged = Judged::package(&sandbox, &package(&sandbox, &path_of(&session)).await).await;
    assert_eq!(judged.files.len(), 2 * names.len());
    for name in [".._.._etc_passwd", "a_b__c.pdf", "契約 – «Å» 50%.pdf"] {
        assert_eq!(judged.files[name], PDF, "{name}");
    }
}

#[tokio::test]
async fn all_signatures_call_a_document_by_the_name_of_the_first() {
    let sandbox = TestSandbox::spawn().await;
    let document = sandbox.upload("application/pdf", PDF).await;
    rename(&sandbox, &document, "first.pdf").await;
    let collection = packaged_collection(&sandbox, &[&document]).await;
    let terms = terms("Renamed", &document, &collection);
    let (one, two) = (sandbox.create(&terms).await, sandbox.create(&terms).await);
    sign(&sandbox, &one).await;
    rename(&sandbox, &document, "second.pdf").await;
    sign(&sandbox, &two).await;
    let judged = Judged::package(&sandbox, &package(&sandbox, &path_of_collection(&collection)).await).await;
    assert_eq!(judged.names(), ["first.pdf", "first.pdf.signature-1.xml", "first.pdf.signature-2.xml"]);
}

#[tokio::test]
async fn packages_for_the_long_term_have_a_second_revision() {
    let sandbox = TestSandbox::spawn_with(|config| config.package_level = sandbox::container::Level::LongTerm).await;
    let session = sandbox.create(&packaged_terms(&sandbox, "long").await).await;
    sign(&sandbox, &session).await;
    let judged = Judged::fetched(&sandbox, &package(&sandbox, &path_of(&session)).await).await;
    let said = judged.pdfsig();
    assert!(said.contains("Signature is Valid") && said.contains("Not total document signed"), "{said}");
}

#[tokio::test]
async fn texts_have_no_package() {
    let sandbox = TestSandbox::spawn().await;
    let text = sandbox.upload("text/plain", b"I agree.").await;
    let collection = packaged_collection(&sandbox, &[&text]).await;
    let mut terms = terms("Text", &text, &collection);
    terms["packageTo"] = json!(["PADES_CONTAINER"]);
    let session = sandbox.create(&terms).await;
    sign(&sandbox, &session).await;
    let jobs: Value = sandbox.get("/__sandbox/packages").await.json().await.unwrap();
    assert_eq!(jobs, json!([]));
    sandbox.create(&terms).await;
}

#[tokio::test]
async fn pki_flows_are_not_packaged() {
    let sandbox = TestSandbox::spawn().await;
    let mut own = packaged_terms(&sandbox, "PKI").await;
    own["signingSetup"] = json!([{ "signingFlow": "PKISIGNING", "vendor": "NBID" }]);
    assert_eq!(invalid_params(sandbox.post("/sign/signing-sessions", &json!([own])).await).await, ["[0].packageTo"]);

    let document = sandbox.upload("application/pdf", PDF).await;
    let collection = packaged_collection(&sandbox, &[&document]).await;
    let mut on_packaged = terms("PKI", &document, &collection);
    on_packaged["signingSetup"] = own["signingSetup"].take();
    assert_eq!(
        invalid_params(sandbox.post("/sign/signing-sessions", &json!([on_packaged])).await).await,
        ["[0].signingSetup[0].signingFlow"]
    );
}
