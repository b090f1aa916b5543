//! Events: what the service tells those who subscribed, instead of being asked again and again.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Extra, SigningSessionId, null_as_default, open_enum::open_enum};

open_enum! {
    /// What an event tells.
    ///
    /// Names of the vendor's, except [`EventName::SessionRejected`] and [`EventName::SessionExpired`]:
    /// no public page has a name for these two.
    EventName {
        /// A signer opened the link for the first time.
        SessionOpened = "signing-session.opened",
        /// The session is SIGNED; its signatures can be downloaded.
        SessionCompleted = "signing-session.completed",
        /// The session is REJECTED.
        SessionRejected = "signing-session.rejected",
        /// The due date passed before the session was signed or rejected.
        SessionExpired = "signing-session.expired",
        /// The container is made and can be downloaded.
        PackageCompleted = "package.completed",
        /// The container could not be made.
        PackageFailed = "package.failed",
    }
}

/// An event as it is sent: an envelope of nine fields.
///
/// It carries ids alone and may come twice, late, in another order, or never. It
/// is a hint to read the session, not the news itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The same for every delivery of this event: what receivers recognise repetitions by.
    pub id: String,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub timestamp: OffsetDateTime,
    /// The service that the event comes from.
    pub sender: String,
    /// What happened.
    pub event_name: EventName,
    /// To whom it happened; its fields differ by event. See [`Event::session_id`].
    pub event_data: Extra,
    /// The account that the session belongs to.
    pub account_id: String,
    /// The organisation within the account, if there is any.
    pub organization_id: Option<String>,
    /// Nothing is tried again after this moment.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Labels; see [`Event::MOCK`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Fields that this code does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Event {
    /// The label of events that were sent for a trial: nothing happened.
    pub const MOCK: &str = "mock";

    /// The session that the event is about, as all of [`EventName::KNOWN`] are.
    #[must_use]
    pub fn session_id(&self) -> Option<SigningSessionId> {
        self.event_data.get("id")?.as_str()?.parse().ok()
    }

    /// Whether the event was sent for a trial, so that it must change nothing.
    #[must_use]
    pub fn is_mock(&self) -> bool {
        self.tags.iter().any(|tag| tag == Self::MOCK)
    }
}
