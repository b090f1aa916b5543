//! What this service is, for whoever opens its address; and the certificate to trust.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use maud::html;

use super::{layout::Page, text::EN};
use crate::service::App;

/// `GET /`.
pub(super) async fn show() -> Response {
    let main = html! {
        h1 { "Signing service for tests" }
        p.lead {
            "It speaks the signing API and shows signers the pages on which they sign. "
            "Nothing that is signed here has any legal effect: its identity provider believes everybody, "
            "and its seal is a test certificate."
        }
        section.card {
            dl {
                dt { "Signing API" }
                dd { code { "/sign" } }
                dt { "Its description" }
                dd { a href="docs" { "for people" } ", " a href="openapi.json" { "for programs (OpenAPI)" } }
                dt { "Access tokens" }
                dd { code { "/auth/open/connect/token" } }
                dt { "Root certificate, to verify signatures with" }
                dd { a href="trust/root.pem" { "root.pem" } }
            }
        }
    };
    Page { base: "sign-session/", ..Page::new(&EN, "Signing service", main) }.into_response()
}

/// `GET /trust/root.pem`.
pub(super) async fn root_certificate(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], app.authority.root_pem().to_owned()).into_response()
}
