//! The service under test: requests, answers, and what has to be deleted afterwards.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use upstream::Reach;
use url::Url;

use crate::Account;

/// One empty page.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n\
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n\
xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n\
trailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n";

/// An id that no service gave out.
pub(crate) const NOBODY: &str = "0197e4b8-0000-7000-8000-000000000000";

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// What is not as it should be.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// No answer came.
    #[error("no answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// The answer is not what the rule says.
    #[error("{what}: expected {expected}, got {got}")]
    Differs {
        /// What was looked at.
        what: String,
        /// What the rule says.
        expected: String,
        /// What the service says.
        got: String,
    },
}

/// A finding unless the two are equal.
pub(crate) fn equal<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    got: T,
    expected: U,
) -> Result<(), Finding> {
    if got == expected { Ok(()) } else { Err(differs(what, format!("{expected:?}"), format!("{got:?}"))) }
}

/// A finding unless the condition holds.
pub(crate) fn holds(what: &str, condition: bool, expected: &str, got: &Value) -> Result<(), Finding> {
    if condition { Ok(()) } else { Err(differs(what, expected.to_owned(), got.to_string())) }
}

fn differs(what: &str, expected: String, got: String) -> Finding {
    Finding::Differs { what: what.to_owned(), expected, got }
}

/// An answer, whole.
pub(crate) struct Answer {
    request: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The answer, if it has this status.
    pub(crate) fn expect(self, status: u16) -> Result<Self, Finding> {
        if self.status.as_u16() == status {
            return Ok(self);
        }
        // A good answer may hold a token or a signer's link, an error does not.
        let body = if self.status.is_success() { Default::default() } else { String::from_utf8_lossy(&self.body) };
        let body: String = body.chars().take(500).collect();
        Err(differs(&self.request, format!("status {status}"), format!("{} {body}", self.status.as_u16())))
    }

    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn content_type(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of an error answer, if the answer is one to the letter.
    pub(crate) fn problem(self, status: u16) -> Result<Value, Finding> {
        let answer = self.expect(status)?;
        let essence = answer.content_type().split(';').next().unwrap_or_default().trim();
        equal(&format!("{}: Content-Type", answer.request), essence, contract::Problem::MEDIA_TYPE)?;
        let problem = answer.json();
        equal("problem: status", &problem["status"], status)?;
        for field in ["title", "code", "traceId"] {
            let text = problem[field].as_str().unwrap_or_default();
            holds(&format!("problem: {field}"), !text.is_empty(), "a text", &problem)?;
        }
        Ok(problem)
    }

    /// The names of the wrong parameters, if the answer is a refusal that names some.
    pub(crate) fn invalid_params(self) -> Result<Vec<String>, Finding> {
        let problem = self.problem(400)?;
        let params = problem["invalidParams"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(params.iter().filter_map(|param| Some(param["name"].as_str()?.to_owned())).collect())
    }
}

/// A session of requests with one token.
pub(crate) struct Service {
    client: Client,
    account: Account,
    token: SecretString,
    /// Paths of what was made, in the order in which it was.
    made: Mutex<Vec<String>>,
}

impl Service {
    /// Gets a token.
    pub(crate) async fn connect(account: Account) -> Result<Self, Finding> {
        let reach = if account.base_url.scheme() == "https" { Reach::Public } else { Reach::Private };
        let client = upstream::client_builder(reach, DEADLINE).timeout(DEADLINE).build()?;
        let mut service = Self { client, account, token: String::new().into(), made: Mutex::default() };
        let secret = service.secret().to_owned();
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", "signicat-api"),
            ("client_id", service.client_id()),
            ("client_secret", &secret),
        ];
        let answer = service.finish(service.token_request().form(&form)).await?.expect(200)?;
        service.token = answer.json()["access_token"].as_str().unwrap_or_default().into();
        Ok(service)
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.account.client_id
    }

    pub(crate) fn secret(&self) -> &str {
        self.account.client_secret.expose_secret()
    }

    /// A request to the token endpoint.
    pub(crate) fn token_request(&self) -> RequestBuilder {
        self.client.post(self.account.token_url.clone())
    }

    /// A request without a token.
    pub(crate) fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.account.base_url.as_str().trim_end_matches('/');
        self.client.request(method, format!("{base}{path}"))
    }

