//! The signer's pages.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
};
use contract::{Language, NewSigningSession};
use http::header;
use url::Url;
use uuid::Uuid;

use crate::service::App;

/// The routes of the pages.
pub(crate) fn router() -> Router<App> {
    Router::new()
}

/// The signer's link. A bearer secret.
pub(crate) fn signature_url(public_url: &Url, link: Uuid) -> String {
    format!("{}/sign-session/?sessionId={link}", public_url.as_str().trim_end_matches('/'))
}

/// The text that the signer consents to: the session's own, or a plain one.
pub(crate) fn consent_text(terms: &NewSigningSession, _language: &Language) -> String {
    terms.sign_text.clone().unwrap_or_default()
}

/// `GET /trust/root.pem`: what to trust to verify signatures of this service.
pub(crate) async fn root_certificate(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], app.authority.root_pem().to_owned()).into_response()
}
