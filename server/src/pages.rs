//! Pages: Leptos on the server, each rendered whole before its first byte is sent.

use std::{sync::Arc, time::Duration};

use app::{
    backend::{Backend, Sandboxed, WayIn, WaysIn},
    error::PortalError,
    form::{Confirmation, FormOutcome, Onward},
    model::{Permission, Staff},
    paths,
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use leptos::{context::provide_context, nonce::Nonce};

use crate::{
    backend::Desk,
    error::ApiError,
    rights::{Access, Routes},
    security::headers,
    state::Portal,
};

/// How long a page may take. The signing API's own deadlines are shorter.
const DEADLINE: Duration = Duration::from_secs(45);

/// Longest error of a server function, in bytes.
const ERROR_BYTES_MAX: usize = 64 * 1024;

/// Pages that need no more than a permission, by their routes in the application.
/// Sign-in, set-up and invitations have handlers of their own.
pub(crate) const PAGES: [(&str, Permission); 9] = [
    (paths::SESSIONS, Permission::SeeSessions),
    (paths::NEW_SESSION, Permission::Send),
    (paths::SESSION_ROUTE, Permission::SeeSessions),
    (paths::PEOPLE, Permission::ManagePeople),
    (paths::API_KEYS, Permission::ManageKeys),
    (paths::STATUS, Permission::SeeStatus),
    (paths::PROVIDERS, Permission::ManagePeople),
    (paths::WIDGETS, Permission::ManageWidgets),
    (paths::AUDIT, Permission::ReadAudit),
];

/// Server functions: the data of pages. All are read only.
pub(crate) const FUNCTIONS: [(&str, Permission); 2] =
    [(paths::API_LIST, Permission::SeeSessions), (paths::API_DETAIL, Permission::SeeSessions)];

/// Pages, and their data for scripts. What is not on the lists is not served.
pub(crate) fn routes(routes: Routes) -> Routes {
    // Asking for the list also starts what Leptos runs its tasks on.
    let pages = leptos_axum::generate_route_list(app::App);
    let listed = |path: &str| PAGES.iter().find(|(listed, _)| *listed == path);
    let pages = pages.iter().filter_map(|page| listed(page.path()));
    let routes = pages.fold(routes, |routes, (path, needs)| routes.get(path, Access::May(*needs), page));
    FUNCTIONS.iter().fold(routes, |routes, (path, needs)| routes.get(path, Access::May(*needs), server_function))
}

async fn page(State(portal): State<Arc<Portal>>, request: Request) -> Response {
    render(&portal, request).await
}

/// Unknown addresses, for those who are signed in.
pub(crate) async fn not_found() -> ApiError {
    PortalError::not_found().into()
}

/// Addresses that have other methods.
pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

async fn server_function(State(portal): State<Arc<Portal>>, request: Request) -> Result<Response, ApiError> {
    let context = Context::of(&portal, &request);
    let response =
        leptos_axum::handle_server_fns_with_context(move || context.provide(), request).await.into_response();
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return Ok(response);
    }
    // An error like all others: with the status of its kind, which Leptos does not
    // give to arguments that it cannot read, and with a trace id.
    let body = axum::body::to_bytes(response.into_body(), ERROR_BYTES_MAX).await.map_err(ApiError::internal)?;
    let error: PortalError = serde_json::from_slice(&body).map_err(ApiError::internal)?;
    Err(error.into())
}

/// Renders the page at the request's address. Pages find in their context who is
/// asking, the backend, what a form's POST found wrong, and the error that led here.
pub(crate) async fn render(portal: &Arc<Portal>, request: Request) -> Response {
    let nonce = match portal.random.as_ref().bytes::<16>() {
        Ok(bytes) => hex::encode(bytes),
        Err(error) => return ApiError::from(error).into_response(),
    };
    let policy = headers::page_policy(&nonce);
    let nonce = Nonce::from_value(nonce);
    let context = Context::of(portal, &request);
    let options = portal.leptos.clone();
    let handler = leptos_axum::render_app_async_with_context(
        move || {
            context.provide();
            provide_context(nonce.clone());
        },
        move || app::shell(options.clone()),
    );
    let Ok(mut response) = tokio::time::timeout(DEADLINE, handler(request)).await else {
        tracing::error!("a page was not rendered in time");
        return ApiError::Busy { retry_after: Duration::from_secs(5) }.into_response();
    };
    let (reporting, endpoints) = headers::reporting_endpoints();
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, policy), (reporting, endpoints)] {
        match HeaderValue::try_from(value) {
            Ok(value) => response.headers_mut().insert(name, value),
            Err(error) => return ApiError::internal(error).into_response(),
        };
    }
    response
}

