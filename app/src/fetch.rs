//! Requests of islands: JSON both ways, with the header that other sites cannot set.

use gloo_net::http::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{ErrorKind, PortalError};

/// Sent with every request of a script. A cross-site request that carries it needs a
/// preflight, which this portal never grants.
pub(crate) const HEADER: (&str, &str) = ("X-Portal", "1");

/// Sent with requests that nobody made on purpose.
const BACKGROUND: (&str, &str) = ("X-Background", "1");

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The portal answered, with this.
    Portal(PortalError),
    /// No answer came. Whether the request arrived is not known.
    Unreachable,
    /// The person asked for it to stop.
    Cancelled,
}

impl Failure {
    /// A sentence for people.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Portal(error) => error.message,
            Self::Unreachable => "The portal cannot be reached. Check your connection, then try again.".to_owned(),
            Self::Cancelled => "Cancelled. Nothing was sent.".to_owned(),
        }
    }
}

/// Asks for a page, as HTML. No act of a person's: it does not keep a session alive.
pub(crate) async fn page(path: &str) -> Result<String, Failure> {
    ask(Method::GET, path, None, None).await
}

/// Sends `body` and reads the answer. Requests of the same `key` are one request to
/// the server, however often they arrive.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: String, key: Option<&str>) -> Result<T, Failure> {
    read(ask(Method::POST, path, Some(body), key).await?)
}

/// Deletes what lies at `path`.
pub(crate) async fn delete(path: &str) -> Result<(), Failure> {
    ask(Method::DELETE, path, None, None).await.map(drop)
}

/// Writes a request's body.
pub(crate) fn body<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|_| unreadable())
}

/// Reads a 2xx answer.
pub(crate) fn read<T: DeserializeOwned>(answer: String) -> Result<T, Failure> {
    serde_json::from_str(&answer).map_err(|_| unreadable())
}

/// Reads an answer that is no success.
pub(crate) fn refused(status: u16, answer: &str) -> Failure {
    Failure::Portal(serde_json::from_str(answer).unwrap_or_else(|_| match status {
        401 => PortalError::unauthenticated(),
        404 => PortalError::not_found(),
        413 => PortalError::new(ErrorKind::TooLarge, "The document is too large."),
        _ => PortalError::new(ErrorKind::Internal, "The server could not answer. Please try again."),
    }))
}

async fn ask(method: Method, path: &str, body: Option<String>, key: Option<&str>) -> Result<String, Failure> {
    let mut request = RequestBuilder::new(path)
        .method(method.clone())
        .header(HEADER.0, HEADER.1)
        .header("Accept", "application/json");
    if method == Method::GET {
        request = request.header(BACKGROUND.0, BACKGROUND.1);
    }
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    let request = match body {
        Some(body) => request.header("Content-Type", "application/json").body(body),
        None => request.build(),
    };
    let response = request.map_err(|_| Failure::Unreachable)?.send().await.map_err(|_| Failure::Unreachable)?;
    let answer = response.text().await.map_err(|_| Failure::Unreachable)?;
    if response.ok() { Ok(answer) } else { Err(refused(response.status(), &answer)) }
}

fn unreadable() -> Failure {
    Failure::Portal(PortalError::new(ErrorKind::Internal, "The server's answer cannot be read. Reload the page."))
}
