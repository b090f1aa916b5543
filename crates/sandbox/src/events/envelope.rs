//! What is sent: the envelope of nine fields, the same at every attempt.

use contract::{Event, EventData, Extra};

use crate::store::{deliveries::Delivery, events::SERVICE};

/// The envelope of a delivery.
pub(super) fn of(delivery: &Delivery, account_id: &str) -> Event {
    let event = &delivery.event;
    Event {
        id: event.id.clone(),
        timestamp: event.occurred_at,
        sender: SERVICE.to_owned(),
        event_name: event.name.clone(),
        event_data: EventData {
            id: event.session,
            external_id: event.external_reference.clone(),
            external_reference: event.external_reference.clone(),
            extra: Extra::new(),
        },
        account_id: account_id.to_owned(),
        organization_id: None,
        expires_at: delivery.expires_at,
        tags: if event.mock { vec![Event::MOCK.to_owned()] } else { Vec::new() },
        extra: Extra::new(),
    }
}