/// The page at `uri` once more, with what came of its form. `staff` is who asks, if
/// anybody is signed in.
pub(crate) async fn again(
    portal: &Arc<Portal>,
    uri: Uri,
    status: StatusCode,
    outcome: FormOutcome,
    staff: Option<Staff>,
) -> Response {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri;
    request.extensions_mut().insert(outcome);
    if let Some(staff) = staff {
        request.extensions_mut().insert(staff);
    }
    let mut response = render(portal, request).await;
    *response.status_mut() = status;
    response
}

/// The page that tells a person of an error.
pub(crate) async fn render_error(
    portal: &Arc<Portal>,
    status: StatusCode,
    error: PortalError,
    staff: Option<Staff>,
) -> Response {
    let mut request = Request::new(Body::empty());
    // No page has this address, so that the application's page for errors is shown.
    *request.uri_mut() = Uri::from_static("/error");
    request.extensions_mut().insert(error);
    if let Some(staff) = staff {
        request.extensions_mut().insert(staff);
    }
    let mut response = render(portal, request).await;
    *response.status_mut() = status;
    response
}

/// What pages find in Leptos' context.
#[derive(Clone)]
struct Context {
    backend: Arc<dyn Backend>,
    staff: Option<Staff>,
    outcome: Option<FormOutcome>,
    confirmation: Option<Confirmation>,
    way_back: Option<WayIn>,
    error: Option<PortalError>,
    onward: Option<Onward>,
    ways: WaysIn,
    sandboxed: bool,
}

impl Context {
    fn of(portal: &Arc<Portal>, request: &Request) -> Self {
        let extensions = request.extensions();
        Self {
            backend: Arc::new(Desk::new(Arc::clone(portal), extensions.get().copied())),
            staff: extensions.get().cloned(),
            outcome: extensions.get().cloned(),
            confirmation: extensions.get().cloned(),
            way_back: extensions.get().cloned(),
            error: extensions.get().cloned(),
            onward: extensions.get().cloned(),
            ways: WaysIn { local: portal.config.login.local, providers: portal.providers.ways_in() },
            sandboxed: portal.config.upstream.is_sandbox(),
        }
    }

    fn provide(&self) {
        provide_context(Arc::clone(&self.backend));
        if let Some(staff) = &self.staff {
            provide_context(staff.clone());
        }
        if let Some(outcome) = &self.outcome {
            provide_context(outcome.clone());
        }
        if let Some(confirmation) = &self.confirmation {
            provide_context(confirmation.clone());
        }
        if let Some(error) = &self.error {
            provide_context(error.clone());
        }
        if let Some(way) = &self.way_back {
            provide_context(way.clone());
        }
        if let Some(onward) = &self.onward {
            provide_context(onward.clone());
        }
        provide_context(self.ways.clone());
        if self.sandboxed {
            provide_context(Sandboxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_01_every_page_and_every_server_function_is_on_a_list() {
        let pages: Vec<String> =
            leptos_axum::generate_route_list(app::App).iter().map(|page| page.path().to_owned()).collect();
        let mut listed: Vec<&str> = PAGES.iter().map(|(path, _)| *path).collect();
        listed.extend([
            paths::INVITATION,
            paths::SIGN_IN,
            paths::SIGN_IN_CODE,
            paths::ACCOUNT,
            paths::FACTOR,
            paths::CONFIRM,
            paths::SETUP,
        ]);
        assert_eq!(pages, listed);
        let mut functions: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        functions.sort_unstable();
        let mut listed = FUNCTIONS.map(|(path, _)| path);
        listed.sort_unstable();
        assert_eq!(functions, listed);
    }
}
