//! What is long gone leaves the disk.

use crate::{problem::ApiError, service::App, store::sweep};

/// Time between two sweeps.
pub(crate) const INTERVAL: std::time::Duration = std::time::Duration::from_secs(60);

/// Removes rows past their days of grace, and files that no row names.
///
/// Nothing that a client can see depends on it: what is past its time reads as gone at once.
pub(crate) async fn once(app: &App) -> Result<(), ApiError> {
    let mut tx = app.store.write().await?;
    let swept = sweep::rows(&mut tx, app.clock.now()).await?;
    tx.commit().await?;
    let files = app
        .blobs
        .remove_unused(async {
            let mut db = app.store.read().await?;
            Ok::<_, ApiError>(sweep::used_files(&mut db).await?)
        })
        .await?;
    if swept != sweep::Swept::default() || files > 0 {
        tracing::info!(?swept, files, "swept what is long gone");
    }
    Ok(())
}
