//! Several documents, several signers, in stages: all of it is sent, or nothing.

use app::{
    model::{
        CollectionPlan, NewCollection, NewSigner, SendOutcome, SessionId, Standing,
        draft::{CollectionSettings, ExpectedPerson, NationalNumber, NumberPurpose, Part},
    },
    paths,
};
use contract::{DocumentAction, LifecycleState, PackageType, SigningSession, SigningSessionId};
use reqwest::Method;
use serde_json::json;
use server::sessions::Step;
use testkit::{Answer, TestApp};

use crate::desk::{
    File, NOTHING, at_api, detail, fault, in_days, no_fault, no_faults, nothing_left, pdf, problem, read, record, sign,
    text, until, upload, upstream_id,
};

/// A signer of a stage.
fn signer(label: &str, stage: u32) -> NewSigner {
    NewSigner { label: label.to_owned(), stage, ..NewSigner::default() }
}

/// Two documents; two signers, then three, then one.
fn two_three_one(app: &TestApp) -> (NewCollection, Vec<File>) {
    let files = vec![pdf("lease"), pdf("annex")];
    let signers = [("Kari", 1), ("Ola", 1), ("Per", 2), ("Pål", 2), ("Espen", 2), ("Board", 3)];
    let new = NewCollection {
        title: "Lease of Storgata 1".to_owned(),
        due: in_days(app, 7),
        documents: files.iter().map(File::draft).collect(),
        signers: signers.map(|(label, stage)| signer(label, stage)).to_vec(),
        settings: CollectionSettings::default(),
    };
    (new, files)
}

async fn post(app: &TestApp, new: &NewCollection, key: &str) -> Answer {
    let request = app.browser.fetch(Method::POST, paths::COLLECTIONS).header("idempotency-key", key).json(new);
    app.browser.send(request).await
}

async fn uploaded(app: &TestApp, new: &NewCollection, files: &[File]) -> CollectionPlan {
    let plan: CollectionPlan = read(&post(app, new, &new.title).await.expect(201));
    for (id, file) in plan.uploads.iter().zip(files) {
        upload(app, *id, file).await.expect(200);
    }
    plan
}

async fn send(app: &TestApp, plan: &CollectionPlan) -> Answer {
    app.browser.ask(Method::POST, &paths::send_collection(plan.collection)).await
}

async fn sent(app: &TestApp, new: &NewCollection, files: &[File]) -> CollectionPlan {
    let plan = uploaded(app, new, files).await;
    assert_eq!(read::<SendOutcome>(&send(app, &plan).await.expect(200)), SendOutcome::Sent);
    plan
}

async fn seen(app: &TestApp, id: SessionId) -> SigningSession {
    app.portal().upstream.session(upstream_id(app, id).await).await.unwrap()
}

async fn standings(app: &TestApp, plan: &CollectionPlan) -> Vec<Standing> {
    let mut standings = Vec::new();
    for id in &plan.sessions {
        standings.push(detail(app, *id).await.row.standing);
    }
    standings
}

/// Each stage waits for the one before, by the ids that the API gave.
async fn is_rightly_linked(app: &TestApp, plan: &CollectionPlan) {
    let mut ids: Vec<SigningSessionId> = Vec::new();
    for id in &plan.sessions {
        ids.push(upstream_id(app, *id).await);
    }
    for (i, before) in [(0, 0..0), (1, 0..0), (2, 0..2), (3, 0..2), (4, 0..2), (5, 2..5)] {
        let session = seen(app, plan.sessions[i]).await;
        assert_eq!(session.terms.subsequent_to, ids[before], "{i}");
        assert_eq!(session.terms.external_reference, Some(plan.sessions[i].to_string()));
        let state = if i < 2 { LifecycleState::Ready } else { LifecycleState::Blocked };
        assert_eq!(session.lifecycle.state, state, "{i}");
    }
}

