//! Events of the signing service that came in.

use contract::{EventName, SigningSessionId};
use server::store::{Connection, webhooks::NewEvent};
use uuid::Uuid;

use super::{Fresh, id, make_team, moment, plan};

/// Takes an event down that comes in `second` seconds after the start.
async fn take(rows: &mut Connection, id: &str, second: i64) -> bool {
    let event = NewEvent {
        id,
        name: &EventName::SessionCompleted,
        session: SigningSessionId::new(Uuid::from_u128(1)),
        occurred: moment(0),
    };
    rows.insert_webhook_event(&event, moment(second)).await.unwrap()
}

async fn waiting(rows: &mut Connection, most: u32) -> Vec<String> {
    rows.waiting_webhook_events(most).await.unwrap().into_iter().map(|event| event.id).collect()
}

pub async fn an_event_counts_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    assert_eq!(write.last_webhook_event().await.unwrap(), None);
    assert!(take(&mut *write, "later", 5).await);
    assert!(take(&mut *write, "sooner", 3).await);
    assert!(!take(&mut *write, "later", 9).await);
    assert_eq!(write.last_webhook_event().await.unwrap(), Some(moment(5)));
    assert_eq!(waiting(&mut *write, 10).await, ["sooner", "later"]);
    assert_eq!(waiting(&mut *write, 1).await, ["sooner"]);
    let event = write.waiting_webhook_events(1).await.unwrap().remove(0);
    assert_eq!(event.name, EventName::SessionCompleted);
    assert_eq!((event.session, event.received), (SigningSessionId::new(Uuid::from_u128(1)), moment(3)));
    // What is done is not done again, nor taken for new.
    write.tick_off_webhook_event(&event, None, moment(6)).await.unwrap();
    assert!(!take(&mut *write, "sooner", 9).await);
    assert_eq!(waiting(&mut *write, 10).await, ["later"]);
}

pub async fn strange_events_are_forgotten(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    plan(&mut *write, 1, 1, 1, "Lease").await;
    for (name, second) in [("ours", 1), ("strange", 2), ("waits", 3), ("too new", 5)] {
        take(&mut *write, name, second).await;
    }
    for event in write.waiting_webhook_events(10).await.unwrap() {
        let session = (event.id == "ours").then_some(id(1));
        if event.id != "waits" {
            write.tick_off_webhook_event(&event, session, moment(6)).await.unwrap();
        }
    }
    write.forget_strange_webhook_events(moment(5)).await.unwrap();
    // Only what is forgotten is new again.
    for (name, is_new) in [("ours", false), ("strange", true), ("waits", false), ("too new", false)] {
        assert_eq!(take(&mut *write, name, 9).await, is_new, "{name}");
    }
}
