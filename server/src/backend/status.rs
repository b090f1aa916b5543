//! Facts about the running system, for its page.

use std::path::Path;

use app::model::{Load, Moment, SigningStatus, SystemStatus};

use crate::{config::UpstreamKind, error::ApiError, state::Portal};

/// Gathers them; the signing API is not asked.
pub(super) async fn gather(portal: &Portal) -> Result<SystemStatus, ApiError> {
    let now = portal.moment();
    let mut read = portal.store.read().await?;
    let backlog = read.backlog().await?;
    let database = read.database_bytes().await?;
    let stale_since = read.stale_since().await?;
    drop(read);
    let (requests, uploads) = portal.walls.in_hand();
    let limits = portal.config.limits;
    let after = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let vitals = &portal.vitals;
    let account = match &portal.config.upstream {
        UpstreamKind::Http(account) => Some(account.settings.base_url.to_string()),
        UpstreamKind::Sandbox(_) => None,
    };
    Ok(SystemStatus {
        version: env!("CARGO_PKG_VERSION"),
        started: portal.started,
        now,
        database,
        room: room(&portal.config.data_dir),
        backup: changed(&portal.config.last_backup()),
        signing: SigningStatus {
            account,
            stale_since,
            rests: vitals.rests(),
            answered: vitals.answered_ago().map(|ago| Moment(now.0 - after(ago))),
            token_until: vitals.token_left().map(|left| Moment(now.0.saturating_add(after(left)))),
            secrets: vitals.rotations(),
        },
        round: portal.metrics.last_round(),
        requests: Load { is: requests, most: limits.requests },
        uploads: Load { is: uploads, most: limits.uploads },
        streams: portal.hub.listeners(),
        unconfirmed: backlog.unconfirmed,
        leftovers: backlog.leftovers,
        leftover_since: backlog.leftover_since,
        cautions: portal.config.cautions(),
    })
}

/// Room on the disk of this directory, in bytes.
fn room(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    return rustix::fs::statvfs(path).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    #[cfg(not(unix))]
    return None;
}

/// When this file was last written.
fn changed(path: &Path) -> Option<Moment> {
    let changed = std::fs::metadata(path).ok()?.modified().ok()?;
    Some(crate::clock::moment(changed.into()))
}
