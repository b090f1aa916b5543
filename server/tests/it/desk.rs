//! What people do at the desk, and how to look behind it.

use std::time::Duration;

use app::{
    model::{DraftDocument, Moment, NewSession, SendOutcome, SendPlan, SessionDetail, SessionId, Standing, UploadId},
    paths,
};
use contract::{Language, Sha256Digest, SigningSessionId};
use reqwest::{Method, RequestBuilder};
use sandbox::clock::Clock;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::{
    rights::Reach,
    store::{collections::CollectionRecord, sessions::SessionRecord},
};
use sha2::{Digest, Sha256};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use testkit::{Answer, Browser, TestApp};

/// A file that somebody chose.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub mime_type: &'static str,
    pub bytes: Vec<u8>,
}

/// A small PDF that says `text`.
pub fn pdf(text: &str) -> File {
    const EMPTY_PAGE: &str = "%PDF-1.7\n\
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n\
xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n\
trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n";
    let bytes = format!("{EMPTY_PAGE}% {text}\n").into_bytes();
    File { name: format!("{text}.pdf"), mime_type: "application/pdf", bytes }
}

/// A text file that says `text`.
pub fn text(text: &str) -> File {
    File { name: format!("{text}.txt"), mime_type: "text/plain", bytes: text.as_bytes().to_vec() }
}

pub fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(bytes).into())
}

impl File {
    pub fn draft(&self) -> DraftDocument {
        DraftDocument {
            filename: self.name.clone(),
            mime_type: self.mime_type.to_owned(),
            size: u64::try_from(self.bytes.len()).unwrap(),
            sha256: sha256(&self.bytes),
        }
    }
}

/// A session that is due in a week.
pub fn new_session(app: &TestApp, files: &[File]) -> NewSession {
    NewSession {
        title: "Lease of Storgata 1".to_owned(),
        signer: "Kari Nordmann".to_owned(),
        due: in_days(app, 7),
        sign_text: Some("I agree to the lease.".to_owned()),
        language: Language::En,
        documents: files.iter().map(File::draft).collect(),
    }
}

pub fn in_days(app: &TestApp, days: i64) -> Moment {
    Moment(now(app).0 + days * 24 * 3600 * 1000)
}

pub fn now(app: &TestApp) -> Moment {
    Moment(server::clock::millis(server::clock::Clock::now(app.clock.as_ref())))
}

/// Posts a plan under an idempotency key.
pub async fn post_plan(app: &TestApp, new: &NewSession, key: &str) -> Answer {
    let request = app.browser.fetch(Method::POST, paths::PLANS).header("idempotency-key", key).json(new);
    app.browser.send(request).await
}

pub async fn plan(app: &TestApp, files: &[File]) -> SendPlan {
    read(&post_plan(app, &new_session(app, files), &key(files)).await.expect(201))
}

/// The idempotency key under which [`plan`] plans these files.
pub fn key(files: &[File]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    sha256(names.join("/").as_bytes()).hex()
}

pub fn upload_request(app: &TestApp, id: UploadId, file: &File) -> RequestBuilder {
    upload_from(&app.browser, id, file)
}

pub fn upload_from(browser: &Browser, id: UploadId, file: &File) -> RequestBuilder {
    let digest = format!("sha-256=:{}:", sha256(&file.bytes));
    browser
        .fetch(Method::PUT, &paths::upload(id))
        .header("content-type", file.mime_type)
        .header("content-digest", digest)
}

pub async fn upload(app: &TestApp, id: UploadId, file: &File) -> Answer {
    app.browser.send(upload_request(app, id, file).body(file.bytes.clone())).await
}

pub async fn send(app: &TestApp, id: SessionId) -> Answer {
    app.browser.ask(Method::POST, &paths::send(id)).await
}

pub async fn abandon(app: &TestApp, id: SessionId) -> Answer {
    app.browser.ask(Method::DELETE, &paths::plan(id)).await
}

/// Plans a session and uploads its documents.
pub async fn uploaded(app: &TestApp, files: &[File]) -> SendPlan {
    let plan = plan(app, files).await;
    for (id, file) in plan.uploads.iter().zip(files) {
        upload(app, *id, file).await.expect(200);
    }
    plan
}

/// Sends a session.
pub async fn sent(app: &TestApp, files: &[File]) -> SessionId {
    let plan = uploaded(app, files).await;
    let outcome: SendOutcome = read(&send(app, plan.session).await.expect(200));
    assert_eq!(outcome, SendOutcome::Sent);
    plan.session
}

