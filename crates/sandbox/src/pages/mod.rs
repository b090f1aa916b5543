//! The signer's pages: rendered here, plain forms, no script.
//!
//! The way through a session is welcome → documents → consent → identify → confirm,
//! each page a file; `way` has the rules of it. `guest` says who opened a link, `layout`
//! how all pages look, `form` how they say what is wrong, `text` what they say in which
//! language.

mod confirm;
mod consent;
mod documents;
mod endings;
mod files;
mod form;
mod guest;
mod home;
mod identify;
mod layout;
mod markdown;
mod reference;
mod reject;
mod text;
mod way;
mod welcome;

use axum::{
    Router, middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use contract::{Language, NewSigningSession};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;
use uuid::Uuid;

use self::endings::Untold;
use crate::service::App;

/// The routes of the pages.
pub(crate) fn router() -> Router<App> {
    let signing = Router::new()
        .route("/sign-session/", get(welcome::show))
        .route("/sign-session/pre-authenticate", get(identify::show_before).post(identify::let_in))
        .route("/sign-session/documents", get(documents::show).post(documents::read))
        .route("/sign-session/document", get(files::open))
        .route("/sign-session/downloads", get(files::list))
        .route("/sign-session/consent", get(consent::show).post(consent::give))
        .route("/sign-session/identify", get(identify::show_for_signing).post(identify::identify))
        .route("/sign-session/native", get(identify::show_native).post(identify::sign_natively))
        .route("/sign-session/confirm", get(confirm::show).post(confirm::sign))
        .route("/sign-session/reject", get(reject::show).post(reject::reject))
        .route("/sign-session/cancel", post(reject::cancel))
        .route("/sign-session/outcome", get(endings::outcome))
        .route("/sign-session/style.css", get(layout::stylesheet))
        .route("/sign-session/{*rest}", any(endings::nothing_here))
        .layer(CsrfLayer::new().with_rejection_response(foreign_form))
        .layer(middleware::from_fn(endings::tell));
    signing
        .route("/", get(home::show))
        .route("/docs", get(reference::show))
        .route("/trust/root.pem", get(home::root_certificate))
}

fn foreign_form(_: ProtectionError) -> Response {
    Untold::StaleForm.into_response()
}

/// The signer's link. A bearer secret.
pub(crate) fn signature_url(public_url: &Url, link: Uuid) -> String {
    format!("{}/sign-session/?sessionId={link}", public_url.as_str().trim_end_matches('/'))
}

/// The text that the signer consents to: the session's own, or a plain one.
pub(crate) fn consent_text(terms: &NewSigningSession, language: &Language) -> String {
    let own = terms.sign_text.as_deref().filter(|text| !text.trim().is_empty());
    own.unwrap_or(text::in_language(language).default_consent).to_owned()
}
