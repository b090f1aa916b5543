//! The account's secret, which may change in its file while the portal runs (SEC-06).
//!
//! The file is looked at every few seconds, and at once after SIGHUP. What is new in it
//! is tried before it is used, so that a mistake in the file stops nothing: the secret
//! before stays until the signing API gives a token for the new one.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use upstream::{Rotation, UpstreamError};

use crate::{
    config::{ConfigError, SecretFile},
    error::chain,
    state::Portal,
};

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_secs(10);

/// A secret that its file may change.
pub(crate) struct Watched {
    pub(crate) file: SecretFile,
    pub(crate) rotation: Rotation,
    /// What is used at present.
    pub(crate) used: SecretString,
}

/// Why what is in the file is not used.
#[derive(Debug, thiserror::Error)]
enum NotUsed {
    #[error(transparent)]
    File(#[from] ConfigError),
    #[error("the signing API does not take it")]
    Refused(#[source] UpstreamError),
    #[error("the signing API could not be asked")]
    NotAsked(#[source] UpstreamError),
}

/// Follows the file until the portal stops.
pub(crate) async fn watch(portal: Arc<Portal>, mut secret: Watched) {
    let mut told = portal.reload.subscribe();
    let follow = async {
        // What was refused is not offered again and again: who does so may be locked out.
        let (mut refused, mut complaint) = (None, String::new());
        loop {
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                _ = told.changed() => (refused, complaint) = (None, String::new()),
            }
            match secret.renew(refused.as_ref()).await {
                Ok(false) => complaint.clear(),
                Ok(true) => {
                    complaint.clear();
                    tracing::info!(setting = secret.file.setting, "the secret in the file is new and is used now");
                }
                Err((error, offered)) => {
                    if matches!(error, NotUsed::Refused(_)) {
                        refused = offered;
                    }
                    let text = chain(&error);
                    if text != complaint {
                        let setting = &secret.file.setting;
                        tracing::error!(setting, error = text, "the secret in the file is not used; the one before is");
                        complaint = text;
                    }
                }
            }
        }
    };
    let _: Option<()> = portal.shutdown.run_until_cancelled(follow).await;
}

impl Watched {
    /// Reads the file and uses what is new in it; whether there was anything.
    async fn renew(&mut self, refused: Option<&SecretString>) -> Result<bool, (NotUsed, Option<SecretString>)> {
        let secret = self.file.read().map_err(|error| (error.into(), None))?;
        let is = |other: &SecretString| other.expose_secret() == secret.expose_secret();
        if is(&self.used) || refused.is_some_and(is) {
            return Ok(false);
        }
        match self.rotation.to(secret.clone()).await {
            Ok(()) => {
                self.used = secret;
                Ok(true)
            }
            Err(error @ UpstreamError::Unauthorized(_)) => Err((NotUsed::Refused(error), Some(secret))),
            Err(error) => Err((NotUsed::NotAsked(error), None)),
        }
    }
}
