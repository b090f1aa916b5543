//! Prepared states for tests: take a snapshot, change what you like, go back.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Serialize;
use time::OffsetDateTime;

use crate::{private_files, problem::ApiError, random, service::App};

/// The snapshots of this process. None outlives it.
pub(crate) struct Snapshots {
    dir: PathBuf,
    taken: Mutex<HashMap<String, Taken>>,
}

struct Taken {
    at: OffsetDateTime,
    /// The digests (in hexadecimal) of the files that its rows name.
    files: HashSet<String>,
}

impl Snapshots {
    /// Removes what an earlier process left in the folder.
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { dir, taken: Mutex::default() }),
        }
    }

    /// The digests of all files that going back to a snapshot would need.
    pub(crate) fn files(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.values().flat_map(|snapshot| snapshot.files.iter().cloned()).collect()
    }
}

#[derive(Serialize)]
pub(super) struct SnapshotId {
    id: String,
}

/// `POST /__sandbox/snapshot`: keeps all rows, and the files that they name, to go back to.
pub(super) async fn take(State(app): State<App>) -> Result<(StatusCode, Json<SnapshotId>), ApiError> {
    let id = random::hex_text::<16>(app.random.as_ref())?;
    // No file may be swept between being named by the copy and being noted here.
    let pin = app.blobs.pin().await;
    private_files::create_dir(&app.snapshots.dir)?;
    let path = app.snapshots.dir.join(&id);
    private_files::new_file().open(&path)?;
    let at = app.clock.now();
    let files = app.store.copy_to(&path).await?;
    app.snapshots.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), Taken { at, files });
    drop(pin);
    Ok((StatusCode::CREATED, Json(SnapshotId { id })))
}

/// `POST /__sandbox/snapshot/{snapshotId}/restore`: all is as it was then, a stepped clock too; planned faults are forgotten.
pub(super) async fn restore(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let at = {
        let taken = app.snapshots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.get(&id).ok_or(ApiError::NotFound)?.at
    };
    // A task of its own, which a client that goes away does not stop halfway.
    let restoring = tokio::spawn({
        let app = app.clone();
        async move { app.store.restore_from(&app.snapshots.dir.join(id)).await }
    });
    restoring.await??;
    app.clock.advance(at - app.clock.now());
    app.faults.clear();
    app.packaging.wake();
    Ok(StatusCode::NO_CONTENT)
}
