//! The HTTP client that asks providers.

use std::{error::Error, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use upstream::Reach;

/// How long a provider may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a provider may take in all.
const DEADLINE: Duration = Duration::from_secs(8);
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 512 * 1024;

/// Why a provider gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It cannot be reached, or breaks off.
    #[error("the provider cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// Its answer is longer than any that is needed.
    #[error("the provider's answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
    /// The answer cannot be put together.
    #[error("the provider's answer cannot be understood")]
    Malformed(#[from] http::Error),
}

/// A client that follows no redirects and reaches no addresses that settings forbid.
pub(super) struct Http(reqwest::Client);

impl Http {
    /// A client of its own for a provider.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub(super) fn new(reach: Reach, authorities_pem: &[u8]) -> Result<Self, reqwest::Error> {
        let authorities = reqwest::Certificate::from_pem_bundle(authorities_pem)?;
        let builder = upstream::client_builder(reach, CONNECT).tls_certs_merge(authorities);
        Ok(Self(builder.timeout(DEADLINE).build()?))
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.fetch(request))
    }
}

/// A cause of any kind.
pub(super) type Cause = Box<dyn Error + Send + Sync>;
