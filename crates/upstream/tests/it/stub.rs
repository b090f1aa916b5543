//! Stand-ins for the signing API, each on a port of its own.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use upstream::{Deadlines, HttpSigningApi, Reach, Settings, UpstreamError};
use url::Url;

/// The client's secret; must not appear anywhere.
pub const SECRET: &str = "marker+secret:/%";
pub const CLIENT: &str = "sandbox-brave-otter:164";

/// A request that a stub got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub line: String,
    pub authorization: String,
}

#[derive(Clone)]
pub struct Stub {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    /// Serves `api` under `/sign`, and tokens `t1`, `t2`, … at `/token`.
    pub async fn spawn(api: Router) -> Self {
        Self::spawn_with_tokens(api, post(token)).await
    }

    /// Serves `api` under `/sign`, and `tokens` at `/token`.
    pub async fn spawn_with_tokens(api: Router, tokens: axum::routing::MethodRouter<Stub>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stub = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let router = Router::new()
            .route("/token", tokens)
            .with_state(stub.clone())
            .nest("/sign", api)
            .layer(from_fn_with_state(stub.clone(), record));
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests came whose line begins with `start`.
    pub fn count(&self, start: &str) -> usize {
        self.seen().iter().filter(|seen| seen.line.starts_with(start)).count()
    }

    pub fn settings(&self) -> Settings {
        settings(self.address)
    }

    pub fn api(&self) -> HttpSigningApi {
        HttpSigningApi::new(self.settings()).unwrap()
    }

    pub fn api_with(&self, change: impl FnOnce(&mut Settings)) -> HttpSigningApi {
        let mut settings = self.settings();
        change(&mut settings);
        HttpSigningApi::new(settings).unwrap()
    }
}

pub fn settings(address: SocketAddr) -> Settings {
    let url = |path: &str| Url::parse(&format!("http://{address}/{path}")).unwrap();
    let mut settings = Settings::new(url("sign"), url("token"), CLIENT, SecretString::from(SECRET), Reach::Private);
    settings.retry_wait = Duration::from_millis(4);
    // Most tests are about failures, and mean to make many.
    settings.breaker.calls_min = usize::MAX;
    settings
}

/// Deadlines so short that a test can sit them out.
pub fn short() -> Deadlines {
    let brief = Duration::from_millis(80);
    Deadlines {
        connect: brief,
        head: brief,
        create_head: brief,
        idle: brief,
        total: Duration::from_millis(200),
        transfer: Duration::from_secs(5),
        token: Duration::from_millis(200),
    }
}

async fn record(State(stub): State<Stub>, request: Request, next: Next) -> Response {
    let text = |value: Option<&axum::http::HeaderValue>| value.map_or("", |v| v.to_str().unwrap()).to_owned();
    let line = format!("{} {}", request.method(), request.uri());
    let authorization = text(request.headers().get(AUTHORIZATION));
    stub.seen.lock().unwrap().push(Seen { line, authorization });
    next.run(request).await
}

pub async fn token(State(stub): State<Stub>) -> Json<Value> {
    let n = stub.count("POST /token");
    Json(json!({ "access_token": format!("t{n}"), "expires_in": 600, "token_type": "Bearer" }))
}

/// `answer` for the bearer of `t2`, a refusal for all others.
pub fn for_second_token(headers: &HeaderMap, answer: impl IntoResponse) -> Response {
    if headers.get(AUTHORIZATION).is_some_and(|value| value == "Bearer t2") {
        return answer.into_response();
    }
    problem(StatusCode::UNAUTHORIZED, "invalid_token").into_response()
}

/// A problem with texts that must never be printed.
pub fn problem(status: StatusCode, code: &str) -> impl IntoResponse + use<> {
    let body = json!({
        "status": status.as_u16(),
        "title": "marker title",
        "code": code,
        "traceId": "ffb75ca1385ecb0a362ff9cd029d23de",
        "detail": "marker detail",
        "invalidParams": [{ "name": "[0].dueDate", "reason": "marker reason" }],
        "newer": "marker newer",
    });
    (status, [("content-type", "application/problem+json")], body.to_string())
}

pub const ID: &str = "f05d0dce-a7af-432b-b6b8-e455ab7c0852";

pub fn document() -> Value {
    json!({
        "documentId": ID,
        "mimeType": "application/pdf",
        "createdAt": "2026-11-24T10:31:26.355228387Z",
        "documentHash": { "hash": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=", "hashAlgorithm": "SHA256" },
    })
}

pub fn session() -> Value {
    json!({
        "id": ID,
        "title": "Rental agreement",
        "signatureUrl": "https://sign.example/?sessionId=marker-link",
        "documents": [{ "documentCollectionId": ID, "documentId": ID, "action": "SIGN" }],
        "signingSetup": [{ "signingFlow": "AUTHENTICATION_BASED" }],
        "lifecycle": { "state": "ARCHIVING", "stateIsFinal": false },
        "newer": { "than": "this" },
    })
}

/// Serves connections byte by byte: for what no HTTP server does.
pub async fn raw<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// All that an error prints, with its causes.
pub fn printed(error: &UpstreamError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}
