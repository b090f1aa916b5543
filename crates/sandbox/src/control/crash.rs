//! Deaths of the whole process at chosen moments, for tests of what survives them.

use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;

use crate::{extract::JsonBody, problem::ApiError, service::App};

/// Where the process can be told to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Moment {
    /// An upload's file is in place, and no row names it.
    #[serde(rename = "upload.before-commit")]
    UploadBeforeCommit,
    /// An upload is done, and not answered.
    #[serde(rename = "upload.after-commit")]
    UploadAfterCommit,
    /// The signatures' files are in place, and no row names them.
    #[serde(rename = "signing.before-rows")]
    SigningBeforeRows,
    /// All of a signing's rows are written, and not committed.
    #[serde(rename = "signing.before-commit")]
    SigningBeforeCommit,
    /// A signing is done, and not answered.
    #[serde(rename = "signing.after-commit")]
    SigningAfterCommit,
    /// A package is begun.
    #[serde(rename = "packaging.begun")]
    PackagingBegun,
    /// A package's file is in place and its rows are written, and not committed.
    #[serde(rename = "packaging.before-commit")]
    PackagingBeforeCommit,
    /// A package is done.
    #[serde(rename = "packaging.after-commit")]
    PackagingAfterCommit,
    /// An event has arrived or has failed to, and no row says so.
    #[serde(rename = "event.sent")]
    EventSent,
}

/// The death that is still to come.
#[derive(Default)]
pub(crate) struct Crash(Mutex<Option<Moment>>);

impl Crash {
    /// Ends the process, without another word to anybody, if this is the moment.
    pub(crate) fn at(&self, moment: Moment) {
        if *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(moment) {
            tracing::warn!(?moment, "planned crash");
            std::process::abort();
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Plan {
    at: Moment,
}

/// `POST /__sandbox/crash {"at": …}`: the process dies when it comes there next.
pub(super) async fn plan(State(app): State<App>, JsonBody(plan): JsonBody<Plan>) -> Result<StatusCode, ApiError> {
    *app.crash.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan.at);
    Ok(StatusCode::NO_CONTENT)
}
