//! The browser's files: code and styles under `pkg/<hash>/`, which never change,
//! and a few others beside it. Everybody may read them.

use std::{path::Path, sync::Arc};

use app::error::PortalError;
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use leptos::config::LeptosOptions;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::{error::ApiError, state::Portal};

/// The stem of the portal's module and stylesheet.
const NAME: &str = "countersign";
/// Where they are.
const PACKAGE: &str = "pkg";

/// A worker is governed by the policy that comes with its own code; this lets it
/// load and compile the module that hashes.
const CODE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const CHECK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The browser's files.
#[derive(Debug, Clone)]
pub struct Site {
    files: ServeDir,
    /// The folder of files that never change, as an address: `/pkg/<hash>/`.
    immutable: Option<String>,
}

impl Site {
    /// The files below `root`. A build that names its folder for its content says so
    /// in `pkg/current`.
    #[must_use]
    pub fn open(root: &Path) -> Self {
        let current = std::fs::read_to_string(root.join(PACKAGE).join("current")).ok();
        let hash = current.as_deref().map(str::trim).filter(|hash| is_hash(hash));
        Self {
            files: ServeDir::new(root).append_index_html_on_directories(false).precompressed_br(),
            immutable: hash.map(|hash| format!("/{PACKAGE}/{hash}/")),
        }
    }

    /// What pages need to know to refer to the files.
    #[must_use]
    pub fn leptos_options(&self, root: &Path) -> LeptosOptions {
        let package = self.immutable.as_deref().map_or(PACKAGE, |folder| folder.trim_matches('/'));
        LeptosOptions::builder()
            .output_name(NAME)
            .site_root(root.to_string_lossy().into_owned())
            .site_pkg_dir(package.to_owned())
            .build()
    }

    async fn serve(&self, request: Request) -> Response {
        let path = request.uri().path();
        let is_code = path.strip_prefix('/').is_some_and(|path| path.starts_with(PACKAGE));
        let is_immutable = self.immutable.as_deref().is_some_and(|folder| path.starts_with(folder));
        let Ok(served) = self.files.clone().oneshot(request).await;
        if !(served.status().is_success() || served.status().is_redirection()) {
            // Never a page in place of a file.
            return ApiError::from(PortalError::not_found()).into_response();
        }
        let mut response = served.map(Body::new);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, if is_immutable { FOREVER } else { CHECK_EACH_TIME });
        if is_code {
            headers.insert(header::CONTENT_SECURITY_POLICY, CODE_POLICY);
        }
        response
    }
}

fn is_hash(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Serves files. An address whose last part has a dot is a file's; no page or route
/// has such an address.
pub(crate) async fn files(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let names_file = request.uri().path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    if is_read && names_file { portal.site.serve(request).await } else { next.run(request).await }
}
