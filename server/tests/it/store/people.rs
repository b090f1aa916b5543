//! Teams, accounts, sign-ins and invitations.

use app::model::{AccountState, Role};
use server::{
    auth::LoginId,
    store::{Connection, StoreError, logins::NewLogin},
};
use time::OffsetDateTime;

use super::{Fresh, START, account, at, make_team, person, team, token};

/// Signs the first account's owner in.
pub async fn sign_in(rows: &mut Connection, id: LoginId, now: OffsetDateTime) {
    let login = NewLogin { id, staff: person(1), browser: "Firefox".to_owned(), address: String::new(), now };
    rows.insert_login(&login).await.unwrap();
}

pub async fn names_of_teams_are_taken_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    assert!(!write.team_exists(team(1)).await.unwrap());
    write.insert_team(team(1), "B", START).await.unwrap();
    write.insert_team(team(2), "A", START).await.unwrap();
    assert!(write.team_exists(team(1)).await.unwrap());
    let names: Vec<_> = write.teams().await.unwrap().into_iter().map(|team| team.name).collect();
    assert_eq!(names, ["A", "B"]);
    let again = write.insert_team(team(3), "A", START).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}

pub async fn user_names_are_taken_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    assert!(!write.any_account().await.unwrap());
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    assert!(write.any_account().await.unwrap());
    let found = write.credentials("bo").await.unwrap().unwrap();
    assert_eq!((found.staff.id, found.staff.role, found.staff.team), (person(1), Role::Sender, team(1)));
    assert!(write.credentials("Bo").await.unwrap().is_none());
    let again = write.insert_account(&account(2, "bo", Role::Viewer)).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}

pub async fn disabled_accounts_are_not_found(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    sign_in(&mut *write, token('A'), START).await;
    write.put_invitation(token('B'), person(1), at(60)).await.unwrap();
    write.set_disabled(person(1), true).await.unwrap();
    assert!(write.credentials("bo").await.unwrap().is_none());
    assert!(write.login(token('A')).await.unwrap().is_none());
    assert!(write.invitation(token('B'), START).await.unwrap().is_none());
    assert!(write.account(person(1)).await.unwrap().unwrap().is_disabled);
    assert_eq!(write.people().await.unwrap()[0].state, AccountState::Disabled);
    write.set_disabled(person(1), false).await.unwrap();
    assert!(write.login(token('A')).await.unwrap().is_some());
}

pub async fn admins_are_those_who_can_sign_in(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    for (number, name) in [(1, "a"), (2, "b"), (3, "c")] {
        write.insert_account(&account(number, name, Role::Admin)).await.unwrap();
    }
    write.set_disabled(person(1), true).await.unwrap();
    write.set_password_hash(person(2), server::store::staff::NO_PASSWORD).await.unwrap();
    assert_eq!(write.admins().await.unwrap(), 1);
    write.set_rights(person(3), Role::Viewer, team(1)).await.unwrap();
    assert_eq!(write.admins().await.unwrap(), 0);
    let states: Vec<_> = write.people().await.unwrap().into_iter().map(|person| person.state).collect();
    assert_eq!(states, [AccountState::Disabled, AccountState::Invited, AccountState::Active]);
}

pub async fn sign_ins_end(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    for letter in ['A', 'B', 'C'] {
        sign_in(&mut *write, token(letter), START).await;
    }
    assert_eq!(write.people().await.unwrap()[0].sign_ins, 3);
    write.end_login(token('A')).await.unwrap();
    write.end_login(token('A')).await.unwrap();
    assert!(write.login(token('A')).await.unwrap().is_none());
    assert_eq!(write.end_logins_of(person(1)).await.unwrap(), 2);
    assert_eq!(write.end_logins_of(person(1)).await.unwrap(), 0);
}

pub async fn a_sign_in_gets_another_token(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    sign_in(&mut *write, token('A'), START).await;
    assert!(write.renew_login(token('A'), token('B'), at(5)).await.unwrap());
    assert!(!write.renew_login(token('A'), token('C'), at(5)).await.unwrap());
    assert!(write.login(token('A')).await.unwrap().is_none());
    assert_eq!(write.login(token('B')).await.unwrap().unwrap().staff.id, person(1));
}

pub async fn sign_ins_expire_by_either_limit(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    for (letter, began, active) in [('A', 0, 100), ('B', 50, 60), ('C', 50, 100)] {
        sign_in(&mut *write, token(letter), at(began)).await;
        write.touch_login(token(letter), at(active)).await.unwrap();
    }
    let ended = write.end_expired_logins(at(49), at(99)).await.unwrap();
    let mut ended: Vec<_> = ended.into_iter().map(|(login, staff)| (login, staff.id)).collect();
    ended.sort_by_key(|(login, _)| *login == token('B'));
    assert_eq!(ended, [(token('A'), person(1)), (token('B'), person(1))]);
    assert!(write.login(token('C')).await.unwrap().is_some());
    assert!(write.end_expired_logins(at(49), at(99)).await.unwrap().is_empty());
}

pub async fn one_invitation_at_a_time(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    write.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
    write.put_invitation(token('A'), person(1), at(60)).await.unwrap();
    write.put_invitation(token('B'), person(1), at(60)).await.unwrap();
    assert!(write.invitation(token('A'), START).await.unwrap().is_none());
    let (staff, username) = write.invitation(token('B'), at(59)).await.unwrap().unwrap();
    assert_eq!((staff.id, username.as_str()), (person(1), "bo"));
    assert!(write.invitation(token('B'), at(60)).await.unwrap().is_none());
    write.forget_invitation(person(1)).await.unwrap();
    assert!(write.invitation(token('B'), START).await.unwrap().is_none());
}
