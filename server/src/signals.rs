//! Signals that stop the portal, and the one by which it reads its secrets anew.

use std::{io, sync::Arc};

use crate::state::Portal;

/// Those signals, heard from when this is made.
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
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
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Stops at the first SIGTERM or SIGINT; a second one ends the process at once. At
    /// SIGHUP secrets in files are read anew.
    pub async fn obey(mut self, portal: Arc<Portal>) {
        self.end(&portal).await;
        tracing::info!("stopping; a second signal stops at once");
        portal.shutdown.cancel();
        self.end(&portal).await;
        std::process::exit(1);
    }

    #[cfg(unix)]
    async fn end(&mut self, portal: &Portal) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => {
                    tracing::info!("secrets in files are read anew; all else takes a restart");
                    portal.reload.send_replace(());
                }
            }
        }
    }

    #[cfg(not(unix))]
    async fn end(&mut self, _: &Portal) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
