//! The signing API over HTTP.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use contract::{
    Document, DocumentCollection, DocumentCollectionId, DocumentId, DocumentPatch, ListQuery, MimeType,
    NewDocumentCollection, NewSigningSession, Page, SigningSession, SigningSessionId,
};
use futures_util::stream;
use reqwest::{
    Method, Request, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{
    Deadlines, Download, Fault, SettingsError, SigningApi, Stage, UploadBody, UpstreamError,
    breaker::Breaker,
    client::client_builder,
    exchange,
    grant::Grant,
    operation::{Effect, Operation},
    pools::Pools,
    retry::{Attempts, Budget},
    settings::Settings,
    token::{Token, TokenCache},
    upload::watched,
    vitals::{Rotation, Vitals},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The signing API over HTTP, be it the vendor's or the embedded service's.
pub struct HttpSigningApi {
    client: reqwest::Client,
    base_url: Url,
    tokens: Arc<TokenCache>,
    budget: Arc<Budget>,
    vitals: Vitals,
    rotation: Rotation,
    pools: Pools,
    deadlines: Deadlines,
    answer_bytes_max: usize,
    download_bytes_max: u64,
}

impl std::fmt::Debug for HttpSigningApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSigningApi").field("base_url", &self.base_url.as_str()).finish_non_exhaustive()
    }
}

impl HttpSigningApi {
    /// A client for these settings. Connects to nothing yet.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let authorities = reqwest::Certificate::from_pem_bundle(&settings.authorities_pem);
        let client = client_builder(settings.reach, settings.deadlines.connect)
            .tls_certs_merge(authorities.map_err(SettingsError::Authorities)?)
            .build()
            .map_err(SettingsError::Client)?;
        let budget = Arc::new(Budget::new(settings.retry_wait));
        let grant = Arc::new(Grant::new(client.clone(), Arc::clone(&budget), &settings));
        let tokens = TokenCache::new({
            let grant = Arc::clone(&grant);
            move || {
                let grant = Arc::clone(&grant);
                Box::pin(async move { grant.fetch().await })
            }
        });
        let vitals = Vitals::new(Breaker::new(settings.breaker), Arc::clone(&tokens));
        let rotation = Rotation::new(grant, vitals.clone());
        let pools = Pools::new(settings.pools);
        let Settings { base_url, deadlines, answer_bytes_max, download_bytes_max, .. } = settings;
        Ok(Self {
            client,
            base_url,
            tokens,
            budget,
            vitals,
            rotation,
            pools,
            deadlines,
            answer_bytes_max,
            download_bytes_max,
        })
    }

    /// Changes the client's secret later.
    #[must_use]
    pub fn rotation(&self) -> Rotation {
        self.rotation.clone()
    }

    /// Tells how the API does, now and later.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        self.vitals.clone()
    }

    pub(crate) fn read(&self, name: &'static str) -> Operation {
        let Deadlines { head, total, .. } = self.deadlines;
        Operation { name, method: &Method::GET, effect: Effect::Read, head, total }
    }

    fn delete(&self, name: &'static str) -> Operation {
        Operation { method: &Method::DELETE, effect: Effect::Delete, ..self.read(name) }
    }

    pub(crate) fn change(&self, name: &'static str, method: &'static Method) -> Operation {
        Operation { method, effect: Effect::Change, head: self.deadlines.create_head, ..self.read(name) }
    }

    fn url<const N: usize>(&self, segments: [&str; N]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// An address on the API's host, outside the API.
    pub(crate) fn on_host(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(path);
        url
    }

    async fn token(&self, deadline: Instant) -> Result<Arc<Token>, UpstreamError> {
        timeout_at(deadline, self.tokens.get()).await.unwrap_or_else(|_| {
            Err(UpstreamError::Unavailable { fault: Fault::Deadline(Stage::Token), retry_after: None, problem: None })
        })
    }

    /// One attempt: a request complete in memory, to the head of its answer. A
    /// refused token is replaced once; the API did nothing for it.
    async fn attempt(
        &self,
        operation: &Operation,
        deadline: Instant,
        url: &Url,
        body: Option<&Bytes>,
    ) -> Result<Response, UpstreamError> {
        let first = self.token(deadline).await?;
        match self.attempt_with(&first, operation, deadline, url, body).await {
            Err(UpstreamError::Unauthorized(_)) => {}
            other => return other,
        }
        let second = self.token(deadline).await?;
        self.attempt_with(&second, operation, deadline, url, body).await
    }

    async fn attempt_with(
        &self,
        token: &Arc<Token>,
        operation: &Operation,
        deadline: Instant,
        url: &Url,
        body: Option<&Bytes>,
    ) -> Result<Response, UpstreamError> {
        let mut request = Request::new(operation.method.clone(), url.clone());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
        request.headers_mut().insert(AUTHORIZATION, token.header.clone());
        if let Some(body) = body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
            *request.body_mut() = Some(body.clone().into());
        }
        let sending = exchange::send(&self.client, request, operation.head);
        let outcome = exchange::head(operation, self.deadlines.idle, deadline, sending).await;
        self.forget_if_refused(token, &outcome);
        outcome
    }

    fn forget_if_refused<T>(&self, token: &Arc<Token>, outcome: &Result<T, UpstreamError>) {
        if matches!(outcome, Err(UpstreamError::Unauthorized(_))) {
            self.tokens.discard(token);
        }
    }

    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        operation: Operation,
        url: Url,
        body: Option<Bytes>,
    ) -> Result<T, UpstreamError> {
        let mut attempts = Attempts::new(&self.budget, &operation);
        let deadline = attempts.deadline();
        loop {
            let attempt = async {
                let response = self.attempt(&operation, deadline, &url, body.as_ref()).await?;
                exchange::json(&operation, response, self.answer_bytes_max, self.deadlines.idle, deadline).await
            };
            let place = self.pools.call(deadline).await?;
            let outcome = self.vitals.watch(attempt).await;
            drop(place);
            match outcome {
                Err(error) => attempts.again_after(error).await?,
                done => return done,
            }
        }
    }

    async fn remove(&self, operation: Operation, url: Url) -> Result<(), UpstreamError> {
        let mut attempts = Attempts::new(&self.budget, &operation);
        loop {
            let place = self.pools.call(attempts.deadline()).await?;
            let outcome = self.vitals.watch(self.attempt(&operation, attempts.deadline(), &url, None)).await;
            drop(place);
            match outcome {
                Ok(_) => return Ok(()),
                // An earlier attempt did it, and its answer was lost.
                Err(UpstreamError::NotFound(_)) if attempts.maybe_done() => return Ok(()),
                Err(error) => attempts.again_after(error).await?,
            }
        }
    }
}

