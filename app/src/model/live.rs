//! What the live stream carries: ids and states only. Details are fetched under
//! the reader's own rights.

use serde::{Deserialize, Serialize};

use super::{Moment, SessionId, Standing};

/// A change of a session. Its sequence number is the event's id on the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveEvent {
    /// Grows with each event; never used twice.
    pub seq: u64,
    /// The session.
    pub session: SessionId,
    /// How it stands now.
    pub standing: Standing,
    /// The server's clock when it was noticed.
    pub at: Moment,
}

impl LiveEvent {
    /// Name of the event on the stream.
    pub const NAME: &'static str = "session";
    /// Name of the event that says: too much was missed, load the page again.
    pub const RESYNC: &'static str = "resync";
}
