//! What time alone brings about: what is long gone leaves the disk, and what waited in vain goes on.

use axum::response::IntoResponse;

use crate::{
    problem::ApiError,
    service::App,
    store::{packages, sweep},
};

/// Time between two sweeps.
const INTERVAL: std::time::Duration = std::time::Duration::from_secs(60);

/// Sweeps at once and then every minute. Never ends.
pub(crate) async fn work(app: &App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = once(app).await {
            // Tried again a minute later; the answer type logs the cause.
            drop(error.into_response());
        }
    }
}

/// Removes rows past their days of grace, and files that no row names.
///
/// Makes the packages due that waited for links that expired. Nothing else that a client can see depends on it: what is
/// past its time reads as gone at once.
pub(crate) async fn once(app: &App) -> Result<(), ApiError> {
    let now = app.clock.now();
    let any_package_due = packages::any_due_by_time(&mut *app.store.read().await?, now).await?;
    let mut tx = app.store.write().await?;
    if any_package_due {
        packages::due_by_time(&mut tx, now).await?;
    }
    let swept = sweep::rows(&mut tx, now).await?;
    tx.commit().await?;
    app.packaging.wake();
    let files = app
        .blobs
        .remove_unused(async {
            let mut db = app.store.read().await?;
            let mut used = sweep::used_files(&mut db).await?;
            used.extend(app.snapshots.files());
            Ok::<_, ApiError>(used)
        })
        .await?;
    if swept != sweep::Swept::default() || files > 0 {
        tracing::info!(?swept, files, "swept what is long gone");
    }
    Ok(())
}
