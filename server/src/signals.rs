//! Signals that stop the portal.

use std::io;

use tokio_util::sync::CancellationToken;

/// Those signals, heard from when this is made.
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to hear them. Until then a signal ends the process, which is safe at any
    /// moment; so this comes before anybody is told that the portal runs.
    ///
    /// # Errors
    /// The system gives no signals.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Stops at the first SIGTERM or SIGINT; a second one ends the process at once.
    pub async fn stop(mut self, shutdown: CancellationToken) {
        self.one().await;
        tracing::info!("stopping; a second signal stops at once");
        shutdown.cancel();
        self.one().await;
        std::process::exit(1);
    }

    #[cfg(unix)]
    async fn one(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn one(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
