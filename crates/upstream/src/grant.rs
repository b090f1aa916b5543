//! Getting an access token: OAuth 2.0 client credentials (RFC 6749 §4.4).

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use reqwest::{Method, header::HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use crate::{
    Deadlines, Fault, Settings, UpstreamError, exchange,
    operation::{Effect, Operation},
    retry::{Attempts, Budget},
    token::{Fetched, Token},
};

/// The one scope of the vendor's APIs.
const SCOPE: &str = "signicat-api";
/// Life of a token whose answer does not say.
const LIFE_DEFAULT: u64 = 60;
/// Longest answer of the token endpoint, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// How to get a token.
pub(crate) struct Grant {
    client: reqwest::Client,
    budget: Arc<Budget>,
    url: Url,
    client_id: String,
    client_secret: RwLock<SecretString>,
    deadlines: Deadlines,
}

#[derive(Deserialize)]
struct Answer {
    access_token: SecretString,
    expires_in: Option<u64>,
}

impl Grant {
    pub(crate) fn new(client: reqwest::Client, budget: Arc<Budget>, settings: &Settings) -> Self {
        Self {
            client,
            budget,
            url: settings.token_url.clone(),
            client_id: settings.client_id.clone(),
            client_secret: RwLock::new(settings.client_secret.clone()),
            deadlines: settings.deadlines,
        }
    }

    /// Asks for a token, repeatedly if need be, until the token deadline.
    pub(crate) async fn fetch(&self) -> Fetched {
        let secret = self.client_secret.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.fetch_with(&secret).await
    }

    /// Asks with this secret from now on.
    pub(crate) fn adopt(&self, secret: SecretString) {
        *self.client_secret.write().unwrap_or_else(PoisonError::into_inner) = secret;
    }

    /// The same as [`Self::fetch`], with another secret.
    pub(crate) async fn fetch_with(&self, secret: &SecretString) -> Fetched {
        let Deadlines { head, token, .. } = self.deadlines;
        let operation = Operation { name: "token", method: &Method::POST, effect: Effect::Read, head, total: token };
        let mut attempts = Attempts::new(&self.budget, &operation);
        loop {
            match self.ask(&operation, secret, attempts.deadline()).await {
                // OAuth answers 400 or 401 to unknown clients, wrong secrets and scopes alike.
                Err(UpstreamError::Invalid(problem)) => return Err(UpstreamError::Unauthorized(Some(problem))),
                Err(error) => attempts.again_after(error).await?,
                done => return done,
            }
        }
    }

    async fn ask(&self, operation: &Operation, secret: &SecretString, deadline: Instant) -> Fetched {
        let asked_at = Instant::now();
        // Either part is form-encoded first (RFC 6749 §2.3.1), or a colon in the id would split it.
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let request = self
            .client
            .request(operation.method.clone(), self.url.clone())
            .basic_auth(encoded(&self.client_id), Some(encoded(secret.expose_secret())))
            .form(&[("grant_type", "client_credentials"), ("scope", SCOPE)])
            .build()
            .map_err(|_| operation.unusable(Fault::WrongForm))?;
        let idle = self.deadlines.idle;
        let sending = exchange::send(&self.client, request, operation.head);
        let response = exchange::head(operation, idle, deadline, sending).await?;
        let answer: Answer = exchange::json(operation, response, ANSWER_BYTES_MAX, idle, deadline).await?;
        let mut header = HeaderValue::try_from(format!("Bearer {}", answer.access_token.expose_secret()))
            .map_err(|_| operation.unusable(Fault::WrongForm))?;
        header.set_sensitive(true);
        let life = Duration::from_secs(answer.expires_in.unwrap_or(LIFE_DEFAULT).min(24 * 60 * 60));
        Ok(Arc::new(Token::new(header, asked_at, life)))
    }
}
