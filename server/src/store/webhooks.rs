//! Events of the signing service that came in: their ids, so that each counts once,
//! and what is still to be done for them.

use app::model::{Moment, SessionId};
use async_trait::async_trait;
use contract::{EventName, SigningSessionId};

use super::StoreError;

/// An event that came in.
#[derive(Debug)]
pub struct NewEvent<'a> {
    /// What repetitions are recognised by.
    pub id: &'a str,
    /// What it tells.
    pub name: &'a EventName,
    /// The API's id of the session that it is about.
    pub session: SigningSessionId,
    /// When it happened, as the service says.
    pub occurred: Moment,
}

/// An event for which something is to be done.
#[derive(Debug)]
pub struct WaitingEvent {
    /// What repetitions are recognised by.
    pub id: String,
    /// What it tells.
    pub name: EventName,
    /// The API's id of the session that it is about.
    pub session: SigningSessionId,
    /// When it came in.
    pub received: Moment,
}

/// Events of the signing service.
#[async_trait]
pub trait Webhooks: Send {
    /// Takes an event down. Answers whether it is a new one.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn insert_webhook_event(&mut self, event: &NewEvent<'_>, now: Moment) -> Result<bool, StoreError>;

    /// Events for which something is to be done, oldest first.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn waiting_webhook_events(&mut self, most: u32) -> Result<Vec<WaitingEvent>, StoreError>;

    /// Ticks an event off; it was about our `session`, or about none.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn tick_off_webhook_event(
        &mut self,
        event: &WaitingEvent,
        session: Option<SessionId>,
        now: Moment,
    ) -> Result<(), StoreError>;

    /// When the last event came in, if one did.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn last_webhook_event(&mut self) -> Result<Option<Moment>, StoreError>;

    /// Forgets events that are about none of our sessions and came in before `before`.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    async fn forget_strange_webhook_events(&mut self, before: Moment) -> Result<(), StoreError>;
}