#[tokio::test]
async fn stages_of_two_three_and_one_are_six_sessions_rightly_linked() {
    let app = TestApp::signed_in().await;
    let (mut new, files) = two_three_one(&app);
    new.signers[1].parts = vec![Part::View, Part::Sign];
    new.signers[2].parts = vec![Part::Sign, Part::None];
    new.signers[5].signature_url_ttl = Some(60);
    let plan = sent(&app, &new, &files).await;
    assert_eq!(at_api(&app).await, (2, 1, 6));
    is_rightly_linked(&app, &plan).await;

    let actions = |session: SigningSession| -> Vec<DocumentAction> {
        session.terms.documents.into_iter().map(|document| document.action).collect()
    };
    assert_eq!(actions(seen(&app, plan.sessions[1]).await), [DocumentAction::View, DocumentAction::Sign]);
    assert_eq!(actions(seen(&app, plan.sessions[2]).await), [DocumentAction::Sign]);
    // A session shows its own documents alone, and opens no others.
    let shown = detail(&app, plan.sessions[2]).await;
    assert_eq!(shown.documents.iter().map(|document| &*document.filename).collect::<Vec<_>>(), ["lease.pdf"]);
    let annex = detail(&app, plan.sessions[0]).await.documents[1].document.unwrap();
    app.browser.get(&paths::download(plan.sessions[2], annex)).await.expect(404);
    app.browser.get(&paths::download(plan.sessions[0], annex)).await.expect(200);

    // The API got nobody's label.
    let all = app.portal().upstream.sessions(&contract::ListQuery::default()).await.unwrap();
    let all = serde_json::to_string(&all).unwrap();
    assert!(!all.contains("Espen") && !all.contains("Board"));

    // Turn by turn.
    for id in &plan.sessions {
        until(&app, *id, Standing::Ready).await;
        sign(&app, *id).await;
        until(&app, *id, Standing::Signed).await;
    }
}

#[tokio::test]
async fn what_fails_on_the_way_leaves_none() {
    let app = TestApp::signed_in().await;
    let (new, files) = two_three_one(&app);
    let plan = uploaded(&app, &new, &files).await;
    // The first stage and the second are made; the third meets an outage. A refused
    // token is tried once more with a new one.
    no_fault(&app, "create_session", 2).await;
    fault(&app, "create_session", "401", 2).await;
    assert_eq!(problem(&send(&app, &plan).await.expect(502)).0, "upstream_auth");
    assert_eq!(at_api(&app).await, NOTHING);
    assert_eq!(standings(&app, &plan).await, [Standing::Sending; 6]);
    no_faults(&app).await;
    // The plan is as it was, and can be sent. The API deleted the documents with the sessions.
    assert_eq!(problem(&send(&app, &plan).await.expect(422)).1, ["documents[0]", "documents[1]"]);
    for (id, file) in plan.uploads.iter().zip(&files) {
        upload(&app, *id, file).await.expect(200);
    }
    assert_eq!(read::<SendOutcome>(&send(&app, &plan).await.expect(200)), SendOutcome::Sent);
    is_rightly_linked(&app, &plan).await;
}

#[tokio::test]
async fn f3_a_lost_answer_is_found_and_the_stages_left_are_sent() {
    let app = TestApp::signed_in().await;
    for failure in ["drop-after-commit", "truncated-body", "500-after-commit"] {
        let (mut new, files) = two_three_one(&app);
        new.title = failure.to_owned();
        let plan = uploaded(&app, &new, &files).await;
        fault(&app, "create_session", failure, 1).await;
        assert_eq!(read::<SendOutcome>(&send(&app, &plan).await.expect(200)), SendOutcome::BeingConfirmed);
        until(&app, plan.sessions[5], Standing::Blocked).await;
        is_rightly_linked(&app, &plan).await;
    }
    assert_eq!(at_api(&app).await, (6, 3, 18));
}