/// A request body. Serialising the contract's types cannot fail but for a date
/// outside the years that RFC 3339 can write, which the API would refuse.
fn body(value: &(impl Serialize + ?Sized)) -> Result<Option<Bytes>, UpstreamError> {
    match serde_json::to_vec(value) {
        Ok(body) => Ok(Some(body.into())),
        Err(_) => Err(UpstreamError::unwritable("dueDate")),
    }
}

#[async_trait]
impl SigningApi for HttpSigningApi {
    async fn upload_document(
        &self,
        mime_type: &MimeType,
        content_length: Option<u64>,
        body: UploadBody,
    ) -> Result<Document, UpstreamError> {
        let Deadlines { idle, create_head, transfer, total, .. } = self.deadlines;
        let operation = Operation { total: transfer, ..self.change("upload_document", &Method::POST) };
        let deadline = Instant::now() + transfer;
        let content_type =
            HeaderValue::from_str(mime_type.as_str()).map_err(|_| UpstreamError::UnsupportedType(None))?;

        let _place = self.pools.transfer(Instant::now() + total).await?;
        let send = async {
            let token = self.token(deadline).await?;
            let (body, watch) = watched(body, content_length);
            let mut request = Request::new(Method::POST, self.url(["documents"]));
            request.headers_mut().insert(ACCEPT, JSON);
            request.headers_mut().insert(AUTHORIZATION, token.header.clone());
            request.headers_mut().insert(CONTENT_TYPE, content_type);
            if let Some(length) = content_length {
                request.headers_mut().insert(CONTENT_LENGTH, length.into());
            }
            *request.body_mut() = Some(reqwest::Body::wrap_stream(body));
            let sending = watch.guard(self.client.execute(request), idle, create_head, deadline);
            let outcome = exchange::head(&operation, idle, deadline, sending).await;
            self.forget_if_refused(&token, &outcome);
            exchange::json(&operation, outcome?, self.answer_bytes_max, idle, deadline).await
        };
        self.vitals.watch(send).await
    }