pub async fn detail(app: &TestApp, id: SessionId) -> SessionDetail {
    read(&app.browser.get(&paths::detail(id)).await.expect(200))
}

/// Waits until a session stands so.
pub async fn until(app: &TestApp, id: SessionId, standing: Standing) -> SessionDetail {
    app.eventually(standing.label(), || async { detail(app, id).await.row.standing == standing }).await;
    detail(app, id).await
}

/// A session's row.
pub async fn record(app: &TestApp, id: SessionId) -> SessionRecord {
    app.portal().store.read().await.unwrap().session(Reach::PORTAL, id).await.unwrap().unwrap()
}

/// The row of a session's collection.
pub async fn collection_of(app: &TestApp, id: SessionId) -> CollectionRecord {
    let collection = record(app, id).await.collection;
    app.portal().store.read().await.unwrap().collection(Reach::PORTAL, collection).await.unwrap().unwrap()
}

/// The API's id of a session.
pub async fn upstream_id(app: &TestApp, id: SessionId) -> SigningSessionId {
    record(app, id).await.upstream.unwrap()
}

pub async fn sign(app: &TestApp, id: SessionId) {
    command(app, Method::POST, &format!("sessions/{}/sign", upstream_id(app, id).await), &json!({})).await;
}

pub async fn reject(app: &TestApp, id: SessionId, reason: &str) {
    let path = format!("sessions/{}/reject", upstream_id(app, id).await);
    command(app, Method::POST, &path, &json!({ "reason": reason })).await;
}

/// Makes the next `times` requests of an operation fail.
pub async fn fault(app: &TestApp, operation: &str, fault: &str, times: u32) {
    let plan = json!({ "operation": operation, "fault": fault, "times": times, "seconds": 60 });
    command(app, Method::POST, "faults", &plan).await;
}

/// Lets the next `times` requests of an operation pass, before faults that are planned after this.
pub async fn no_fault(app: &TestApp, operation: &str, times: u32) {
    let plan = json!({ "operation": operation, "fault": "delay", "times": times, "seconds": 0 });
    command(app, Method::POST, "faults", &plan).await;
}

pub async fn no_faults(app: &TestApp) {
    let url = app.sandbox_url.join("/__sandbox/faults").unwrap();
    assert!(client().delete(url).send().await.unwrap().status().is_success());
}

/// Commands the signing service.
pub async fn command(app: &TestApp, method: Method, path: &str, body: &Value) {
    let url = app.sandbox_url.join("/__sandbox/").unwrap().join(path).unwrap();
    let response = client().request(method, url).json(body).send().await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
}

fn client() -> reqwest::Client {
    upstream::client_builder(upstream::Reach::Private, Duration::from_secs(3)).build().unwrap()
}

/// The portal's own database file, for what its rows do not offer.
pub async fn database(app: &TestApp) -> SqliteConnection {
    SqliteConnectOptions::new().filename(app.portal().config.database()).connect().await.unwrap()
}

/// What the signing service has: documents, collections, sessions.
pub type AtApi = (i64, i64, i64);
pub const NOTHING: AtApi = (0, 0, 0);

/// Looks into the signing service's own database: its API lists neither documents nor collections.
pub async fn at_api(app: &TestApp) -> AtApi {
    let file = app.data_dir().join("sandbox/sandbox.db");
    let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let now = i64::try_from(app.sandbox_clock.now().unix_timestamp_nanos()).unwrap();
    sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM document WHERE expires_at > ?),
                (SELECT COUNT(*) FROM collection WHERE deleted_at IS NULL),
                (SELECT COUNT(*) FROM session WHERE deleted_at IS NULL)",
    )
    .bind(now)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

/// Waits until the signing service has nothing of ours.
pub async fn nothing_left(app: &TestApp) {
    app.eventually("the API is cleaned up", || async { at_api(app).await == NOTHING }).await;
}

pub fn read<T: DeserializeOwned>(answer: &Answer) -> T {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()))
}

/// The error's kind and the fields that it names.
pub fn problem(answer: &Answer) -> (String, Vec<String>) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = answer.json();
    let fields = problem["fields"].as_array().into_iter().flatten();
    let fields = fields.map(|field| field["field"].as_str().unwrap().to_owned());
    (problem["kind"].as_str().unwrap().to_owned(), fields.collect())
}
