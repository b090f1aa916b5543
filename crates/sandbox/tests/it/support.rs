//! A sandbox of its own for each test, on a free port and a stepped clock.

use std::sync::Arc;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use sandbox::{
    Sandbox, SandboxConfig, SystemRandom,
    clock::{Clock as _, SteppedClock},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::datetime};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub(crate) const START: OffsetDateTime = datetime!(2026-11-24 12:00 UTC);
pub(crate) const CLIENT: (&str, &str) = ("sandbox-test-client-1", "a secret: with +, % and ø");

/// One empty page.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n\
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n\
xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n\
trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n";
/// Where its table starts.
pub(crate) const PDF_TABLE: usize = 164;

pub(crate) struct TestSandbox {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) clock: Arc<SteppedClock>,
    pub(crate) token: String,
    pub(crate) dir: TempDir,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

pub(crate) fn http_client() -> reqwest::Client {
    // No test speaks TLS, but a client is not built without a provider. An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

impl TestSandbox {
    pub(crate) async fn spawn() -> Self {
        Self::spawn_with(|_| {}).await
    }

    /// A sandbox of another configuration. A restart forgets it.
    pub(crate) async fn spawn_with(configure: impl FnOnce(&mut SandboxConfig)) -> Self {
        Self::start(TempDir::new().unwrap(), Arc::new(SteppedClock::at(START)), configure).await
    }

    async fn start(dir: TempDir, clock: Arc<SteppedClock>, configure: impl FnOnce(&mut SandboxConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clients = vec![(CLIENT.0.to_owned(), CLIENT.1.into())];
        let mut config = SandboxConfig::new(dir.path().join("data"), base.parse().unwrap(), clients);
        config.control_plane = true;
        configure(&mut config);
        let sandbox = Sandbox::open(config, clock.clone(), Arc::new(SystemRandom)).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(async move {
            sandbox.serve(listener, async { drop(stopped.await) }).await;
        });
        let mut this = Self { base, http: http_client(), clock, token: String::new(), dir, stop, served };
        this.token = this.new_token().await;
        this
    }

    /// Stops the service and starts it anew on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.stop.send(()).unwrap();
        drop(self.http);
        self.served.await.unwrap();
        Self::start(self.dir, self.clock, |_| {}).await
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by).unwrap();
    }

    /// Advances the clock, and gets a token that is good at the new time.
    pub(crate) async fn advance_with_token(&mut self, by: Duration) {
        self.advance(by);
        self.token = self.new_token().await;
    }

    pub(crate) async fn new_token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "signicat-api"),
            ("client_id", CLIENT.0),
            ("client_secret", CLIENT.1),
        ];
        let answer = self.http.post(format!("{}/auth/open/connect/token", self.base)).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> StatusCode {
        self.request(Method::DELETE, path).send().await.unwrap().status()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).json(body).send().await.unwrap()
    }

    /// Uploads a document and answers its id.
    pub(crate) async fn upload(&self, mime_type: &str, bytes: &[u8]) -> String {
        let request = self.request(Method::POST, "/sign/documents").header("content-type", mime_type);
        let answer = request.body(bytes.to_vec()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let answer: Value = answer.json().await.unwrap();
        answer["documentId"].as_str().unwrap().to_owned()
    }

    /// Makes a collection and answers its id.
    pub(crate) async fn collection(&self, documents: &[&str]) -> String {
        let documents: Vec<Value> = documents.iter().map(|id| json!({ "documentId": id })).collect();
        let answer = self.post("/sign/document-collections", &json!({ "documents": documents })).await;
        assert_eq!(answer.status(), 201);
        let answer: Value = answer.json().await.unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// A request for a session on one fresh PDF.
    pub(crate) async fn terms(&self, title: &str) -> Value {
        let document = self.upload("application/pdf", PDF).await;
        let collection = self.collection(&[&document]).await;
        terms(title, &document, &collection)
    }

    /// Makes a session from a request and answers it.
    pub(crate) async fn create(&self, terms: &Value) -> Value {
        let answer = self.post("/sign/signing-sessions", &json!([terms])).await;
        let status = answer.status();
        let mut answer: Value = answer.json().await.unwrap();
        assert_eq!(status, 201, "{answer}");
        answer[0].take()
    }

    /// Makes a session on one fresh PDF.
    pub(crate) async fn session(&self, title: &str) -> Value {
        self.create(&self.terms(title).await).await
    }

    pub(crate) async fn read(&self, session: &Value) -> Value {
        let answer = self.get(&format!("/sign/signing-sessions/{}", session["id"].as_str().unwrap())).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(crate) async fn state(&self, session: &Value) -> String {
        self.read(session).await["lifecycle"]["state"].as_str().unwrap().to_owned()
    }

    /// Signs without the pages.
    pub(crate) async fn sign(&self, session: &Value) -> Response {
        self.post(&format!("/__sandbox/sessions/{}/sign", session["id"].as_str().unwrap()), &json!({})).await
    }
}

/// A request for a session on one document.
pub(crate) fn terms(title: &str, document: &str, collection: &str) -> Value {
    json!({
        "title": title,
        "documents": [{ "documentCollectionId": collection, "documentId": document, "action": "SIGN" }],
        "signingSetup": [{ "signingFlow": "AUTHENTICATION_BASED" }],
    })
}

pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap()
}

/// Asserts that an answer is a problem, and answers its body.
pub(crate) async fn problem(answer: Response, status: u16, code: &str) -> Value {
    let headers = answer.headers().clone();
    let got = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    assert_eq!(headers["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status);
    assert_eq!(body["code"], code, "{body}");
    let trace_id = body["traceId"].as_str().unwrap();
    assert!(trace_id.len() == 32 && trace_id.bytes().all(|b| b.is_ascii_hexdigit()), "{trace_id}");
    body
}

/// Names of the invalid parameters of a problem, in order.
pub(crate) async fn invalid_params(answer: Response) -> Vec<String> {
    let body = problem(answer, 400, "invalid_request_parameter").await;
    let params = body["invalidParams"].as_array().unwrap();
    params.iter().map(|param| param["name"].as_str().unwrap().to_owned()).collect()
}
