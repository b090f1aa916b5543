//! Headers of every answer (ASVS 3.4).

use std::sync::Arc;

use app::paths::CSP_REPORTS;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

use crate::state::Portal;

/// Headers that every answer has unless its handler set others.
const DEFAULTS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    // Answers depend on who asks.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    // Data and errors are no documents: nothing may run in them, nobody may frame them.
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox")),
];

const PERMISSIONS_POLICY: (HeaderName, HeaderValue) = (
    HeaderName::from_static("permissions-policy"),
    HeaderValue::from_static(
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), usb=()",
    ),
);

const HSTS: (HeaderName, HeaderValue) =
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));

/// The policy of a page. Scripts run by the page's nonce, and what those load;
/// there are no inline styles, no plug-ins, no frames of other sites.
pub(crate) fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
         frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         report-to csp; report-uri {CSP_REPORTS}"
    )
}

/// Where `report-to` of [`page_policy`] leads. `report-uri` is for browsers that do not know it.
pub(crate) fn reporting_endpoints() -> (HeaderName, String) {
    (HeaderName::from_static("reporting-endpoints"), format!("csp=\"{CSP_REPORTS}\""))
}

/// Adds what an answer lacks.
pub(crate) async fn add(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let hsts = portal.config.is_https().then_some(HSTS);
    for (name, value) in DEFAULTS.into_iter().chain([PERMISSIONS_POLICY]).chain(hsts) {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
