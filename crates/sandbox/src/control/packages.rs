//! Where packages stand.

use axum::{Json, extract::State};
use contract::{DocumentCollectionId, PackageId, SigningSessionId};
use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    problem::ApiError,
    service::App,
    store::packages::{self, Standing, Subject},
};

/// A package, as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<SigningSessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_collection_id: Option<DocumentCollectionId>,
    /// `waiting`, `made` or `failed`.
    state: &'static str,
    starts: u32,
    failures: u32,
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_id: Option<PackageId>,
}

impl From<Standing> for View {
    fn from(Standing { job, due_at, package }: Standing) -> Self {
        let (session_id, document_collection_id) = match job.subject {
            Subject::Session(id) => (Some(id), None),
            Subject::Collection(id) => (None, Some(id)),
        };
        let state = match (due_at, package) {
            (Some(_), _) => "waiting",
            (None, Some(_)) => "made",
            (None, None) => "failed",
        };
        let (starts, failures) = (job.starts, job.failures);
        Self { session_id, document_collection_id, state, starts, failures, due_at, package_id: package }
    }
}

/// `GET /__sandbox/packages`: all packages that are asked for and due, oldest first.
pub(super) async fn list(State(app): State<App>) -> Result<Json<Vec<View>>, ApiError> {
    let mut db = app.store.read().await?;
    let all = packages::all(&mut db).await?;
    Ok(Json(all.into_iter().map(View::from).collect()))
}
