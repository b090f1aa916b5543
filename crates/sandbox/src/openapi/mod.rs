//! `/openapi.json`: the contract for programs, in OpenAPI 3.1.
//!
//! Limits and enums come from `contract`, so the document cannot promise others than
//! the service keeps; tests hold its routes against the router's. `pages` shows it to people.

mod events;
mod paths;
mod schemas;
mod sessions;
#[cfg(test)]
mod tests;

use axum::{Json, extract::State};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{oauth, service::App};

const INTRODUCTION: &str = "\
Documents are uploaded, put into collections, and signed in sessions: one session is one signer's task. \
This is a sandbox: nothing signed here has any legal effect.

Every request but that for a token carries an access token. Ids are UUIDs. Request fields and query parameters \
that are not listed are ignored, and `null` counts as absent. Answers may have more fields than are listed.

What goes wrong is answered with `application/problem+json`; all wrong parameters come at once, each under \
its path. A path that is not listed answers 404, and a method that is not listed 405 with the header `Allow`.";

/// `GET /openapi.json`.
pub(crate) async fn serve(State(app): State<App>) -> Json<Value> {
    Json(document(&app.config.public_url))
}

/// The whole document, for a service that is reached under this address.
pub(crate) fn document(public_url: &Url) -> Value {
    let server = public_url.as_str().trim_end_matches('/');
    let schemas: Map<String, Value> =
        [schemas::all(), sessions::all(), events::schemas()].into_iter().flatten().collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Signing API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Electronic signing: documents, collections, sessions",
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": server, "description": "This sandbox" }],
        "tags": [
            { "name": "Access", "description": "Tokens for everything else" },
            { "name": "Documents", "description": "Bytes to sign, and results" },
            { "name": "Document collections", "description": "Documents that belong together" },
            { "name": "Signing sessions", "description": "A signer's tasks" },
            { "name": "Events", "description": "Who is told of what happens to sessions" },
        ],
        "security": [{ "clientCredentials": [oauth::SCOPE] }, { "bearerAuth": [] }],
        "paths": paths::all(),
        "components": {
            "schemas": schemas,
            "responses": paths::problems(),
            "securitySchemes": {
                "clientCredentials": {
                    "type": "oauth2",
                    "description": "An access token for the client's id and secret. It is good for ten minutes.",
                    "flows": { "clientCredentials": {
                        "tokenUrl": format!("{server}{}", oauth::PATH),
                        "scopes": { oauth::SCOPE: "Everything; there is no other scope" },
                    } },
                },
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The same token, however it was got",
                },
                "clientSecret": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The client's id and secret, each form-encoded (RFC 6749, 2.3.1)",
                },
            },
        },
    })
}
