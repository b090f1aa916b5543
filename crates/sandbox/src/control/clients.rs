//! Other secrets for a client, as a vendor's dashboard gives them.

use std::sync::PoisonError;

use axum::extract::{Path, State};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{extract::JsonBody, service::App};

#[derive(Deserialize)]
pub(super) struct Secrets {
    secrets: Vec<SecretString>,
}

/// `PUT /__sandbox/clients/{clientId} {"secrets": ["…"]}`: from now on, until a restart, the client has
/// these secrets and no others. Tokens that it got by another one stay good.
pub(super) async fn secrets(
    State(app): State<App>,
    Path(id): Path<String>,
    JsonBody(Secrets { secrets }): JsonBody<Secrets>,
) -> StatusCode {
    let mut clients = app.clients.write().unwrap_or_else(PoisonError::into_inner);
    clients.retain(|(known, _)| *known != id);
    clients.extend(secrets.into_iter().map(|secret| (id.clone(), secret)));
    StatusCode::NO_CONTENT
}
