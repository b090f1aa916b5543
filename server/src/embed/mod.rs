//! Signing status in pages of others: widgets.
//!
//! A page of others loads our module, which puts a frame of ours into it. The frame
//! may be framed on the widget's origins alone (`frame-ancestors`). What it may show,
//! a token says, which the page's own server asks for with an API key ([`mint`]) and
//! the page hands to the frame. A token is short-lived, for one widget and its
//! origins, names what it lets see, and can be taken back.
//!
//! Nothing here knows cookies, nothing here changes anything, and what is shown has
//! no room for documents, signers or links ([`show::Shown`]). `docs/embedding.md` is
//! for those who build such pages.

mod acts;
mod badge;
mod frame;
mod keys;
mod live;
mod mint;
mod origins;
mod show;
mod text;
mod token;
mod viewer;

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use app::{model::Permission, paths};
use uuid::Uuid;

use crate::{
    random::Random,
    rights::{Access, Routes},
    security::meter::{Allowance, Meter},
};

pub use keys::KeysError;

/// What one token may ask for: a burst, and then once a second.
const PER_TOKEN: Allowance = Allowance { burst: 30, interval: Duration::from_secs(1) };
/// What one widget may be asked on one origin: as many readers as it has.
const PER_WIDGET: Allowance = Allowance { burst: 1_000, interval: Duration::from_millis(10) };
/// How often it is logged that a widget is framed where it may not be.
const HINTS: Allowance = Allowance { burst: 1, interval: Duration::from_secs(60) };

/// What widgets need beside the database.
pub struct Embed {
    keys: keys::SigningKeys,
    by_token: Mutex<Meter<Uuid>>,
    by_widget: Mutex<Meter<(Uuid, String)>>,
    hints: Mutex<Meter<Uuid>>,
}

impl Embed {
    /// Reads the keys below the data directory, or makes the first.
    ///
    /// # Errors
    /// As [`KeysError`] says.
    pub fn open(data_dir: &Path, random: &dyn Random) -> Result<Self, KeysError> {
        Ok(Self {
            keys: keys::SigningKeys::open(data_dir, random)?,
            by_token: Mutex::new(Meter::new(PER_TOKEN)),
            by_widget: Mutex::new(Meter::new(PER_WIDGET)),
            hints: Mutex::new(Meter::new(HINTS)),
        })
    }

    /// Counts a request with a token: WG-08.
    ///
    /// # Errors
    /// Too many came; how long to wait.
    fn count(&self, token: Uuid, widget: Uuid, origin: &str, now: i64) -> Result<(), Duration> {
        self.by_token.lock().unwrap_or_else(PoisonError::into_inner).take(token, now)?;
        let widget = (widget, origin.to_owned());
        self.by_widget.lock().unwrap_or_else(PoisonError::into_inner).take(widget, now)
    }

    /// Whether a hint about this widget is due.
    fn may_hint(&self, widget: Uuid, now: i64) -> bool {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner).take(widget, now).is_ok()
    }
}

/// What pages of others ask, what their servers ask, and the studio's form. The
/// studio's page is among the other pages.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post(paths::EMBED_TOKENS, Access::Key(Permission::Embed), mint::mint)
        .delete(paths::EMBED_TOKEN_ROUTE, Access::Key(Permission::Embed), mint::revoke)
        .get(paths::EMBED_FRAME_ROUTE, Access::Machines, frame::frame)
        .get(paths::EMBED_STATE, Access::Machines, show::state)
        .get(paths::EMBED_LIVE, Access::Machines, live::live)
        .get(paths::EMBED_BADGE_ROUTE, Access::Machines, badge::badge)
        .get(paths::EMBED_SAMPLE, Access::May(Permission::ManageWidgets), frame::sample)
        .post(paths::WIDGETS, Access::May(Permission::ManageWidgets), acts::act)
}
