//! Second factors, and people who sign in at providers.

use app::model::{Moment, Role};
use server::{
    auth::LoginId,
    store::{
        Connection, StoreError,
        factors::Factor,
        providers::{Comers, ProviderLogin, Trip},
    },
};

use super::{Fresh, START, account, at, make_team, moment, people::sign_in, person, team, token};

async fn make_account(rows: &mut Connection) {
    make_team(rows, 1).await;
    rows.insert_account(&account(1, "bo", Role::Sender)).await.unwrap();
}

pub async fn factors_count_once_confirmed(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_account(&mut *write).await;
    sign_in(&mut *write, token('A'), START).await;
    assert_eq!(write.factor(person(1)).await.unwrap(), None);
    let offered = |secret: &[u8]| Factor { secret: secret.to_vec(), is_confirmed: false, last_step: 0 };
    write.offer_factor(person(1), b"one").await.unwrap();
    assert_eq!(write.factor(person(1)).await.unwrap(), Some(offered(b"one")));
    assert!(!write.login(token('A')).await.unwrap().unwrap().has_factor);
    write.confirm_factor(person(1), START).await.unwrap();
    write.use_step(person(1), 1 << 40).await.unwrap();
    let counts = Factor { is_confirmed: true, last_step: 1 << 40, ..offered(b"one") };
    assert_eq!(write.factor(person(1)).await.unwrap(), Some(counts));
    assert!(write.login(token('A')).await.unwrap().unwrap().has_factor);
    assert_eq!(write.with_factor().await.unwrap(), [(person(1), team(1))]);
    // Another offer takes its place, and does not count before it is confirmed.
    write.offer_factor(person(1), b"other").await.unwrap();
    assert_eq!(write.factor(person(1)).await.unwrap(), Some(offered(b"other")));
    assert!(!write.login(token('A')).await.unwrap().unwrap().has_factor);
}

pub async fn recovery_codes_are_used_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_account(&mut *write).await;
    write.insert_account(&account(2, "cy", Role::Sender)).await.unwrap();
    for number in [1, 2] {
        write.offer_factor(person(number), b"secret").await.unwrap();
    }
    write.put_recovery_codes(person(1), &[[1; 32], [2; 32]]).await.unwrap();
    assert!(!write.use_recovery_code(person(2), [1; 32]).await.unwrap());
    assert!(write.use_recovery_code(person(1), [1; 32]).await.unwrap());
    assert!(!write.use_recovery_code(person(1), [1; 32]).await.unwrap());
    assert_eq!(write.recovery_codes(person(1)).await.unwrap(), 1);
    // New ones take the place of those before.
    write.put_recovery_codes(person(1), &[[3; 32]]).await.unwrap();
    assert!(!write.use_recovery_code(person(1), [2; 32]).await.unwrap());
    assert_eq!(write.recovery_codes(person(1)).await.unwrap(), 1);
    // They go with the factor.
    assert!(write.remove_factor(person(1)).await.unwrap());
    assert!(!write.remove_factor(person(1)).await.unwrap());
    assert_eq!(write.recovery_codes(person(1)).await.unwrap(), 0);
    assert_eq!(write.with_factor().await.unwrap(), [(person(2), team(1))]);
}

fn trip(letter: char, begun: Moment) -> Trip {
    Trip {
        state: token(letter),
        cookie: token('Z'),
        provider: "corp".to_owned(),
        nonce: "a nonce".to_owned(),
        verifier: "a verifier".to_owned(),
        return_to: "/sessions".to_owned(),
        previous: Some(token('Y')),
        again: true,
        begun,
    }
}

pub async fn trips_end_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    for (letter, second) in [('A', 1), ('B', 1), ('C', 2)] {
        write.begin_trip(&trip(letter, moment(second))).await.unwrap();
    }
    // Not in another browser.
    assert!(write.end_trip(token('A'), token('Y')).await.unwrap().is_none());
    let ended = write.end_trip(token('A'), token('Z')).await.unwrap();
    assert_eq!(ended, Some(trip('A', moment(1))));
    assert!(write.end_trip(token('A'), token('Z')).await.unwrap().is_none());
    write.forget_trips(at(2), at(2)).await.unwrap();
    assert!(write.end_trip(token('B'), token('Z')).await.unwrap().is_none());
    assert!(write.end_trip(token('C'), token('Z')).await.unwrap().is_some());
}

