//! Keys of programs, and widgets.

use app::model::{ApiKey, EmbedField, Role, Standing, Widget, WidgetKind, WidgetTheme};
use server::{
    keys::ApiSecret,
    random::SystemRandom,
    store::{Connection, StoreError, keys::NewKey, sessions::SessionRecord},
};
use uuid::Uuid;

use super::{Fresh, id, make_team, moment, plan, send, team};

async fn add_key(rows: &mut Connection, number: u128, secret: &ApiSecret) -> Result<(), StoreError> {
    let key = NewKey {
        id: Uuid::from_u128(number),
        hash: secret.hash(),
        hint: secret.hint(),
        name: "Payroll",
        role: Role::Sender,
        team: team(1),
        created: moment(i64::try_from(number).unwrap()),
        expires: moment(100),
    };
    rows.add_key(&key).await
}

fn secret() -> ApiSecret {
    ApiSecret::new(&SystemRandom).unwrap()
}

pub async fn keys_are_found_by_their_hashes(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let (one, other) = (secret(), secret());
    add_key(&mut *write, 1, &one).await.unwrap();
    add_key(&mut *write, 2, &other).await.unwrap();
    let again = add_key(&mut *write, 3, &one).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    let key = ApiKey {
        id: Uuid::from_u128(1),
        hint: one.hint().to_owned(),
        name: "Payroll".to_owned(),
        role: Role::Sender,
        team: team(1),
        created: moment(1),
        expires: moment(100),
        used: None,
        revoked: None,
    };
    assert_eq!(write.key_by_hash(one.hash()).await.unwrap(), Some(key.clone()));
    assert_eq!(write.key(key.id).await.unwrap(), Some(key));
    assert_eq!(write.key_by_hash(secret().hash()).await.unwrap(), None);
    let keys = write.all_keys().await.unwrap();
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [2, 1].map(Uuid::from_u128));
}

pub async fn keys_are_taken_back_once(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    make_team(&mut *write, 1).await;
    let secret = secret();
    add_key(&mut *write, 1, &secret).await.unwrap();
    let key = Uuid::from_u128(1);
    write.touch_key(key, moment(2)).await.unwrap();
    assert!(write.revoke_key(key, moment(3)).await.unwrap());
    assert!(!write.revoke_key(key, moment(4)).await.unwrap());
    assert!(!write.revoke_key(Uuid::from_u128(2), moment(4)).await.unwrap());
    // It is still found, so that people are told why it does not work.
    let found = write.key_by_hash(secret.hash()).await.unwrap().unwrap();
    assert_eq!((found.used, found.revoked), (Some(moment(2)), Some(moment(3))));
}

fn widget(number: u128, of: u128) -> Widget {
    Widget {
        id: Uuid::from_u128(number),
        public_id: format!("wid_{number}"),
        name: "Intranet".to_owned(),
        kind: WidgetKind::List,
        theme: WidgetTheme::Dark,
        team: team(of),
        origins: vec!["https://a.example".to_owned(), "https://b.example:8443".to_owned()],
        fields: vec![EmbedField::Title, EmbedField::Due],
        standing: Some(Standing::Ready),
        created: moment(i64::try_from(number).unwrap()),
        used: None,
        revoked: None,
    }
}

pub async fn widgets_live_until_they_are_taken_back(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    let bare = Widget { origins: Vec::new(), fields: Vec::new(), standing: None, ..widget(2, 2) };
    for widget in [&widget(1, 1), &bare] {
        make_team(&mut *write, widget.id.as_u128()).await;
        write.add_widget(widget).await.unwrap();
    }
    assert_eq!(write.live_widget("wid_1").await.unwrap(), Some(widget(1, 1)));
    assert_eq!(write.live_widget("wid_2").await.unwrap(), Some(bare.clone()));
    assert_eq!(write.live_widget("wid_3").await.unwrap(), None);
    let again = write.add_widget(&Widget { id: Uuid::from_u128(3), ..widget(1, 1) }).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");

    write.touch_widget(bare.id, moment(5)).await.unwrap();
    write.revoke_widget(bare.id, moment(6)).await.unwrap();
    write.revoke_widget(bare.id, moment(7)).await.unwrap();
    assert_eq!(write.live_widget("wid_2").await.unwrap(), None);
    let bare = Widget { used: Some(moment(5)), revoked: Some(moment(6)), ..bare };
    assert_eq!(write.all_widgets(None).await.unwrap(), [bare.clone(), widget(1, 1)]);
    assert_eq!(write.all_widgets(Some(team(2))).await.unwrap(), [bare]);
    assert!(write.all_widgets(Some(team(3))).await.unwrap().is_empty());
}

pub async fn tokens_stay_taken_back_for_their_time(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    let [one, other] = [1, 2].map(Uuid::from_u128);
    assert!(!write.is_token_revoked(one).await.unwrap());
    for _ in 0..2 {
        write.revoke_token(one, moment(10), moment(0)).await.unwrap();
    }
    write.revoke_token(other, moment(20), moment(9)).await.unwrap();
    assert!(write.is_token_revoked(one).await.unwrap());
    // At its end a token is worth nothing anyway.
    write.revoke_token(other, moment(20), moment(10)).await.unwrap();
    assert!(!write.is_token_revoked(one).await.unwrap());
    assert!(write.is_token_revoked(other).await.unwrap());
}

pub async fn widgets_see_their_team_alone(fresh: &impl Fresh) {
    let mut write = fresh.open().await.write().await.unwrap();
    let mut seen = Vec::<SessionRecord>::new();
    for (number, of) in [(1, 1), (2, 2), (3, 1)] {
        if number < 3 {
            make_team(&mut *write, of).await;
        }
        let mut session = plan(&mut *write, number, of, 1, "Lease").await;
        send(&mut *write, &mut session).await;
        seen.push(session);
    }
    // The due dates are the same, and then the ids tell.
    let due = seen[0].due;
    let before = app::model::Moment(due.0 - 1);
    assert_eq!(write.next_due(team(1), before, 10).await.unwrap(), [id(1), id(3)]);
    assert_eq!(write.next_due(team(1), before, 1).await.unwrap(), [id(1)]);
    assert_eq!(write.next_due(team(2), before, 10).await.unwrap(), [id(2)]);
    assert!(write.next_due(team(1), due, 10).await.unwrap().is_empty());
    // What is final is not due.
    seen[0].api_final = true;
    write.save_session(&seen[0], moment(500)).await.unwrap();
    assert_eq!(write.next_due(team(1), before, 10).await.unwrap(), [id(3)]);

    assert_eq!(write.sessions_beside(team(1), id(1)).await.unwrap(), [id(1)]);
    assert!(write.sessions_beside(team(2), id(1)).await.unwrap().is_empty());

    let last = write.last_event().await.unwrap();
    let own = write.last_event_of(team(2), id(2)).await.unwrap();
    assert!(0 < own && own < last);
    assert_eq!(write.last_event_of(team(1), id(2)).await.unwrap(), 0);
    assert_eq!(write.last_event_in(team(2)).await.unwrap(), own);
    assert_eq!(write.last_event_in(team(1)).await.unwrap(), last);
    assert_eq!(write.last_event_in(team(3)).await.unwrap(), 0);
}
