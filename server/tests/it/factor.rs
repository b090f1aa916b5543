//! Second factors: setting one up, signing in with it, losing it.

use app::{
    error::ErrorKind,
    form::Confirmation,
    model::{Action, Moment, Role},
    paths,
};
use data_encoding::BASE32_NOPAD;
use reqwest::Method;
use ring::hmac;
use server::{
    auth::ForgetError,
    clock::{Clock, SteppedClock},
    start::{Machine, Server, StartError},
};
use testkit::{Answer, Browser, LIST, PASSWORD, TestApp, USERNAME};
use time::Duration;
use uuid::Uuid;

/// What an app for one-time codes knows.
struct Phone {
    secret: Vec<u8>,
}

impl Phone {
    /// Reads the key from the page that offers a factor.
    fn scan(page: &str) -> Self {
        let (_, rest) = page.split_once(r#"id="key""#).unwrap();
        let (_, rest) = rest.split_once(r#"value=""#).unwrap();
        let key = rest.split_once('"').unwrap().0.replace(' ', "");
        Self { secret: BASE32_NOPAD.decode(key.as_bytes()).unwrap() }
    }

    /// RFC 6238, apart from the portal's own.
    fn code(&self, clock: &SteppedClock) -> String {
        let step = clock.now().unix_timestamp() / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 0xf);
        let number = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

async fn about(browser: &Browser, form: &[(&str, &str)]) -> Answer {
    browser.post_form(paths::FACTOR, form).await
}

/// Sets a factor up; answers the phone and the recovery codes.
async fn set_up(app: &TestApp, browser: &Browser) -> (Phone, Vec<String>) {
    let phone = Phone::scan(&about(browser, &[("act", "begin")]).await.expect(200).text());
    let code = phone.code(&app.clock);
    let page = about(browser, &[("act", "confirm"), ("code", &code)]).await.expect(200).text();
    let (_, list) = page.split_once("<ul").unwrap();
    let (list, _) = list.split_once("</ul>").unwrap();
    let codes = list.split("<li>").skip(1).map(|item| item.split_once('<').unwrap().0.to_owned()).collect();
    app.clock.advance(Duration::seconds(30));
    (phone, codes)
}

/// Shows the password; answers where that leads.
async fn password(browser: &Browser, username: &str) -> String {
    browser.set_cookie(None);
    let form = [("username", username), ("password", PASSWORD), ("return_to", "/sessions/new")];
    browser.post_form(paths::SIGN_IN, &form).await.expect(303).header("location").unwrap().to_owned()
}

async fn code(browser: &Browser, code: &str) -> Answer {
    browser.post_form(paths::SIGN_IN_CODE, &[("code", code), ("return_to", "/sessions/new")]).await
}

async fn trail(app: &TestApp, action: Action) -> String {
    app.browser.get(&format!("{}?what={}", paths::AUDIT_JSON, action.slug())).await.expect(200).text()
}

async fn myself(app: &TestApp) -> Uuid {
    let read = &mut app.portal().store.read().await.unwrap();
    read.credentials(USERNAME).await.unwrap().unwrap().staff.id
}

#[tokio::test]
async fn sl_18_a_factor_counts_once_a_code_was_right() {
    let app = TestApp::signed_in().await;
    let page = about(&app.browser, &[("act", "begin")]).await.expect(200).text();
    assert!(page.contains(r#"class="qr"><path d="M0 0h7"#), "{page}");
    let phone = Phone::scan(&page);
    assert_eq!(phone.secret.len(), 20);
    // Not confirmed yet: signing in is as before.
    assert_eq!(password(&app.browser, USERNAME).await, "/sessions/new");

    let page = about(&app.browser, &[("act", "confirm"), ("code", "000000")]).await.expect(422).text();
    assert!(page.contains("not the code of now"), "{page}");
    assert_eq!(Phone::scan(&page).secret, phone.secret);
    let code = phone.code(&app.clock);
    let page = about(&app.browser, &[("act", "confirm"), ("code", &code)]).await.expect(200).text();
    assert_eq!(page.matches("<li>").count(), 10, "{page}");
    assert!(app.browser.page(paths::ACCOUNT).await.text().contains("10 recovery codes are left"));
    about(&app.browser, &[("act", "begin")]).await.expect(409);
    assert_eq!(app.browser.page(paths::FACTOR).await.expect(303).header("location"), Some(paths::ACCOUNT));
    assert!(trail(&app, Action::FactorSet).await.contains("codes of an app"));
}

#[tokio::test]
async fn sl_18_signing_in_takes_two_pages_then() {
    let app = TestApp::signed_in().await;
    let (phone, _) = set_up(&app, &app.browser).await;
    let next = password(&app.browser, USERNAME).await;
    assert_eq!(next, "/sign-in/code?return_to=%2Fsessions%2Fnew");
    // Half way is not in.
    assert_eq!(app.browser.cookie(), None);
    app.browser.get(LIST).await.expect(401);
    assert!(app.browser.page(paths::ACCOUNT).await.header("location").unwrap().starts_with("/sign-in"));
    app.browser.page(&next).await.expect(200);

    for wrong in ["", "000000", "not a code", &"1".repeat(10_000)] {
        let page = code(&app.browser, wrong).await.expect(401).text();
        assert!(page.contains("wrong, or was used already") && page.contains(r#"value="/sessions/new""#), "{page}");
    }
    let right = phone.code(&app.clock);
    let answer = code(&app.browser, &right).await.expect(303);
    assert_eq!(answer.header("location"), Some("/sessions/new"));
    app.browser.get(LIST).await.expect(200);
    assert_eq!(app.browser.other_cookies(), Vec::<String>::new());
    let signed_in = trail(&app, Action::SignIn).await;
    assert!(signed_in.contains("password and code"), "{signed_in}");
    assert_eq!(signed_in.matches("refused").count(), 4, "{signed_in}");
}

#[tokio::test]
async fn sl_18_a_code_is_taken_once() {
    let app = TestApp::signed_in().await;
    let phone = Phone::scan(&about(&app.browser, &[("act", "begin")]).await.text());
    let first = phone.code(&app.clock);
    about(&app.browser, &[("act", "confirm"), ("code", &first)]).await.expect(200);
    // The code that confirmed the factor is used up, too.
    password(&app.browser, USERNAME).await;
    code(&app.browser, &first).await.expect(401);
    app.clock.advance(Duration::seconds(30));
    let second = phone.code(&app.clock);
    code(&app.browser, &second).await.expect(303);
    password(&app.browser, USERNAME).await;
    for used in [&second, &first] {
        code(&app.browser, used).await.expect(401);
    }
    app.clock.advance(Duration::seconds(60));
    let early = phone.code(&app.clock);
    app.clock.advance(Duration::seconds(30));
    code(&app.browser, &early).await.expect(303);
    password(&app.browser, USERNAME).await;
    let late = phone.code(&app.clock);
    app.clock.advance(Duration::seconds(60));
    code(&app.browser, &late).await.expect(401);
}

#[tokio::test]
async fn sl_18_half_way_lasts_five_minutes_and_as_long_as_the_password() {
    let app = TestApp::signed_in().await;
    let person = app.person("berit", Role::Viewer, app.team().await).await;
    let (phone, _) = set_up(&app, &person.browser).await;
    let starts_again = async |why: &str| {
        let answer = code(&person.browser, &phone.code(&app.clock)).await.expect(303);
        assert_eq!(answer.header("location"), Some("/sign-in?return_to=%2Fsessions%2Fnew"), "{why}");
        person.browser.get(LIST).await.expect(401);
    };
    password(&person.browser, "berit").await;
    app.clock.advance(Duration::minutes(5));
    starts_again("too old").await;
    assert!(person.browser.page(paths::SIGN_IN_CODE).await.header("location").unwrap().starts_with("/sign-in"));

    let set = async |change: &str| {
        let mut write = app.portal().store.write().await.unwrap();
        match change {
            "password" => write.set_password_hash(person.id, "$another").await.unwrap(),
            _ => write.set_disabled(person.id, true).await.unwrap(),
        }
        write.commit().await.unwrap();
    };
    for change in ["disabled", "password"] {
        let mut write = app.portal().store.write().await.unwrap();
        write.set_disabled(person.id, false).await.unwrap();
        write.commit().await.unwrap();
        password(&person.browser, "berit").await;
        set(change).await;
        starts_again(change).await;
    }
    // Nobody comes half way by a cookie of their own making.
    let forged = person.browser.bare(Method::GET, paths::SIGN_IN_CODE).header("accept", "text/html");
    let forged = forged.header("cookie", format!("__Host-Http-half-way={}", "A".repeat(120)));
    person.browser.send(forged).await.expect(303);
}

#[tokio::test]
async fn sl_18_wrong_codes_have_to_wait_and_lock_nobody_else_out() {
    let app = TestApp::signed_in().await;
    let other = app.person("berit", Role::Viewer, app.team().await).await;
    let (phone, _) = set_up(&app, &app.browser).await;
    let (others, _) = set_up(&app, &other.browser).await;
    password(&app.browser, USERNAME).await;
    for _ in 0..10 {
        code(&app.browser, "000000").await.expect(401);
    }
    let answer = code(&app.browser, &phone.code(&app.clock)).await.expect(429);
    assert_eq!(answer.header("retry-after"), Some("120"));
    // Showing the password again gives no more tries.
    password(&app.browser, USERNAME).await;
    code(&app.browser, &phone.code(&app.clock)).await.expect(429);
    // Who does not know the password does not get so far as to use up tries.
    password(&other.browser, "berit").await;
    code(&other.browser, &others.code(&app.clock)).await.expect(303);
    app.clock.advance(Duration::minutes(2));
    code(&app.browser, &phone.code(&app.clock)).await.expect(303);
}

#[tokio::test]
async fn sl_18_a_recovery_code_works_once() {
    let app = TestApp::signed_in().await;
    let (phone, codes) = set_up(&app, &app.browser).await;
    assert_eq!(codes.len(), 10);
    password(&app.browser, USERNAME).await;
    let answer = code(&app.browser, &codes[3].to_uppercase()).await.expect(303);
    assert_eq!(answer.header("location"), Some(paths::ACCOUNT));
    assert!(app.browser.page(paths::ACCOUNT).await.text().contains("9 recovery codes are left"));
    assert!(trail(&app, Action::RecoveryCodeUsed).await.contains("9 left"));

    password(&app.browser, USERNAME).await;
    code(&app.browser, &codes[3]).await.expect(401);
    code(&app.browser, &codes[4]).await.expect(303);
    // Others in their place: those before are of no use any more.
    let page = about(&app.browser, &[("act", "codes")]).await.expect(200).text();
    assert_eq!(page.matches("<li>").count(), 10);
    password(&app.browser, USERNAME).await;
    code(&app.browser, &codes[5]).await.expect(401);
    code(&app.browser, &phone.code(&app.clock)).await.expect(303);
}

#[tokio::test]
async fn sl_18_the_database_alone_knows_no_code() {
    let app = TestApp::signed_in().await;
    let (phone, codes) = set_up(&app, &app.browser).await;
    let mut bytes = Vec::new();
    for name in ["portal.db", "portal.db-wal"] {
        bytes.extend(std::fs::read(app.data_dir().join(name)).unwrap());
    }
    let key = BASE32_NOPAD.encode(&phone.secret);
    let bare: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
    let secrets = [phone.secret.as_slice(), key.as_bytes()].into_iter();
    for secret in secrets.chain(codes.iter().chain(&bare).map(String::as_bytes)) {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn sl_18_without_its_key_the_portal_does_not_start() {
    let mut app = TestApp::signed_in().await;
    let (phone, _) = set_up(&app, &app.browser).await;
    app.restart().await;
    password(&app.browser, USERNAME).await;
    code(&app.browser, &phone.code(&app.clock)).await.expect(303);

    let config = app.portal().config.clone();
    app.portal().shutdown.cancel();
    let key = app.data_dir().join("secrets.key");
    std::fs::rename(&key, key.with_extension("away")).unwrap();
    app.eventually("the portal's end", || async {
        let opened = Server::open(config.clone(), Machine::default()).await;
        matches!(opened.map(drop), Err(StartError::Key(_)))
    })
    .await;
    // An operator gives the factors up; people sign in by their password again.
    let database = config.database();
    let forget = async |username| server::auth::forget_factors(&database, Moment(0), username).await;
    assert!(matches!(forget(Some("nobody")).await, Err(ForgetError::Unknown(_))));
    assert_eq!(forget(Some("Anna")).await.unwrap(), 1);
    assert_eq!(forget(None).await.unwrap(), 0);
    app.restart().await;
    assert_eq!(password(&app.browser, USERNAME).await, "/sessions/new");
    assert!(trail(&app, Action::FactorRemoved).await.contains("by an operator"));
}

#[tokio::test]
async fn sl_13_confirming_takes_a_code_too() {
    let app = TestApp::signed_in().await;
    let (phone, _) = set_up(&app, &app.browser).await;
    app.clock.advance(Duration::minutes(5));
    let page = app.browser.page("/confirm?return_to=%2F").await.expect(200).text();
    assert!(page.contains(Confirmation::CODE), "{page}");
    let form = |code| [("return_to", "/"), (Confirmation::PASSWORD, PASSWORD), (Confirmation::CODE, code)];
    for wrong in ["", "000000"] {
        let page = app.browser.post_form(paths::CONFIRM, &form(wrong)).await.expect(403).text();
        assert!(page.contains("code is wrong"), "{page}");
    }
    let right = phone.code(&app.clock);
    app.browser.post_form(paths::CONFIRM, &form(&right)).await.expect(303);
    app.browser.get(paths::AUDIT_CSV).await.expect(200);
}

#[tokio::test]
async fn sl_13_setting_and_removing_a_factor_take_a_fresh_sign_in() {
    let app = TestApp::signed_in().await;
    app.clock.advance(Duration::minutes(5));
    let page = about(&app.browser, &[("act", "begin")]).await.expect(403).text();
    assert!(page.contains("Confirm it is you") && page.contains(r#"value="begin""#), "{page}");
    let begun = about(&app.browser, &[("act", "begin"), (Confirmation::PASSWORD, PASSWORD)]).await.expect(200);
    let phone = Phone::scan(&begun.text());
    about(&app.browser, &[("act", "confirm"), ("code", &phone.code(&app.clock))]).await.expect(200);
    app.clock.advance(Duration::minutes(5));
    about(&app.browser, &[("act", "remove")]).await.expect(403);
    let right = phone.code(&app.clock);
    let form = [("act", "remove"), (Confirmation::PASSWORD, PASSWORD), (Confirmation::CODE, &*right)];
    about(&app.browser, &form).await.expect(303);
    assert!(trail(&app, Action::FactorRemoved).await.contains("by the person"));
    assert_eq!(password(&app.browser, USERNAME).await, "/sessions/new");
}

#[tokio::test]
async fn sl_18_a_role_can_need_a_factor_before_anything_else() {
    let app = TestApp::spawn_with(|config| config.second_factor_for = vec![Role::Admin]).await;
    app.set_up_staff().await;
    for path in ["/", "/people", "/sessions/new"] {
        assert_eq!(app.browser.page(path).await.expect(303).header("location"), Some(paths::ACCOUNT), "{path}");
    }
    for path in [LIST, paths::AUDIT_CSV, "/live?since=0"] {
        let answer = app.browser.get(path).await.expect(403).json();
        let kind: ErrorKind = serde_json::from_value(answer["kind"].clone()).unwrap();
        assert_eq!(kind, ErrorKind::SecondFactorRequired, "{path}");
    }
    let form = [("act", "team"), ("team-name", "Two")];
    assert!(app.browser.post_form(paths::PEOPLE, &form).await.expect(403).text().contains("second factor"));
    assert!(app.browser.page(paths::ACCOUNT).await.expect(200).text().contains("Your role needs a second factor"));

    set_up(&app, &app.browser).await;
    app.browser.page("/people").await.expect(200);
    about(&app.browser, &[("act", "remove")]).await.expect(409);
    // Other roles are not asked.
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    viewer.browser.page("/").await.expect(200);
}

#[tokio::test]
async fn sl_18_an_admin_removes_a_lost_factor() {
    let app = TestApp::signed_in().await;
    let person = app.person("berit", Role::Viewer, app.team().await).await;
    set_up(&app, &person.browser).await;
    let id = person.id.to_string();
    assert!(app.browser.page(paths::PEOPLE).await.text().contains("Remove second factor"));
    let form = [("act", "remove-factor"), ("person", &*id)];
    app.clock.advance(Duration::minutes(5));
    app.browser.post_form(paths::PEOPLE, &form).await.expect(403);
    app.sign_in().await;
    app.browser.post_form(paths::PEOPLE, &form).await.expect(303);
    person.browser.get(LIST).await.expect(401);
    assert_eq!(password(&person.browser, "berit").await, "/sessions/new");
    let removed = trail(&app, Action::FactorRemoved).await;
    assert!(removed.contains("by an admin") && removed.contains(&id), "{removed}");
    // One's own is not removed there.
    let me = myself(&app).await.to_string();
    app.browser.post_form(paths::PEOPLE, &[("act", "remove-factor"), ("person", &*me)]).await.expect(409);
}

#[tokio::test]
async fn sl_18_a_new_password_does_not_pass_by_the_factor() {
    let app = TestApp::signed_in().await;
    let person = app.person("berit", Role::Viewer, app.team().await).await;
    let (phone, _) = set_up(&app, &person.browser).await;
    let id = person.id.to_string();
    let page = app.browser.post_form(paths::PEOPLE, &[("act", "link"), ("person", &*id)]).await.expect(200).text();
    let token = &page.split_once("/invitation?token=").unwrap().1[..43];
    person.browser.set_cookie(None);
    let form = [("token", token), ("password", "another good long password")];
    let answer = person.browser.post_form(paths::INVITATION, &form).await.expect(303);
    assert_eq!(answer.header("location"), Some("/sign-in/code?return_to=%2F"));
    person.browser.get(LIST).await.expect(401);
    code(&person.browser, &phone.code(&app.clock)).await.expect(303);
    person.browser.get(LIST).await.expect(200);
}

#[tokio::test]
async fn bad_forms_about_factors_are_refused() {
    let app = TestApp::signed_in().await;
    for form in [vec![], vec![("act", "root")], vec![("act", "begin"), ("staff", "x")]] {
        about(&app.browser, &form).await.expect(422);
    }
    for act in ["codes", "remove"] {
        about(&app.browser, &[("act", act)]).await.expect(409);
    }
    // Nothing was offered: there is nothing to confirm.
    let answer = about(&app.browser, &[("act", "confirm"), ("code", "123456")]).await.expect(303);
    assert_eq!(answer.header("location"), Some(paths::ACCOUNT));
    let id = myself(&app).await;
    assert_eq!(app.portal().store.read().await.unwrap().factor(id).await.unwrap(), None);
}
