//! The portal ends in the middle of things, and goes on where it was.

use app::model::{SendOutcome, Standing};
use server::{sessions::Step, store::sessions::SessionRecord};
use testkit::TestApp;

use crate::desk::{
    abandon, at_api, collection_of, detail, fault, key, new_session, nothing_left, now, pdf, plan, post_plan, read,
    record, send, sent, sign, text, until, upload, uploaded, upstream_id,
};

/// Changes a session's row, as if the portal had ended at another point.
async fn set_back(app: &TestApp, id: app::model::SessionId, change: impl FnOnce(&mut SessionRecord)) {
    let mut session = record(app, id).await;
    let mut collection = collection_of(app, id).await;
    change(&mut session);
    collection.step = session.step;
    let mut write = app.portal().store.write().await.unwrap();
    write.save_collection(&collection, now(app)).await.unwrap();
    write.save_session(&session, now(app)).await.unwrap();
    write.commit().await.unwrap();
}

#[tokio::test]
async fn a_plan_is_not_sent_and_says_so() {
    let mut app = TestApp::signed_in().await;
    let plan = plan(&app, &[pdf("lease")]).await;
    app.crash().await;
    let shown = detail(&app, plan.session).await;
    assert_eq!(shown.row.standing, Standing::NotSent);
    assert!(shown.failure.is_some());
}

#[tokio::test]
async fn f9_uploads_are_taken_back() {
    let mut app = TestApp::signed_in().await;
    let files = [pdf("lease"), pdf("annex")];
    let plan = plan(&app, &files).await;
    upload(&app, plan.uploads[0], &files[0]).await.expect(200);
    assert_eq!(at_api(&app).await, (1, 0, 0));
    app.crash().await;
    assert_eq!(detail(&app, plan.session).await.row.standing, Standing::NotSent);
    nothing_left(&app).await;
    // The same attempt, asked for again, is the same attempt.
    let new = new_session(&app, &files);
    assert_eq!(read::<app::model::SendPlan>(&post_plan(&app, &new, &key(&files)).await.expect(201)), plan);
    send(&app, plan.session).await.expect(409);
}

#[tokio::test]
async fn f2_ended_before_the_api_was_asked() {
    let mut app = TestApp::signed_in().await;
    let plan = uploaded(&app, &[pdf("lease")]).await;
    fault(&app, "create_session", "delay", 1).await;
    let sending = send(&app, plan.session);
    tokio::select! {
        _ = sending => panic!("the API answered"),
        () = app.eventually("sending begins", || async { record(&app, plan.session).await.step == Step::Sending }) => {}
    }
    app.crash().await;
    until(&app, plan.session, Standing::BeingConfirmed).await;
    app.advance(time::Duration::seconds(61));
    until(&app, plan.session, Standing::NotSent).await;
    nothing_left(&app).await;
}

#[tokio::test]
async fn f3_ended_before_the_answer_was_read() {
    let mut app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let upstream = upstream_id(&app, id).await;
    set_back(&app, id, |session| {
        session.step = Step::Sending;
        session.upstream = None;
        session.api_state = None;
        session.link_expires = None;
    })
    .await;
    app.crash().await;
    let shown = until(&app, id, Standing::Ready).await;
    assert!(shown.link_expires.is_some());
    assert_eq!((upstream_id(&app, id).await, at_api(&app).await), (upstream, (1, 1, 1)));
    assert_eq!(read::<SendOutcome>(&send(&app, id).await.expect(200)), SendOutcome::Sent);
}

#[tokio::test]
async fn of_two_sessions_the_older_stays() {
    let mut app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let first = upstream_id(&app, id).await;
    let seen = app.portal().upstream.session(first).await.unwrap();
    app.advance(time::Duration::seconds(1));
    app.portal().upstream.create_sessions(&[seen.terms]).await.unwrap();
    set_back(&app, id, |session| {
        session.step = Step::Unknown;
        session.upstream = None;
    })
    .await;
    app.restart().await;
    until(&app, id, Standing::Ready).await;
    assert_eq!(upstream_id(&app, id).await, first);
    app.eventually("the younger one is deleted", || async { at_api(&app).await == (1, 1, 1) }).await;
}

#[tokio::test]
async fn what_was_to_be_deleted_is_deleted_after_all() {
    let mut app = TestApp::signed_in().await;
    let plan = uploaded(&app, &[pdf("lease")]).await;
    fault(&app, "delete_document", "401", 1000).await;
    abandon(&app, plan.session).await.expect(204);
    assert_eq!(at_api(&app).await, (1, 0, 0));
    app.crash().await;
    nothing_left(&app).await;
}

#[tokio::test]
async fn what_was_sent_goes_on() {
    let mut app = TestApp::signed_in().await;
    let id = sent(&app, &[text("note")]).await;
    app.crash().await;
    assert_eq!(detail(&app, id).await.row.standing, Standing::Ready);
    sign(&app, id).await;
    until(&app, id, Standing::Signed).await;
    app.restart().await;
    assert_eq!(detail(&app, id).await.results.len(), 1);
}
