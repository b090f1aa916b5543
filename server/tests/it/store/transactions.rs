//! What happens together, and what happens at once.

use std::time::Duration;

use app::model::{Action, SessionId};
use server::{
    audit::{self, Act, By, heads::Heads},
    store::{Store, StoreError},
};
use uuid::Uuid;

use super::{Fresh, START, make_team, moment, team};

pub async fn what_is_not_committed_did_not_happen(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    drop(write);
    assert!(store.read().await.unwrap().teams().await.unwrap().is_empty());
    // And nobody waits for it.
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.commit().await.unwrap();
}

pub async fn what_is_committed_is_there(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    assert!(!store.read().await.unwrap().team_exists(team(1)).await.unwrap());
    write.commit().await.unwrap();
    assert!(store.read().await.unwrap().team_exists(team(1)).await.unwrap());
    store.close().await;
    assert!(fresh.open().await.read().await.unwrap().team_exists(team(1)).await.unwrap());
}

pub async fn a_failed_change_leaves_nothing(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_team(team(2), "Team 1", START).await.unwrap_err();
    drop(write);
    assert!(store.read().await.unwrap().teams().await.unwrap().is_empty());
}

pub async fn a_read_is_of_one_moment(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let mut read = store.read().await.unwrap();
    assert!(read.teams().await.unwrap().is_empty());
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.commit().await.unwrap();
    assert!(read.teams().await.unwrap().is_empty());
    drop(read);
    assert_eq!(store.read().await.unwrap().teams().await.unwrap().len(), 1);
}

pub async fn one_writes_at_a_time(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let first = store.write().await.unwrap();
    let mut second = Box::pin(store.write());
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut second).await.is_err());
    // Readers do not wait for whoever writes.
    store.check().await.unwrap();
    first.commit().await.unwrap();
    second.await.unwrap();
}

/// Two portals with 20 writers each.
pub async fn chains_do_not_fork(fresh: &impl Fresh) {
    let stores = [fresh.open().await, fresh.open().await];
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..40 {
        let store = stores[writer % 2].clone();
        writers.spawn(async move {
            // Somebody may wait too long for the other portal, and tries again.
            while let Err(error) = append(&store).await {
                assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let chains = audit::check(&mut *stores[0].read().await.unwrap(), &Heads::default()).await.unwrap();
    assert_eq!(chains.iter().map(|chain| chain.entries).collect::<Vec<_>>(), [40]);
}

async fn append(store: &Store) -> Result<(), StoreError> {
    let mut write = store.write().await?;
    let act = Act::done(Action::SessionSent).to(SessionId(Uuid::nil()));
    audit::record(&mut write, moment(0), None, &By::PORTAL, act).await?;
    write.commit().await
}

pub async fn closed_is_unavailable(fresh: &impl Fresh) {
    let store = fresh.open().await;
    store.check().await.unwrap();
    store.close().await;
    assert!(matches!(store.check().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.read().await.err(), Some(StoreError::Unavailable(_))));
    assert!(matches!(store.write().await.err(), Some(StoreError::Unavailable(_))));
}
