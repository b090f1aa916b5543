//! Signals that stop the portal.

use tokio_util::sync::CancellationToken;

/// Stops at the first SIGTERM or SIGINT; a second one ends the process at once.
pub async fn stop_on_signal(shutdown: CancellationToken) {
    one().await;
    tracing::info!("stopping; a second signal stops at once");
    shutdown.cancel();
    one().await;
    std::process::exit(1);
}

#[cfg(unix)]
async fn one() {
    use tokio::signal::unix::{SignalKind, signal};
    // Without a handler the signal ends the process, which is safe at any moment.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => {
            if interrupted.is_err() {
                terminate.recv().await;
            }
        }
    }
}

#[cfg(not(unix))]
async fn one() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
