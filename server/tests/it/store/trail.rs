//! Events and the audit trail.

use app::model::{Action, AuditFilter, Role, SessionId, Standing};
use server::{
    audit::{self, Act, By, heads::Heads},
    rights::Reach,
    store::{Store, Write},
};
use uuid::Uuid;

use super::{Fresh, account, id, make_team, moment, of_team, person, plan, team, token};

/// Adds an entry of an account to a team's chain, or of the portal to its own.
async fn append(write: &mut Write, chain: Option<u128>, second: i64, object: u128) {
    let by = By::login(person(1), token('A'));
    let by = if chain.is_some() { &by } else { &By::PORTAL };
    let act = Act::done(Action::SessionSent).to(SessionId(Uuid::from_u128(object)));
    audit::record(write, moment(second), chain.map(team), by, act).await.unwrap();
}

async fn filled(fresh: &impl Fresh, entries: u128) -> Store {
    let store = fresh.open().await;
    let mut write = store.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    for number in 0..entries {
        append(&mut write, Some(1), i64::try_from(number).unwrap(), number % 2).await;
        append(&mut write, None, 0, 9).await;
    }
    write.commit().await.unwrap();
    store
}

pub async fn events_are_numbered_upwards(fresh: &impl Fresh) {
    let store = fresh.open().await;
    let mut write = store.write().await.unwrap();
    assert_eq!(write.last_event().await.unwrap(), 0);
    make_team(&mut *write, 1).await;
    plan(&mut *write, 1, 1, 1, "Lease").await;
    for standing in [Standing::Ready, Standing::Signed] {
        write.append_event(id(1), standing, moment(1)).await.unwrap();
    }
    write.commit().await.unwrap();
    // A number that was seen is never given again, even if its event was rolled back.
    let mut write = store.write().await.unwrap();
    write.append_event(id(1), Standing::Overdue, moment(2)).await.unwrap();
    drop(write);
    let mut read = store.read().await.unwrap();
    let last = read.last_event().await.unwrap();
    let events = read.events_after(Reach::PORTAL, 0, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| event.standing).collect();
    assert_eq!(told, [Standing::Sending, Standing::Ready, Standing::Signed]);
    assert!(events.is_sorted_by(|one, next| one.seq < next.seq));
    assert_eq!(events.last().unwrap().seq, last);
    assert_eq!(read.events_after(Reach::PORTAL, events[0].seq, 1).await.unwrap(), events[1..2]);
    assert!(read.events_after(Reach::PORTAL, u64::MAX, 10).await.unwrap().is_empty());
}

pub async fn events_stay_within_reach(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    for number in [1, 2] {
        make_team(&mut *write, number).await;
        plan(&mut *write, number, number, number, "Lease").await;
    }
    let told = write.events_after(of_team(2), 0, 1).await.unwrap();
    assert_eq!(told.iter().map(|event| event.session).collect::<Vec<_>>(), [id(2)]);
}

pub async fn chains_have_no_gaps(fresh: &impl Fresh) {
    let store = filled(fresh, 3).await;
    let chains = audit::check(&mut *store.read().await.unwrap(), &Heads::default()).await.unwrap();
    assert_eq!(
        chains.iter().map(|chain| (chain.id, chain.entries)).collect::<Vec<_>>(),
        [(Uuid::nil(), 3), (team(1).0, 3)]
    );
    let mut write = store.write().await.unwrap();
    assert_eq!(write.audit_head(team(1).0).await.unwrap(), (3, chains[1].head));
    assert_eq!(write.audit_head(team(2).0).await.unwrap(), (0, [0; 32]));
    // Neither a number that is taken, nor one too far.
    let (record, hash) = write.audit_in_chains((team(1).0, 2), 1).await.unwrap().remove(0);
    for seq in [1, 3, 5] {
        let record = audit::Record { seq, ..record.clone() };
        assert!(write.append_audit(&record, hash).await.is_err(), "{seq}");
    }
}

pub async fn entries_stay_as_they_are(fresh: &impl Fresh) {
    let store = filled(fresh, 2).await;
    // What goes in comes out.
    let mut read = store.read().await.unwrap();
    let entries = read.audit_in_chains((Uuid::nil(), 0), 100).await.unwrap();
    assert_eq!(entries.len(), 4);
    let record = &entries[2].0;
    assert_eq!((record.chain, record.seq, record.at), (team(1).0, 1, moment(0)));
    assert_eq!((record.issuer.as_deref(), record.subject), (Some("local"), Some(person(1))));
    assert_eq!((record.action, record.object), (Action::SessionSent, Some(Uuid::nil())));
    assert_eq!(entries[0].0.issuer.as_deref(), Some("portal"));
    assert_eq!(read.audit_in_chains((Uuid::nil(), 1), 2).await.unwrap(), entries[1..3]);
}

pub async fn entries_are_paged_newest_first(fresh: &impl Fresh) {
    let store = filled(fresh, u128::from(AuditFilter::PAGE_SIZE) + 1).await;
    let mut read = store.read().await.unwrap();
    let (entries, total, page) = read.audit_page(of_team(1), &AuditFilter::default()).await.unwrap();
    assert_eq!((total, page), (u64::from(AuditFilter::PAGE_SIZE) + 1, 1));
    assert_eq!(u64::try_from(entries.len()).unwrap(), total - 1);
    assert!(entries.is_sorted_by(|newer, older| newer.record.seq > older.record.seq));
    assert_eq!(entries[0].name.as_deref(), Some("bo"));
    let beyond = AuditFilter { page: 9, ..AuditFilter::default() };
    let (entries, _, page) = read.audit_page(of_team(1), &beyond).await.unwrap();
    assert_eq!((entries.len(), page, entries[0].record.seq), (1, 2, 1));
    let narrowed = AuditFilter { object: Some(Uuid::from_u128(9)), ..AuditFilter::default() };
    assert_eq!(read.audit_page(of_team(1), &narrowed).await.unwrap().1, 0);
    assert_eq!(read.audit_page(Reach::PORTAL, &narrowed).await.unwrap().1, total);
}

pub async fn entries_are_exported_in_pieces(fresh: &impl Fresh) {
    let store = filled(fresh, 5).await;
    let mut read = store.read().await.unwrap();
    let (mut after, mut found) = (0, Vec::new());
    loop {
        let piece = read.audit_after(of_team(1), &AuditFilter::default(), after, 2).await.unwrap();
        let Some(last) = piece.last() else { break };
        assert!(piece.len() <= 2);
        after = last.id;
        found.extend(piece.into_iter().map(|entry| entry.record.seq));
    }
    assert_eq!(found, [1, 2, 3, 4, 5]);
}