#[tokio::test]
async fn f2_ended_before_the_api_was_asked_leaves_nothing() {
    let mut app = TestApp::signed_in().await;
    let (new, files) = two_three_one(&app);
    let plan = uploaded(&app, &new, &files).await;
    fault(&app, "create_session", "delay", 1).await;
    let asked = || async { record(&app, plan.sessions[0]).await.step == Step::Sending };
    tokio::select! {
        _ = send(&app, &plan) => panic!("the API answered"),
        () = app.eventually("sending begins", asked) => {}
    }
    app.crash().await;
    until(&app, plan.sessions[0], Standing::BeingConfirmed).await;
    // Those of later stages were never asked for.
    assert_eq!(detail(&app, plan.sessions[5]).await.row.standing, Standing::Sending);
    app.advance(time::Duration::seconds(61));
    until(&app, plan.sessions[0], Standing::NotSent).await;
    assert_eq!(standings(&app, &plan).await, [Standing::NotSent; 6]);
    nothing_left(&app).await;
}

/// Ended at every point of the way: what the rows said then is put back.
#[tokio::test]
async fn f4_ended_at_any_point_all_of_it_is_sent_in_the_end() {
    let mut app = TestApp::signed_in().await;
    for known in 0..=6 {
        let (mut new, files) = two_three_one(&app);
        new.title = format!("{known} known");
        let plan = sent(&app, &new, &files).await;
        let mut write = app.portal().store.write().await.unwrap();
        let now = crate::desk::now(&app);
        let mut collection = write.collection(server::rights::Reach::PORTAL, plan.collection).await.unwrap().unwrap();
        collection.step = Step::Sending;
        write.save_collection(&collection, now).await.unwrap();
        // The stage of the first unknown one was asked for and made; the later ones were not.
        let asked = match known {
            0 | 1 => 2,
            2..=4 => 5,
            _ => 6,
        };
        let mut unasked = Vec::new();
        for (i, id) in plan.sessions.iter().enumerate() {
            let mut session = write.session(server::rights::Reach::PORTAL, *id).await.unwrap().unwrap();
            session.step = if i < asked { Step::Sending } else { Step::Planned };
            if i >= known {
                let upstream = session.upstream.take().unwrap();
                if i >= asked {
                    unasked.push(upstream);
                }
            }
            write.save_session(&session, now).await.unwrap();
        }
        write.commit().await.unwrap();
        for upstream in unasked {
            app.portal().upstream.delete_session(upstream).await.unwrap();
        }
        app.crash().await;
        until(&app, plan.sessions[5], Standing::Blocked).await;
        is_rightly_linked(&app, &plan).await;
    }
    assert_eq!(at_api(&app).await, (14, 7, 42));
}

#[tokio::test]
async fn f7_twenty_at_once_make_one_collection() {
    let app = TestApp::signed_in().await;
    let (new, files) = two_three_one(&app);
    let answers = futures_util::future::join_all((0..20).map(|_| post(&app, &new, "key"))).await;
    let plans: Vec<CollectionPlan> = answers.into_iter().map(|answer| read(&answer.expect(201))).collect();
    assert!(plans.iter().all(|plan| *plan == plans[0]));
    let other = NewCollection { title: "Another".to_owned(), ..new.clone() };
    assert_eq!(problem(&post(&app, &other, "key").await.expect(422)).1, ["Idempotency-Key"]);

    for (id, file) in plans[0].uploads.iter().zip(&files) {
        upload(&app, *id, file).await.expect(200);
    }
    let answers = futures_util::future::join_all((0..20).map(|_| send(&app, &plans[0]))).await;
    let outcomes: Vec<SendOutcome> = answers.into_iter().map(|answer| read(&answer.expect(200))).collect();
    assert!(outcomes.contains(&SendOutcome::Sent));
    app.eventually("one of each at the API", || async { at_api(&app).await == (2, 1, 6) }).await;
    is_rightly_linked(&app, &plans[0]).await;
}

#[tokio::test]
async fn nobody_gets_a_link_before_all_is_sent() {
    let app = TestApp::signed_in().await;
    let (new, files) = two_three_one(&app);
    let plan = uploaded(&app, &new, &files).await;
    let link = |i: usize| paths::link(plan.sessions[i]);
    app.browser.ask(Method::POST, &link(0)).await.expect(409);
    fault(&app, "create_session", "drop-after-commit", 1).await;
    send(&app, &plan).await.expect(200);
    until(&app, plan.sessions[0], Standing::Ready).await;
    app.browser.ask(Method::POST, &link(0)).await.expect(200);
}

