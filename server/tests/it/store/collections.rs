//! Collections, from plan to what the API has of them.

use contract::DocumentCollectionId;
use server::{
    rights::Reach,
    sessions::Step,
    store::{StoreError, collections::NewCollectionRow, sessions::NewSessionRow},
};
use uuid::Uuid;

use super::{Fresh, collection, digest, id, make_team, moment, person, plan_collection, team, wanted};

pub async fn a_key_is_used_once_per_owner(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let wanted = wanted("Lease");
    let row = |owner, number| NewCollectionRow {
        id: collection(number),
        owner: person(owner),
        team: team(1),
        idempotency_key: "a key",
        request_hash: digest(5),
        wanted: &wanted,
    };
    write.insert_collection(&row(1, 1), moment(7)).await.unwrap();
    let made = write.collection_by_key(person(1), "a key").await.unwrap().unwrap();
    assert_eq!((made.id, made.owner, made.team), (collection(1), person(1), team(1)));
    assert_eq!((made.title.as_str(), made.due, made.request_hash), ("Lease", wanted.due, digest(5)));
    assert_eq!((&made.settings, made.created, made.updated), (&wanted.settings, moment(7), moment(7)));
    assert!(write.collection_by_key(person(2), "a key").await.unwrap().is_none());
    assert!(write.collection_by_key(person(1), "A key").await.unwrap().is_none());
    write.insert_collection(&row(2, 2), moment(7)).await.unwrap();
    let again = write.insert_collection(&row(1, 3), moment(7)).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    assert_eq!(write.collection(Reach::PORTAL, collection(1)).await.unwrap(), Some(made));
}

pub async fn signers_stay_in_order(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let wanted = wanted("Lease");
    plan_collection(&mut *write, 1, 1, 1, &wanted).await;
    for (number, position) in [(1, 2), (2, 0), (3, 1), (4, 1)] {
        let row = NewSessionRow {
            id: id(number),
            collection: collection(1),
            owner: person(1),
            team: team(1),
            position,
            title: &wanted.title,
            due: wanted.due,
            signer: &wanted.signers[0],
        };
        write.insert_session(&row, moment(0)).await.unwrap();
    }
    // A session whose link was renewed makes way for the one that took its place.
    let mut renewed = write.session(Reach::PORTAL, id(4)).await.unwrap().unwrap();
    renewed.renewed_as = Some(id(3));
    write.save_session(&renewed, moment(1)).await.unwrap();
    let sessions = write.sessions_in(collection(1)).await.unwrap();
    assert_eq!(sessions.iter().map(|session| session.id).collect::<Vec<_>>(), [id(2), id(3), id(1)]);
    assert_eq!(sessions[0].planned, wanted.signers[0]);
    assert!(write.sessions_in(collection(2)).await.unwrap().is_empty());
}

pub async fn steps_of_collections_are_found(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    for number in [2, 1, 3] {
        plan_collection(&mut *write, number, 1, 1, &wanted("Lease")).await;
    }
    assert!(!write.any_open_session().await.unwrap());
    let mut unsure = write.collection(Reach::PORTAL, collection(1)).await.unwrap().unwrap();
    unsure.step = Step::Unknown;
    unsure.upstream = Some(DocumentCollectionId::new(Uuid::from_u128(1)));
    write.save_collection(&unsure, moment(9)).await.unwrap();
    // The API may have it, so somebody must ask.
    assert!(write.any_open_session().await.unwrap());
    let found = write.collections_in_steps([Step::Unknown, Step::Planned]).await.unwrap();
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [1, 2, 3].map(collection));
    assert_eq!((found[0].step, found[0].upstream, found[0].updated), (unsure.step, unsure.upstream, moment(9)));
    assert!(write.collections_in_steps([Step::Failed; 2]).await.unwrap().is_empty());
    // Two are never the same at the API.
    let mut other = found[1].clone();
    other.upstream = unsure.upstream;
    let again = write.save_collection(&other, moment(9)).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}
