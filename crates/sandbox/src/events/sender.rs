//! One attempt: a signed POST, and what became of it.

use hmac::{Hmac, KeyInit, Mac};
use http::{StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::Duration;

use super::envelope;
use crate::store::deliveries::Delivery;

/// How long a receiver may take for its answer.
pub(super) const TIMEOUT: Duration = Duration::seconds(10);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::seconds(5);
/// How long a connection is kept for the next event: shorter than servers usually keep idle ones.
const IDLE: Duration = Duration::seconds(15);

/// Why an attempt failed. Says nothing of the address, which may hold secrets of the receiver's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// The receiver answered, but not with success.
    #[error("the answer was {0}")]
    Refused(StatusCode),
    /// The receiver says that it is gone for good: nothing is tried again.
    #[error("the answer was 410 Gone")]
    Gone,
    /// No answer in time.
    #[error("there was no answer within {} seconds", TIMEOUT.whole_seconds())]
    TimedOut,
    /// There is nobody at the address, or its certificate is not trusted.
    #[error("no connection could be made")]
    Unreachable,
    /// The connection broke before an answer.
    #[error("the connection broke before an answer")]
    Broken,
    /// The service could not write the event or sign it. The cause is logged.
    #[error("the service failed")]
    Internal,
}

fn internal(cause: impl std::error::Error) -> Failure {
    tracing::error!(error = %cause, "an event cannot be written or signed");
    Failure::Internal
}

/// Posts events.
pub(crate) struct Sender(reqwest::Client);

impl Sender {
    /// A client that follows no redirects, uses no proxies of the environment and repeats nothing by itself.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        // Fails only when a provider is installed already, which then serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .http1_only()
                .connect_timeout(CONNECT_TIMEOUT.unsigned_abs())
                .timeout(TIMEOUT.unsigned_abs())
                .pool_idle_timeout(IDLE.unsigned_abs())
                .user_agent(concat!("countersign-sandbox/", env!("CARGO_PKG_VERSION")))
        };
        builder()
            .build()
            .or_else(|error| {
                // Receivers on this machine, which are what a sandbox mostly has, need no certificates.
                tracing::warn!(%error, "the system has no root certificates: events reach http receivers only");
                builder().tls_certs_only([]).build()
            })
            .map(Self)
    }

    /// Makes one attempt. Any 2xx is success. The answer's body is not read.
    pub(super) async fn post(&self, delivery: &Delivery, account_id: &str) -> Result<(), Failure> {
        let body = serde_json::to_vec(&envelope::of(delivery, account_id)).map_err(internal)?;
        let request = self
            .0
            .post(&delivery.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(&delivery.signature_header, signature(&delivery.secret, &body)?)
            .body(body);
        let answer = request.send().await.map_err(|error| {
            if error.is_timeout() {
                Failure::TimedOut
            } else if error.is_connect() || error.is_builder() {
                Failure::Unreachable
            } else {
                Failure::Broken
            }
        })?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Failure::Gone),
            status => Err(Failure::Refused(status)),
        }
    }
}

/// What receivers check: HMAC-SHA256 over the body as it is sent, in hexadecimal.
fn signature(secret: &SecretString, body: &[u8]) -> Result<String, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map_err(internal)?;
    mac.update(body);
    Ok(hex::encode(mac.finalize().into_bytes()))
}
