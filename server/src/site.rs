//! The browser's files: code and styles under `pkg/<hash>/`, which never change,
//! and a few others beside it. Everybody may read them.

use std::{path::Path, sync::Arc};

use app::{error::PortalError, paths};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Method, Uri, header};
use leptos::config::LeptosOptions;
use sha2::{Digest, Sha384};
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
const CROSS_ORIGIN: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const CHECK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// The browser's files.
#[derive(Debug, Clone)]
pub struct Site {
    files: ServeDir,
    /// The folder of files that never change, as an address: `/pkg/<hash>/`.
    immutable: Option<String>,
    integrity: Option<String>,
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
            integrity: std::fs::read(root.join(paths::EMBED_MODULE_PINNED.trim_start_matches('/')))
                .ok()
                .map(|module| format!("sha384-{}", STANDARD.encode(Sha384::digest(module)))),
        }
    }

    /// What browsers compare the module of widgets with, if there is one.
    pub(crate) fn integrity(&self) -> Option<&str> {
        self.integrity.as_deref()
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

    async fn serve(&self, mut request: Request) -> Response {
        if request.uri().path() == paths::EMBED_MODULE {
            *request.uri_mut() = Uri::from_static(paths::EMBED_MODULE_PINNED);
        }
        let path = request.uri().path();
        let is_module = path == paths::EMBED_MODULE_PINNED;
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
        if is_module {
            // The one file that pages of others load.
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(CROSS_ORIGIN.0, CROSS_ORIGIN.1);
        }
        response
    }
}

fn is_hash(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Serves files. An address whose last part has a dot is a file's; no page or route
/// has such an address, but for images that are drawn.
pub(crate) async fn files(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let names_file = request.uri().path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    let is_drawn = request.uri().path().starts_with(paths::EMBED_IMAGES);
    if is_read && names_file && !is_drawn { portal.site.serve(request).await } else { next.run(request).await }
}
