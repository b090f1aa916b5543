//! What is sent: the envelope of nine fields, the same at every attempt.

use contract::{Event, Extra};
use serde_json::json;

use crate::store::{deliveries::Delivery, events::SERVICE};

/// The envelope of a delivery.
pub(super) fn of(delivery: &Delivery, account_id: &str) -> Event {
    let event = &delivery.event;
    // Receivers in public code disagree about the name of the caller's reference, so there are two.
    let data = Extra::from_iter([
        ("id".to_owned(), json!(event.session)),
        ("externalId".to_owned(), json!(event.external_reference)),
        ("externalReference".to_owned(), json!(event.external_reference)),
    ]);
    Event {
        id: event.id.clone(),
        timestamp: event.occurred_at,
        sender: SERVICE.to_owned(),
        event_name: event.name.clone(),
        event_data: data,
        account_id: account_id.to_owned(),
        organization_id: None,
        expires_at: delivery.expires_at,
        tags: if event.mock { vec![Event::MOCK.to_owned()] } else { Vec::new() },
        extra: Extra::new(),
    }
}
