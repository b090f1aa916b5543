//! What every database must keep of the promises in `server::store`, whichever it is.
//!
//! A promise is a function that asks for a [`Fresh`] database and knows nothing else of
//! it; `promises!` makes tests of them all for one database. Another database needs a
//! factory and a line at the end of this file.

mod collections;
mod factors;
mod foreign;
mod inbox;
mod keys;
mod people;
mod sessions;
mod trail;
mod transactions;

use app::model::{CollectionId, Moment, NewCollection, NewSession, Role, SessionId, TeamId, UploadId};
use contract::{Language, Sha256Digest, SigningSessionId};
use server::{
    auth::{LoginId, LoginToken},
    rights::Reach,
    sessions::Step,
    store::{
        Connection, Store,
        collections::NewCollectionRow,
        sessions::{NewSessionRow, SessionRecord},
        staff::NewStaff,
    },
};
use time::OffsetDateTime;
use uuid::Uuid;

/// A database of its own, empty until the first test of its life.
pub trait Fresh {
    /// Opens it; each time as another portal would.
    fn open(&self) -> impl Future<Output = Store>;
}

/// Tests of all promises, for a database.
macro_rules! promises {
    ($fresh:expr) => {
        promises! { $fresh;
            people: names_of_teams_are_taken_once, user_names_are_taken_once, disabled_accounts_are_not_found,
                admins_are_those_who_can_sign_in, sign_ins_end, a_sign_in_gets_another_token,
                sign_ins_expire_by_either_limit, one_invitation_at_a_time;
            collections: a_key_is_used_once_per_owner, signers_stay_in_order, steps_of_collections_are_found;
            factors: factors_count_once_confirmed, recovery_codes_are_used_once, trips_end_once, identities_are_of_an_issuer,
                sign_ins_at_providers_are_found, notices_are_taken_once;
            foreign: az_05_no_query_finds_what_is_others;
            inbox: an_event_counts_once, strange_events_are_forgotten;
            keys: keys_are_found_by_their_hashes, keys_are_taken_back_once, widgets_live_until_they_are_taken_back,
                tokens_stay_taken_back_for_their_time, widgets_see_their_team_alone;
            sessions: saving_tells_of_another_standing,
                lists_are_paged_newest_first, lists_are_narrowed, documents_stay_in_order, ids_of_the_api_are_taken_once,
                results_keep_what_is_known, leftovers_go_in_the_order_of_references, silence_begins_once;
            trail: events_are_numbered_upwards, events_stay_within_reach, chains_have_no_gaps, entries_stay_as_they_are,
                entries_are_paged_newest_first, entries_are_exported_in_pieces;
            transactions: what_is_not_committed_did_not_happen, what_is_committed_is_there, a_failed_change_leaves_nothing,
                a_read_is_of_one_moment, one_writes_at_a_time, chains_do_not_fork, closed_is_unavailable;
        }
    };
    ($fresh:expr; $($kind:ident: $($promise:ident),+;)+) => {$(
        mod $kind {
            $(#[tokio::test]
            async fn $promise() {
                let fresh = $fresh;
                super::super::$kind::$promise(&fresh).await;
            })+
        }
    )+};
}

const START: OffsetDateTime = time::macros::datetime!(2026-11-24 12:00 UTC);

fn at(seconds: i64) -> OffsetDateTime {
    START + time::Duration::seconds(seconds)
}

fn moment(seconds: i64) -> Moment {
    Moment(i64::try_from(at(seconds).unix_timestamp_nanos() / 1_000_000).unwrap())
}

fn team(number: u128) -> TeamId {
    TeamId(Uuid::from_u128(0x7ea_0000 + number))
}

fn person(number: u128) -> Uuid {
    Uuid::from_u128(0xacc_0000 + number)
}

fn id(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(0x5e5_0000 + number))
}

/// The collection of the session of this number.
fn collection(number: u128) -> CollectionId {
    CollectionId(Uuid::from_u128(0xc01_0000 + number))
}

fn upload(number: u128) -> UploadId {
    UploadId(Uuid::from_u128(0xd0c_0000 + number))
}

fn digest(byte: u8) -> Sha256Digest {
    Sha256Digest::new([byte; 32])
}

fn token(letter: char) -> LoginId {
    LoginToken::parse(&format!("{}A", String::from(letter).repeat(42))).unwrap().id()
}

/// A manager's reach: their team.
fn of_team(number: u128) -> Reach {
    reach(Role::Manager, number, 0)
}

fn reach(role: Role, of: u128, who: u128) -> Reach {
    let staff = app::model::Staff { id: person(who), name: String::new(), role, team: team(of) };
    Reach::of(&staff, app::model::Permission::Send).unwrap()
}

/// Makes a team.
async fn make_team(rows: &mut Connection, number: u128) {
    rows.insert_team(team(number), &format!("Team {number}"), START).await.unwrap();
}

fn account<'a>(number: u128, username: &'a str, role: Role) -> NewStaff<'a> {
    NewStaff {
        id: person(number),
        username,
        name: username,
        password_hash: "hash",
        role,
        team: team(1),
        created_at: START,
    }
}

/// A plan of one signer.
fn wanted(title: &str) -> NewCollection {
    NewCollection::from(NewSession {
        title: title.to_owned(),
        signer: "Ágnes Ek".to_owned(),
        due: moment(1_000_000),
        sign_text: None,
        language: Language::from("en".to_owned()),
        documents: Vec::new(),
    })
}

/// Stores a collection, made `number` seconds after the start.
async fn plan_collection(rows: &mut Connection, number: u128, of: u128, owner: u128, wanted: &NewCollection) {
    let key = number.to_string();
    let row = NewCollectionRow {
        id: collection(number),
        owner: person(owner),
        team: team(of),
        idempotency_key: &key,
        request_hash: digest(1),
        wanted,
    };
    rows.insert_collection(&row, moment(i64::try_from(number).unwrap())).await.unwrap();
}

/// Stores a collection and its one session, made `number` seconds after the start.
async fn plan(rows: &mut Connection, number: u128, of: u128, owner: u128, title: &str) -> SessionRecord {
    let wanted = wanted(title);
    plan_collection(rows, number, of, owner, &wanted).await;
    let row = NewSessionRow {
        id: id(number),
        collection: collection(number),
        owner: person(owner),
        team: team(of),
        position: 0,
        title,
        due: wanted.due,
        signer: &wanted.signers[0],
    };
    rows.insert_session(&row, moment(i64::try_from(number).unwrap())).await.unwrap();
    rows.session(Reach::PORTAL, id(number)).await.unwrap().unwrap()
}

/// The API has the session now, by an id of its own.
async fn send(rows: &mut Connection, session: &mut SessionRecord) {
    session.step = Step::Sent;
    session.upstream = Some(SigningSessionId::new(session.id.0));
    rows.save_session(session, moment(400)).await.unwrap();
}

mod sqlite {
    use server::store::Store;

    use super::Fresh;

    /// A file in a directory of its own.
    pub struct File(tempfile::TempDir);

    impl File {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }
    }

    impl Fresh for File {
        async fn open(&self) -> Store {
            Store::open(&self.0.path().join("portal.db")).await.unwrap()
        }
    }

    promises! { super::File::new() }
}
