//! Requests that change something must come from this portal's own pages.
//!
//! Three conditions, each enough by itself in a modern browser:
//! 1. `Sec-Fetch-Site` or else `Origin` says so (tower-http's layer, which also
//!    refuses `same-site`: another host of our domain is another site);
//! 2. one of the two is there at all;
//! 3. `X-Portal: 1`, which a foreign page cannot send without a preflight that is
//!    never granted, and with POST, the one method of forms that changes things, a
//!    body of a type that no form can send (RFC 10017).
//!
//! The forms that must work before any script has come are excused from the third.
//! What browsers report by themselves, and what the signing service and providers tell,
//! is excused from all: the one changes nothing, the others are signed.

use app::paths;
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use crate::error::ApiError;

/// The header that scripts of this portal send.
const PROOF: &str = "x-portal";
/// Forms that work without scripts. Nothing else takes a form's body.
pub const PLAIN_FORMS: [&str; 12] = [
    paths::SETUP,
    paths::SIGN_IN,
    paths::SIGN_IN_CODE,
    paths::PROVIDER_SIGN_IN,
    paths::SIGN_OUT,
    paths::CONFIRM,
    paths::INVITATION,
    paths::ACCOUNT,
    paths::FACTOR,
    paths::PEOPLE,
    paths::API_KEYS,
    paths::WIDGETS,
];
/// What no page of ours sends: browsers' reports, which change nothing, and what the
/// signing service and providers tell, which is signed.
pub const UNASKED: [&str; 3] = [paths::CSP_REPORTS, paths::WEBHOOK, paths::LOGOUT_NOTICES];
const FORM: &str = "application/x-www-form-urlencoded";
/// What a form of another site can POST without being asked.
const FORM_TYPES: [&str; 3] = [FORM, "multipart/form-data", "text/plain"];

/// Judges by `Sec-Fetch-Site` and `Origin`. `origin` is the portal's own; it counts
/// where a proxy changes `Host`.
pub(crate) fn layer(
    origin: &str,
) -> Result<CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone + Send + Sync + 'static>, ConfigError> {
    let refuse =
        |_| ApiError::Forgery("This request came from another site. Go to the portal and try there.").into_response();
    let layer = CsrfLayer::new().with_insecure_bypass(|_, uri| UNASKED.contains(&uri.path()));
    Ok(layer.add_trusted_origin(origin)?.with_rejection_response(refuse))
}

/// Addresses for programs, where nothing but a key counts: what a browser sends by
/// itself is of no use there. Programs say nothing of where they are.
fn is_for_programs(path: &str) -> bool {
    path == paths::EMBED_TOKENS || path.strip_prefix(paths::EMBED_TOKENS).is_some_and(|rest| rest.starts_with('/'))
}

/// Judges by all else.
pub(crate) async fn require_proof(request: Request, next: Next) -> Response {
    match check(request.method(), request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(method: &Method, path: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return Ok(());
    }
    if [Method::TRACE, Method::CONNECT].contains(method) {
        return Err(ApiError::MethodNotAllowed);
    }
    if UNASKED.contains(&path) || is_for_programs(path) {
        return Ok(());
    }
    if !headers.contains_key("sec-fetch-site") && !headers.contains_key(header::ORIGIN) {
        return Err(ApiError::Forgery("This request does not say where it comes from: send Sec-Fetch-Site or Origin."));
    }
    let sent = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let media_type = sent.map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let media_type = media_type.as_deref();
    if PLAIN_FORMS.contains(&path) {
        return match media_type {
            Some(FORM) => Ok(()),
            // A form without fields may send no body at all.
            None if path == paths::SIGN_OUT => Ok(()),
            _ => Err(ApiError::UnsupportedMediaType("This address takes application/x-www-form-urlencoded.")),
        };
    }
    if headers.get(PROOF).is_none_or(|value| value != "1") {
        return Err(ApiError::Forgery("This request lacks the header X-Portal: 1."));
    }
    match media_type {
        Some(form) if method == Method::POST && FORM_TYPES.contains(&form) => {
            Err(ApiError::UnsupportedMediaType("This address takes no forms; send JSON or the document's own type."))
        }
        _ => Ok(()),
    }
}