    async fn download_document(&self, id: DocumentId) -> Result<Download, UpstreamError> {
        let operation = self.read("download_document");
        let url = self.url(["documents", &id.to_string()]);
        let mut attempts = Attempts::new(&self.budget, &operation);
        let place = self.pools.transfer(attempts.deadline()).await?;
        let response = loop {
            match self.vitals.watch(self.attempt(&operation, attempts.deadline(), &url, None)).await {
                Err(error) => attempts.again_after(error).await?,
                Ok(response) => break response,
            }
        };
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mime_type = MimeType::from_content_type(content_type.unwrap_or("application/octet-stream"));
        let content_length = response.content_length();
        if content_length.is_some_and(|length| length > self.download_bytes_max) {
            return Err(operation.unusable(Fault::TooLong));
        }
        let Deadlines { idle, transfer, .. } = self.deadlines;
        let deadline = Instant::now() + transfer;
        let stream = stream::try_unfold(
            (response, self.download_bytes_max, place),
            move |(mut response, left, place)| async move {
                let Some(piece) =
                    exchange::next(&mut response, idle, deadline).await.map_err(|fault| operation.failed(fault))?
                else {
                    return Ok(None);
                };
                let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                match left.checked_sub(length) {
                    Some(left) => Ok(Some((piece, (response, left, place)))),
                    None => Err(operation.unusable(Fault::TooLong)),
                }
            },
        );
        Ok(Download { mime_type, content_length, stream: Box::pin(stream) })
    }

    async fn document(&self, id: DocumentId) -> Result<Document, UpstreamError> {
        self.json(self.read("document"), self.url(["documents", &id.to_string(), "metadata"]), None).await
    }

    async fn patch_document(&self, id: DocumentId, patch: &DocumentPatch) -> Result<Document, UpstreamError> {
        let url = self.url(["documents", &id.to_string(), "metadata"]);
        self.json(self.change("patch_document", &Method::PATCH), url, body(patch)?).await
    }

    async fn delete_document(&self, id: DocumentId) -> Result<(), UpstreamError> {
        self.remove(self.delete("delete_document"), self.url(["documents", &id.to_string()])).await
    }

    async fn create_collection(&self, collection: &NewDocumentCollection) -> Result<DocumentCollection, UpstreamError> {
        let operation = self.change("create_collection", &Method::POST);
        self.json(operation, self.url(["document-collections"]), body(collection)?).await
    }

    async fn collection(&self, id: DocumentCollectionId) -> Result<DocumentCollection, UpstreamError> {
        self.json(self.read("collection"), self.url(["document-collections", &id.to_string()]), None).await
    }

    async fn delete_collection(&self, id: DocumentCollectionId) -> Result<(), UpstreamError> {
        self.remove(self.delete("delete_collection"), self.url(["document-collections", &id.to_string()])).await
    }

    async fn create_sessions(&self, sessions: &[NewSigningSession]) -> Result<Vec<SigningSession>, UpstreamError> {
        let operation = self.change("create_sessions", &Method::POST);
        let created: Vec<_> = self.json(operation, self.url(["signing-sessions"]), body(sessions)?).await?;
        if created.len() == sessions.len() { Ok(created) } else { Err(operation.unusable(Fault::WrongForm)) }
    }

    async fn session(&self, id: SigningSessionId) -> Result<SigningSession, UpstreamError> {
        self.json(self.read("session"), self.url(["signing-sessions", &id.to_string()]), None).await
    }

    async fn sessions(&self, query: &ListQuery) -> Result<Page<SigningSession>, UpstreamError> {
        let pairs = query.to_pairs().map_err(|_| UpstreamError::unwritable("createdDateFrom"))?;
        let mut url = self.url(["signing-sessions"]);
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self.json(self.read("sessions"), url, None).await
    }

    async fn delete_session(&self, id: SigningSessionId) -> Result<(), UpstreamError> {
        self.remove(self.delete("delete_session"), self.url(["signing-sessions", &id.to_string()])).await
    }
}
