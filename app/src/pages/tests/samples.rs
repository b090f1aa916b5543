//! What the pages' backend holds in tests; names are the caller's.

use uuid::Uuid;

use crate::model::{
    Account, AccountState, Action, ApiKey, ApiKeys, AuditEntry, AuditFilter, AuditPage, FactorState, Moment, Object,
    ObjectKind, Outcome, People, Person, ProviderView, Role, SignIn, Team, TeamId, Widget, WidgetKind, WidgetTheme,
    Widgets,
};

pub(super) fn widgets(name: &str) -> Widgets {
    let widget = Widget {
        id: Uuid::from_u128(8),
        public_id: "wid_1".to_owned(),
        name: name.to_owned(),
        kind: WidgetKind::Card,
        theme: WidgetTheme::Auto,
        team: TeamId(Uuid::from_u128(5)),
        origins: vec![name.to_owned()],
        fields: Vec::new(),
        standing: None,
        created: Moment(0),
        used: None,
        revoked: None,
    };
    let teams = vec![Team { id: TeamId(Uuid::from_u128(5)), name: name.to_owned() }];
    Widgets { widgets: vec![widget], teams, origin: "http://127.0.0.1:1".to_owned(), integrity: None }
}

pub(super) fn account(name: &str) -> Account {
    let sign_in = SignIn {
        handle: name.to_owned(),
        is_this: false,
        browser: name.to_owned(),
        address: name.to_owned(),
        began: Moment(0),
        active: Moment(0),
    };
    Account {
        username: name.to_owned(),
        team: name.to_owned(),
        has_password: true,
        factor: FactorState::None,
        needs_factor: true,
        sign_ins: vec![sign_in],
    }
}

pub(super) fn people(name: &str) -> People {
    let team = Team { id: TeamId(Uuid::from_u128(5)), name: name.to_owned() };
    let person = Person {
        id: Uuid::from_u128(4),
        name: name.to_owned(),
        username: "bo".to_owned(),
        issuer: None,
        role: Role::Sender,
        team: team.id,
        state: AccountState::Active,
        sign_ins: 2,
        active_at: Some(Moment(0)),
        has_factor: true,
    };
    People { people: vec![person], teams: vec![team] }
}

pub(super) fn provider(name: &str) -> ProviderView {
    ProviderView {
        id: name.to_owned(),
        name: name.to_owned(),
        issuer: name.to_owned(),
        client_id: name.to_owned(),
        claim: name.to_owned(),
        roles: vec![(name.to_owned(), Role::Sender)],
        default_role: None,
        trouble: Some(name.to_owned()),
        ends_there: true,
        people: 1,
        last: Some(Moment(0)),
        redirect_uri: name.to_owned(),
        logout_uri: name.to_owned(),
        notices_uri: name.to_owned(),
    }
}

pub(super) fn keys(name: &str) -> ApiKeys {
    let key = ApiKey {
        id: Uuid::from_u128(6),
        hint: "csk_abcd".to_owned(),
        name: name.to_owned(),
        role: Role::Embedder,
        team: TeamId(Uuid::from_u128(5)),
        created: Moment(0),
        expires: Moment(1_000),
        used: None,
        revoked: None,
    };
    ApiKeys { keys: vec![key], teams: people(name).teams, now: Moment(999) }
}

pub(super) fn trail(name: &str) -> AuditPage {
    let entry = AuditEntry {
        team: None,
        seq: 1,
        at: Moment(1_795_507_200_000),
        who: Some(Uuid::from_u128(4)),
        name: Some(name.to_owned()),
        action: Action::LinkShown,
        outcome: Outcome::Refused,
        object: Some(Object { kind: ObjectKind::Session, id: Uuid::from_u128(7) }),
        detail: Some(name.to_owned()),
        ip: Some("192.0.2.1".to_owned()),
        trace: Some("abc".to_owned()),
    };
    let people = vec![(Uuid::from_u128(4), name.to_owned())];
    AuditPage { entries: vec![entry], total: 300, filter: AuditFilter::default(), people }
}
