//! Nobody finds what is others', by whichever query.

use std::{collections::BTreeMap, fs, path::Path};

use app::model::{ListFilter, Role};
use server::{rights::Reach, store::Connection};

use super::{
    Fresh, collection, id, make_team, moment, of_team, person, plan, reach, send, sessions::draft, team, upload,
};

/// What takes no reach, no team and no owner: it changes what was found before, belongs
/// to it, or is the portal's own round. A list to be kept short.
const BEYOND: [&str; 33] = [
    "add_leftover",
    "add_widget",
    "all_widgets",
    "any_open_session",
    "api_answers",
    "api_is_silent",
    "append_event",
    "collections_in_steps",
    "documents_in",
    "documents_of",
    "forget_leftover",
    "insert_collection",
    "insert_document",
    "insert_session",
    "is_token_revoked",
    "last_event",
    "leftovers",
    "live_widget",
    "open_sessions",
    "overtaken_by_the_clock",
    "put_result",
    "results_of",
    "revoke_token",
    "revoke_widget",
    "save_collection",
    "save_document",
    "save_session",
    "session_by_upstream",
    "sessions_in",
    "sessions_in_steps",
    "stale_since",
    "touch_widget",
    "unasked_results",
];

/// The methods of the traits about sessions, collections and documents: names and signatures.
fn queries() -> BTreeMap<String, String> {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let of_sessions = fs::read_dir(store.join("sessions")).unwrap().map(|entry| entry.unwrap().path());
    let others = ["collections.rs", "events.rs", "widgets.rs"].map(|name| store.join(name));
    let mut queries = BTreeMap::new();
    for file in of_sessions.chain(others) {
        for rest in fs::read_to_string(&file).unwrap().split("async fn ").skip(1) {
            let (signature, _) = rest.split_once(';').unwrap();
            let (name, _) = signature.split_once('(').unwrap();
            queries.insert(name.to_owned(), signature.to_owned());
        }
    }
    queries
}

/// The sessions that a query finds within a reach, or whose collections and documents it finds.
async fn within(rows: &mut Connection, query: &str, reach: Reach) -> Vec<u128> {
    let mut found = Vec::new();
    for number in 1..=3 {
        let is_found = match query {
            "collection" => rows.collection(reach, collection(number)).await.unwrap().is_some(),
            "document" => rows.document(reach, upload(number)).await.unwrap().is_some(),
            "events_after" => {
                let told = rows.events_after(reach, 0, 100).await.unwrap();
                told.iter().any(|event| event.session == id(number))
            }
            "list_sessions" => {
                let list = rows.list_sessions(reach, &ListFilter::default(), moment(0)).await.unwrap();
                assert_eq!(list.total, u64::try_from(list.sessions.len()).unwrap());
                list.sessions.iter().any(|session| session.id == id(number))
            }
            "session" => rows.session(reach, id(number)).await.unwrap().is_some(),
            _ => panic!("{query} takes a reach; find out here whether it keeps within it"),
        };
        found.extend(is_found.then_some(number));
    }
    found
}

/// The sessions of which a query for a team's widget tells.
async fn of_the_team(rows: &mut Connection, query: &str, of: u128) -> Vec<u128> {
    let mut found = Vec::new();
    for number in 1..=3 {
        let is_found = match query {
            "last_event_of" => rows.last_event_of(team(of), id(number)).await.unwrap() > 0,
            "next_due" => rows.next_due(team(of), moment(0), 10).await.unwrap().contains(&id(number)),
            "sessions_beside" => rows.sessions_beside(team(of), id(number)).await.unwrap() == [id(number)],
            _ => panic!("{query} takes a team; find out here whether it keeps to it"),
        };
        found.extend(is_found.then_some(number));
    }
    found
}

pub async fn az_05_no_query_finds_what_is_others(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    for (number, of, owner) in [(1, 1, 1), (2, 1, 2), (3, 2, 3)] {
        if number != 2 {
            make_team(&mut *write, of).await;
        }
        let mut session = plan(&mut *write, number, of, owner, "Lease").await;
        draft(&mut *write, number, 0, number).await;
        send(&mut *write, &mut session).await;
    }
    let reaches: [(Reach, &[u128]); 5] = [
        (Reach::PORTAL, &[1, 2, 3]),
        (of_team(1), &[1, 2]),
        (of_team(2), &[3]),
        (reach(Role::Sender, 1, 1), &[1]),
        // Who moved to another team reaches nothing of the old one.
        (reach(Role::Sender, 2, 1), &[]),
    ];
    let teams: [(u128, &[u128]); 3] = [(1, &[1, 2]), (2, &[3]), (3, &[])];
    let mut beyond = Vec::new();
    for (query, signature) in queries() {
        if signature.contains(": Reach") {
            for (reach, expected) in reaches {
                assert_eq!(within(&mut *write, &query, reach).await, expected, "{query} {reach:?}");
            }
        } else if query == "last_event_in" {
            let events = write.events_after(Reach::PORTAL, 0, 100).await.unwrap();
            for (of, expected) in teams {
                let last = write.last_event_in(team(of)).await.unwrap();
                let told = events.iter().find(|event| event.seq == last).map(|event| event.session);
                assert_eq!(told, expected.last().copied().map(id), "{of}");
            }
        } else if signature.contains(": TeamId") {
            for (of, expected) in teams {
                assert_eq!(of_the_team(&mut *write, &query, of).await, expected, "{query} {of}");
            }
        } else if query == "collection_by_key" {
            assert!(write.collection_by_key(person(1), "1").await.unwrap().is_some());
            assert!(write.collection_by_key(person(2), "1").await.unwrap().is_none());
        } else {
            beyond.push(query);
        }
    }
    assert_eq!(beyond, BEYOND);
}
