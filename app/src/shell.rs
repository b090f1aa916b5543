//! The document around each page, and the table of pages.

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::pages::{
    AccountPage, ApiKeysPage, ConfirmPage, FactorPage, InvitationPage, NewSessionPage, NotFoundPage, PeoplePage,
    ProvidersPage, SessionPage, SessionsPage, SetupPage, SignInCodePage, SignInPage, StatusPage, TrailPage,
    WidgetsPage,
};

/// The HTML document that every page is put into.
///
/// Code is loaded by the pages that have islands (see `pages::layout`); neither
/// styles nor scripts are written into the document itself, so that the strictest
/// content security policy holds.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    provide_context(options);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The portal's pages. Each is rendered whole before its first byte is sent, so
/// that status codes are true and nothing needs a script to be read.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=NotFoundPage>
                <Route path=path!("/") view=SessionsPage ssr=SsrMode::Async />
                <Route path=path!("/sessions/new") view=NewSessionPage ssr=SsrMode::Async />
                <Route path=path!("/sessions/:id") view=SessionPage ssr=SsrMode::Async />
                <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async />
                <Route path=path!("/api-keys") view=ApiKeysPage ssr=SsrMode::Async />
                <Route path=path!("/status") view=StatusPage ssr=SsrMode::Async />
                <Route path=path!("/providers") view=ProvidersPage ssr=SsrMode::Async />
                <Route path=path!("/widgets") view=WidgetsPage ssr=SsrMode::Async />
                <Route path=path!("/audit") view=TrailPage ssr=SsrMode::Async />
                <Route path=path!("/invitation") view=InvitationPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in/code") view=SignInCodePage ssr=SsrMode::Async />
                <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                <Route path=path!("/account/second-factor") view=FactorPage ssr=SsrMode::Async />
                <Route path=path!("/confirm") view=ConfirmPage ssr=SsrMode::Async />
                <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