#[tokio::test]
async fn national_numbers_come_with_send_and_stay_nowhere() {
    let app = TestApp::signed_in().await;
    let (mut new, files) = two_three_one(&app);
    let number = NationalNumber::new("01017012345");
    new.signers[2].person = Some(ExpectedPerson { purpose: NumberPurpose::Validate, number: Some(number) });
    let plan = uploaded(&app, &new, &files).await;
    let answer = send(&app, &plan).await.expect(422);
    assert_eq!(problem(&answer).1, ["signers[2].person.number"]);
    assert_eq!(at_api(&app).await, (2, 0, 0));

    let order = json!({ "numbers": [null, null, "01017012345"] });
    let answer = app.browser.post_json(&paths::send_collection(plan.collection), &order).await;
    assert_eq!(read::<SendOutcome>(&answer.expect(200)), SendOutcome::Sent);
    let expected = seen(&app, plan.sessions[2]).await.terms.signer.unwrap();
    assert_eq!(expected.national_identification_number.as_deref(), Some("01017012345"));
    assert_eq!(expected.validations.len(), 1);
    for file in std::fs::read_dir(app.data_dir()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(11).any(|window| window == b"01017012345"), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_path_and_reaches_nobody() {
    type Spoil = fn(&mut NewCollection);
    let app = TestApp::signed_in().await;
    let (good, _) = two_three_one(&app);
    let cases: [(&str, Spoil); 5] = [
        ("signers[3].label", |new| new.signers[3].label.clear()),
        ("signers[5].stage", |new| new.signers[5].stage = 5),
        ("signers[1].parts", |new| new.signers[1].parts = vec![Part::View; 2]),
        ("settings.packageTo", |new| new.settings.package_to = vec!["ZIP".to_owned().into()]),
        ("documents[1]", |new| new.documents[1] = new.documents[0].clone()),
    ];
    for (field, change) in cases {
        let mut new = good.clone();
        change(&mut new);
        assert_eq!(problem(&post(&app, &new, field).await.expect(422)), ("invalid".into(), vec![field.into()]));
    }
    let mut surplus = serde_json::to_value(&good).unwrap();
    surplus["signers"][0]["signText"] = "x".into();
    surplus["signers"][0]["owner"] = "somebody else".into();
    let request = app.browser.fetch(Method::POST, paths::COLLECTIONS).header("idempotency-key", "k").json(&surplus);
    app.browser.send(request).await.expect(400);
    assert_eq!(at_api(&app).await, NOTHING);
}

#[tokio::test]
async fn a_collection_is_packaged_as_a_whole_when_that_is_asked() {
    let app = TestApp::signed_in().await;
    let (mut new, files) = two_three_one(&app);
    new.settings.package_to = vec![PackageType::PadesContainer];
    let plan = sent(&app, &new, &files).await;
    let upstream = crate::desk::collection_of(&app, plan.sessions[0]).await.upstream.unwrap();
    let collection = app.portal().upstream.collection(upstream).await.unwrap();
    assert_eq!(collection.package_to, [PackageType::PadesContainer]);
    assert!(seen(&app, plan.sessions[0]).await.terms.package_to.is_empty());
}

#[tokio::test]
async fn texts_and_pdfs_go_to_different_signers() {
    let app = TestApp::signed_in().await;
    let (mut new, mut files) = two_three_one(&app);
    files[1] = text("note");
    new.documents[1] = files[1].draft();
    new.signers = vec![signer("Kari", 1), signer("Ola", 2)];
    new.signers[0].parts = vec![Part::Sign, Part::None];
    new.signers[1].parts = vec![Part::None, Part::Sign];
    let plan = sent(&app, &new, &files).await;
    assert_eq!(seen(&app, plan.sessions[0]).await.terms.package_to, [PackageType::PadesContainer]);
    assert!(seen(&app, plan.sessions[1]).await.terms.package_to.is_empty());
}