pub async fn identities_are_of_an_issuer(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_account(&mut *write).await;
    assert_eq!(write.comers("https://a.example").await.unwrap(), Comers { people: 0, last: None });
    assert!(!write.has_identity(person(1)).await.unwrap());
    for second in [3, 5] {
        write.put_identity("https://a.example", "bo", person(1), at(second)).await.unwrap();
    }
    assert!(write.has_identity(person(1)).await.unwrap());
    assert_eq!(write.known_as("https://a.example", "bo").await.unwrap(), Some(person(1)));
    assert_eq!(write.known_as("https://a.example", "Bo").await.unwrap(), None);
    assert_eq!(write.known_as("https://b.example", "bo").await.unwrap(), None);
    assert_eq!(write.comers("https://a.example").await.unwrap(), Comers { people: 1, last: Some(moment(5)) });
    assert_eq!(write.comers("https://b.example").await.unwrap(), Comers { people: 0, last: None });
    // An account is one person's.
    let again = write.put_identity("https://a.example", "cy", person(1), START).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
}

fn said(subject: &str, sid: Option<&str>) -> ProviderLogin {
    ProviderLogin {
        provider: "corp".to_owned(),
        issuer: "https://a.example".to_owned(),
        subject: subject.to_owned(),
        sid: sid.map(str::to_owned),
        auth_time: sid.map(|_| moment(-5)),
        acr: None,
    }
}

async fn logins_at(rows: &mut Connection, subject: Option<&str>, sid: Option<&str>) -> Vec<LoginId> {
    let found = rows.logins_at("https://a.example", subject, sid).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|(login, _)| login).collect();
    found.sort_by_key(|login| login.as_bytes().to_vec());
    found
}

pub async fn sign_ins_at_providers_are_found(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_account(&mut *write).await;
    let sign_ins = [('A', "bo", Some("1")), ('B', "bo", None), ('C', "cy", Some("2"))];
    for (letter, subject, sid) in sign_ins {
        sign_in(&mut *write, token(letter), START).await;
        write.put_provider_login(token(letter), &said(subject, sid)).await.unwrap();
    }
    assert_eq!(write.provider_login(token('A')).await.unwrap(), Some(said("bo", Some("1"))));
    assert_eq!(write.provider_login(token('D')).await.unwrap(), None);
    // Who the provider says proved nothing, proved nothing.
    assert_eq!(write.login(token('A')).await.unwrap().unwrap().proved, moment(-5));
    assert_eq!(write.login(token('B')).await.unwrap().unwrap().proved, Moment(0));

    let mut both = vec![token('A'), token('B')];
    both.sort_by_key(|login| login.as_bytes().to_vec());
    assert_eq!(logins_at(&mut *write, Some("bo"), None).await, both);
    assert_eq!(logins_at(&mut *write, Some("bo"), Some("1")).await, [token('A')]);
    assert_eq!(logins_at(&mut *write, None, Some("2")).await, [token('C')]);
    assert!(logins_at(&mut *write, Some("bo"), Some("2")).await.is_empty());
    // Asked for nobody, it finds nobody.
    assert!(logins_at(&mut *write, None, None).await.is_empty());
    assert!(write.logins_at("https://b.example", Some("bo"), None).await.unwrap().is_empty());

    // What a provider said stays with a sign-in that gets another token, and ends with it.
    assert!(write.renew_login(token('A'), token('D'), START).await.unwrap());
    assert_eq!(write.provider_login(token('D')).await.unwrap(), Some(said("bo", Some("1"))));
    write.end_login(token('D')).await.unwrap();
    assert_eq!(write.provider_login(token('D')).await.unwrap(), None);
}

pub async fn notices_are_taken_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    write.take_notice("https://a.example", "1", at(10)).await.unwrap();
    write.take_notice("https://b.example", "1", at(10)).await.unwrap();
    let again = write.take_notice("https://a.example", "1", at(10)).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    write.forget_trips(at(10), at(10)).await.unwrap();
    let again = write.take_notice("https://a.example", "1", at(10)).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    write.forget_trips(at(11), at(11)).await.unwrap();
    write.take_notice("https://a.example", "1", at(20)).await.unwrap();
}