    /// A request with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(self.token.expose_secret())
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn finish(&self, request: RequestBuilder) -> Result<Answer, Finding> {
        let request = request.build()?;
        let shown = format!("{} {}", request.method(), shown(request.url()));
        let answer = self.client.execute(request).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer { request: shown, status, headers, body: answer.bytes().await?.into() })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer, Finding> {
        self.finish(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Answer, Finding> {
        self.finish(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Answer, Finding> {
        self.finish(self.request(Method::PATCH, path).json(body)).await
    }

    /// Posts JSON, and remembers what it makes.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer, Finding> {
        let answer = self.finish(self.request(Method::POST, path).json(body)).await?;
        if answer.status.is_success() {
            let made = answer.json();
            let ids =
                made.as_array().map_or_else(|| vec![&made["id"]], |all| all.iter().map(|one| &one["id"]).collect());
            ids.into_iter().for_each(|id| self.remember(path, id));
        }
        Ok(answer)
    }

    /// Uploads bytes, and remembers the document.
    pub(crate) async fn post_document(&self, content_type: &str, body: &[u8]) -> Result<Answer, Finding> {
        let content_type = HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static("text/plain"));
        let request = self.request(Method::POST, "/documents").header(header::CONTENT_TYPE, content_type);
        let answer = self.finish(request.body(body.to_vec())).await?;
        if answer.status.is_success() {
            self.remember("/documents", &answer.json()["documentId"]);
        }
        Ok(answer)
    }

    fn remember(&self, family: &str, id: &Value) {
        if let Some(id) = id.as_str() {
            self.made.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{family}/{id}"));
        }
    }

    /// Uploads the small PDF.
    pub(crate) async fn upload(&self) -> Result<Value, Finding> {
        Ok(self.post_document("application/pdf", PDF).await?.expect(200)?.json())
    }

    /// Makes a collection of documents.
    pub(crate) async fn collect(&self, documents: &[&Value]) -> Result<Value, Finding> {
        let documents: Vec<Value> =
            documents.iter().map(|document| json!({ "documentId": document["documentId"] })).collect();
        let body = json!({ "documents": documents });
        Ok(self.post("/document-collections", &body).await?.expect(201)?.json())
    }

    /// A request for a session on a document and a collection of its own.
    pub(crate) async fn terms(&self, title: &str) -> Result<Value, Finding> {
        let document = self.upload().await?;
        let collection = self.collect(&[&document]).await?;
        Ok(json!({
            "title": title,
            "documents": [{
                "documentCollectionId": collection["id"],
                "documentId": document["documentId"],
                "action": "SIGN",
            }],
            "signingSetup": [{ "signingFlow": "AUTHENTICATION_BASED" }],
        }))
    }

    /// Makes a session.
    pub(crate) async fn create(&self, terms: &Value) -> Result<Value, Finding> {
        let mut made = self.post("/signing-sessions", &json!([terms])).await?.expect(201)?.json();
        Ok(made[0].take())
    }

    /// Deletes what was made: what refers to others first. Answers what would not go.
    pub(crate) async fn clean_up(&self) -> Vec<String> {
        let made = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left = Vec::new();
        for family in ["/signing-sessions/", "/document-collections/", "/documents/"] {
            for path in made.iter().filter(|path| path.starts_with(family)) {
                let gone = self
                    .delete(path)
                    .await
                    .is_ok_and(|answer| answer.status.is_success() || answer.status == StatusCode::NOT_FOUND);
                if !gone {
                    left.push(path.clone());
                }
            }
        }
        left
    }
}

/// The path and the query: the host is the same in all findings.
fn shown(url: &Url) -> String {
    url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
}
