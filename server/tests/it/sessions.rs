//! Planning, sending and calling off sessions, by HTTP against the signing service.

use app::{
    model::{Moment, NewSession, ResultKind, SendOutcome, SendPlan, SessionId, SessionList, SigningLink, Standing},
    paths,
};
use contract::{Language, limits};
use reqwest::Method;
use testkit::TestApp;

use crate::desk::{
    NOTHING, abandon, at_api, detail, fault, in_days, new_session, no_faults, nothing_left, now, pdf, plan, post_plan,
    problem, read, record, reject, send, sent, sign, text, until, upload, uploaded,
};

#[tokio::test]
async fn the_main_job() {
    let app = TestApp::signed_in().await;
    let files = [pdf("lease"), pdf("annex")];
    let id = sent(&app, &files).await;
    let shown = detail(&app, id).await;
    assert_eq!((shown.row.standing, shown.row.title.as_str()), (Standing::Ready, "Lease of Storgata 1"));
    assert_eq!((shown.row.signer.as_str(), shown.row.created), ("Kari Nordmann", now(&app)));
    assert!(shown.documents.iter().all(|document| document.verdict() == app::model::HashVerdict::Same));

    // The API got staff's words for the document, but not those for the signer.
    let record = record(&app, id).await;
    let seen = app.portal().upstream.session(record.upstream.unwrap()).await.unwrap();
    assert_eq!(seen.terms.external_reference, Some(id.to_string()));
    assert!(!serde_json::to_string(&seen).unwrap().contains("Nordmann"));
    let document = app.portal().upstream.document(shown.documents[0].document.unwrap()).await.unwrap();
    assert_eq!((document.filename.as_deref(), document.title.as_deref()), (Some("lease.pdf"), Some("lease.pdf")));

    sign(&app, id).await;
    let shown = until(&app, id, Standing::Signed).await;
    let signatures: Vec<_> = shown.results.iter().filter(|result| result.kind == ResultKind::Xades).collect();
    let names: Vec<&str> = signatures.iter().map(|result| result.filename.as_str()).collect();
    assert_eq!(names, ["lease.pdf.xades.xml", "annex.pdf.xades.xml"]);
    for result in signatures {
        let file = app.browser.get(&paths::download(id, result.document)).await.expect(200);
        assert_eq!(Some(crate::desk::sha256(&file.body)), result.api_hash);
        assert!(file.text().contains("SignedProperties"));
    }
}

#[tokio::test]
async fn text_can_be_signed_too() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[text("På norsk")]).await;
    assert_eq!(detail(&app, id).await.row.standing, Standing::Ready);
}

#[tokio::test]
async fn bad_input_names_the_field_and_reaches_nobody() {
    let app = TestApp::signed_in().await;
    let good = new_session(&app, &[pdf("lease")]);
    let document = good.documents[0].clone();
    let with = |change: &dyn Fn(&mut NewSession)| {
        let mut new = good.clone();
        change(&mut new);
        new
    };
    let cases: Vec<(&str, NewSession)> = vec![
        ("title", with(&|new| new.title = "  ".into())),
        ("title", with(&|new| new.title = "x".repeat(256))),
        ("signer", with(&|new| new.signer.clear())),
        ("due", with(&|new| new.due = now(&app))),
        ("due", with(&|new| new.due = Moment(in_days(&app, 45).0 + 1))),
        ("signText", with(&|new| new.sign_text = Some("x".repeat(2049)))),
        ("language", with(&|new| new.language = Language::from("no"))),
        ("documents", with(&|new| new.documents.clear())),
        ("documents", with(&|new| new.documents.push(text("note").draft()))),
        ("documents[0]", with(&|new| new.documents[0].size = 0)),
        ("documents[0]", with(&|new| new.documents[0].size = limits::DOCUMENT_BYTES_MAX + 1)),
        ("documents[0]", with(&|new| new.documents[0].mime_type = "image/png".into())),
        ("documents[0]", with(&|new| new.documents[0].filename = "../lease.pdf".into())),
        ("documents[1]", with(&|new| new.documents.push(document.clone()))),
    ];
    for (i, (field, new)) in cases.iter().enumerate() {
        let answer = post_plan(&app, new, &format!("key {i}")).await.expect(422);
        assert_eq!(problem(&answer), ("invalid".into(), vec![(*field).into()]), "{}", answer.text());
    }
    let list: SessionList = read(&app.browser.get(&format!("{}?filter[page]=1", paths::API_LIST)).await.expect(200));
    assert_eq!((list.total, at_api(&app).await), (0, NOTHING));
}

#[tokio::test]
async fn what_is_no_plan_is_refused() {
    let app = TestApp::signed_in().await;
    let new = new_session(&app, &[pdf("lease")]);
    let post = || app.browser.fetch(Method::POST, paths::PLANS);
    app.browser.send(post().json(&new)).await.expect(400);
    app.browser.send(post().header("idempotency-key", "k".repeat(256)).json(&new)).await.expect(400);
    app.browser
        .send(post().header("idempotency-key", "k").header("content-type", "text/html").body("x"))
        .await
        .expect(415);
    let mut surplus = serde_json::to_value(&new).unwrap();
    surplus["owner"] = "somebody else".into();
    app.browser.send(post().header("idempotency-key", "k").json(&surplus)).await.expect(400);
    assert_eq!(at_api(&app).await, NOTHING);
}

#[tokio::test]
async fn api_04_one_key_makes_one_session() {
    let app = TestApp::signed_in().await;
    let new = new_session(&app, &[pdf("lease")]);
    let answers = futures_util::future::join_all((0..8).map(|_| post_plan(&app, &new, "key"))).await;
    let plans: Vec<SendPlan> = answers.into_iter().map(|answer| read(&answer.expect(201))).collect();
    assert!(plans.iter().all(|plan| *plan == plans[0]));

    // White space at the ends is no difference, a title is.
    let padded = NewSession { title: format!(" {} ", new.title), ..new.clone() };
    assert_eq!(read::<SendPlan>(&post_plan(&app, &padded, "key").await.expect(201)), plans[0]);
    let other = NewSession { title: "Another".into(), ..new.clone() };
    let answer = post_plan(&app, &other, "key").await.expect(422);
    assert_eq!(problem(&answer).1, ["Idempotency-Key"]);
    let another: SendPlan = read(&post_plan(&app, &new, "another key").await.expect(201));
    assert_ne!(another.session, plans[0].session);
}

#[tokio::test]
async fn sending_twice_sends_once() {
    let app = TestApp::signed_in().await;
    let plan = uploaded(&app, &[pdf("lease")]).await;
    let answers = futures_util::future::join_all((0..6).map(|_| send(&app, plan.session))).await;
    let outcomes: Vec<SendOutcome> = answers.into_iter().map(|answer| read(&answer.expect(200))).collect();
    assert!(outcomes.contains(&SendOutcome::Sent));
    assert_eq!(read::<SendOutcome>(&send(&app, plan.session).await.expect(200)), SendOutcome::Sent);
    app.eventually("one of each at the API", || async { at_api(&app).await == (1, 1, 1) }).await;
}

#[tokio::test]
async fn what_is_not_uploaded_is_not_sent() {
    let app = TestApp::signed_in().await;
    let files = [pdf("lease"), pdf("annex")];
    let plan = plan(&app, &files).await;
    upload(&app, plan.uploads[0], &files[0]).await.expect(200);
    let answer = send(&app, plan.session).await.expect(422);
    assert_eq!(problem(&answer), ("invalid".into(), vec!["documents[1]".into()]));
    upload(&app, plan.uploads[1], &files[1]).await.expect(200);
    send(&app, plan.session).await.expect(200);
}

#[tokio::test]
async fn what_is_called_off_leaves_nothing() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = uploaded(&app, std::slice::from_ref(&file)).await;
    assert_eq!(at_api(&app).await, (1, 0, 0));
    abandon(&app, plan.session).await.expect(204);
    assert_eq!(at_api(&app).await, NOTHING);
    abandon(&app, plan.session).await.expect(204);
    send(&app, plan.session).await.expect(409);
    upload(&app, plan.uploads[0], &file).await.expect(409);
    app.browser.get(&paths::detail(plan.session)).await.expect(404);

    let sent = sent(&app, &[pdf("annex")]).await;
    abandon(&app, sent).await.expect(409);
    assert_eq!(at_api(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn an_outage_while_sending_leaves_nothing_and_can_be_waited_out() {
    let app = TestApp::signed_in().await;
    for (operation, failure, status, kind) in [
        ("create_collection", "500", 503, "upstream_down"),
        ("create_collection", "401", 502, "upstream_auth"),
        ("create_session", "401", 502, "upstream_auth"),
    ] {
        let plan = uploaded(&app, &[pdf(&format!("{operation} {failure}"))]).await;
        // A refused token is tried once more with a new one.
        fault(&app, operation, failure, 2).await;
        let answer = send(&app, plan.session).await.expect(status);
        assert_eq!(problem(&answer).0, kind);
        assert_eq!(at_api(&app).await, (1, 0, 0), "{operation} {failure}");
        no_faults(&app).await;
        send(&app, plan.session).await.expect(200);
        assert_eq!(detail(&app, plan.session).await.row.standing, Standing::Ready);
        app.portal().upstream.delete_session(record(&app, plan.session).await.upstream.unwrap()).await.unwrap();
        app.portal()
            .upstream
            .delete_collection(crate::desk::collection_of(&app, plan.session).await.upstream.unwrap())
            .await
            .unwrap();

        let plan = uploaded(&app, &[pdf(&format!("{operation} {failure} again"))]).await;
        fault(&app, operation, failure, 2).await;
        send(&app, plan.session).await.expect(status);
        no_faults(&app).await;
        abandon(&app, plan.session).await.expect(204);
        assert_eq!(at_api(&app).await, NOTHING, "{operation} {failure}");
    }
}

#[tokio::test]
async fn what_the_api_refuses_is_taken_back() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let new = NewSession { due: Moment(now(&app).0 + 60_000), ..new_session(&app, std::slice::from_ref(&file)) };
    let plan: SendPlan = read(&post_plan(&app, &new, "key").await.expect(201));
    upload(&app, plan.uploads[0], &file).await.expect(200);
    // The API's clock is two minutes ahead: what is due soon is overdue there.
    sandbox::clock::Clock::advance(app.sandbox_clock.as_ref(), time::Duration::minutes(2)).unwrap();
    let answer = send(&app, plan.session).await.expect(422);
    assert_eq!(problem(&answer), ("invalid".into(), vec!["due".into()]));
    let shown = detail(&app, plan.session).await;
    assert_eq!(shown.row.standing, Standing::NotSent);
    assert!(shown.failure.is_some());
    assert_eq!(at_api(&app).await, NOTHING);
    send(&app, plan.session).await.expect(409);
}

#[tokio::test]
async fn a_lost_answer_is_found_again() {
    let app = TestApp::signed_in().await;
    for lost in ["500-after-commit", "drop-after-commit"] {
        let plan = uploaded(&app, &[pdf(lost)]).await;
        fault(&app, "create_session", lost, 1).await;
        let outcome: SendOutcome = read(&send(&app, plan.session).await.expect(200));
        assert_eq!(outcome, SendOutcome::BeingConfirmed, "{lost}");
        until(&app, plan.session, Standing::Ready).await;
        assert_eq!(read::<SendOutcome>(&send(&app, plan.session).await.expect(200)), SendOutcome::Sent);
    }
    assert_eq!(at_api(&app).await, (2, 2, 2));
}

#[tokio::test]
async fn what_the_api_never_had_is_given_up_after_the_quiet_time() {
    let app = TestApp::signed_in().await;
    let plan = uploaded(&app, &[pdf("lease")]).await;
    fault(&app, "create_session", "500", 1).await;
    let outcome: SendOutcome = read(&send(&app, plan.session).await.expect(200));
    assert_eq!(outcome, SendOutcome::BeingConfirmed);
    for _ in 0..3 {
        server::live::round(app.portal()).await.unwrap();
    }
    assert_eq!(detail(&app, plan.session).await.row.standing, Standing::BeingConfirmed);
    app.advance(time::Duration::seconds(61));
    let shown = until(&app, plan.session, Standing::NotSent).await;
    assert!(shown.failure.is_some());
    nothing_left(&app).await;
}

#[tokio::test]
async fn a_plan_that_nobody_touches_is_given_up() {
    let app = TestApp::signed_in().await;
    let plan = uploaded(&app, &[pdf("lease")]).await;
    app.advance(time::Duration::minutes(14));
    server::live::round(app.portal()).await.unwrap();
    assert_eq!(detail(&app, plan.session).await.row.standing, Standing::Sending);
    app.advance(time::Duration::minutes(2));
    until(&app, plan.session, Standing::NotSent).await;
    nothing_left(&app).await;
}

#[tokio::test]
async fn sec_08_the_link_is_there_when_asked_for_and_nowhere_else() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let answer = app.browser.ask(Method::POST, &paths::link(id)).await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let link: SigningLink = read(&answer);
    let secret = link.url.split("sessionId=").nth(1).unwrap().to_owned();
    assert!(!app.browser.get(&paths::detail(id)).await.text().contains(&secret));
    for file in ["portal.db", "portal.db-wal"] {
        let bytes = std::fs::read(app.data_dir().join(file)).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{file}");
    }

    reject(&app, id, "Not mine").await;
    // Nobody told the portal yet; asking for the link finds out.
    app.browser.ask(Method::POST, &paths::link(id)).await.expect(409);
    let shown = until(&app, id, Standing::Rejected).await;
    assert_eq!(shown.reject_reason.as_deref(), Some("Not mine"));
}

#[tokio::test]
async fn az_02_foreign_ids_never_reach_the_api() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let ours = detail(&app, id).await.documents[0].document.unwrap();
    let other = sent(&app, &[pdf("annex")]).await;
    // Any call would fail with something else than 404.
    for operation in ["get_document", "get_metadata", "get_session", "delete_document", "create_collection"] {
        fault(&app, operation, "401", 100).await;
    }
    let foreign = SessionId(record(&app, id).await.upstream.unwrap().uuid());
    for (method, path) in [
        (Method::POST, paths::link(foreign)),
        (Method::POST, paths::send(foreign)),
        (Method::DELETE, paths::plan(foreign)),
        (Method::GET, paths::detail(foreign)),
        (Method::GET, paths::download(foreign, ours)),
        (Method::GET, paths::download(other, ours)),
        (Method::PUT, format!("/uploads/{ours}")),
        (Method::PUT, "/uploads/..%2f..".to_owned()),
        (Method::POST, "/api/sessions/1/send".to_owned()),
        (Method::GET, format!("/sessions/{id}/files/x")),
    ] {
        app.browser.ask(method, &path).await.expect(404);
    }
}

#[tokio::test]
async fn the_list_is_narrowed_and_cut() {
    let app = TestApp::signed_in().await;
    let ready = sent(&app, &[pdf("ready")]).await;
    let signed = sent(&app, &[pdf("signed")]).await;
    sign(&app, signed).await;
    until(&app, signed, Standing::Signed).await;
    for i in 0..50 {
        let mut new = new_session(&app, &[pdf("many")]);
        (new.title, new.signer) = (format!("Number {i}"), "ÅSE 100%".to_owned());
        post_plan(&app, &new, &format!("key {i}")).await.expect(201);
    }
    let list = |query: String| {
        let app = &app;
        async move {
            let answer = app.browser.get(&format!("{}?{query}", paths::API_LIST)).await.expect(200);
            read::<SessionList>(&answer)
        }
    };
    let all = list("filter[page]=1".into()).await;
    assert_eq!((all.total, all.rows.len(), all.filter.page), (52, 50, 1));
    let last = list("filter[page]=9".into()).await;
    assert_eq!((last.total, last.rows.len(), last.filter.page), (52, 2, 2));
    assert_eq!(list("filter[text]=%C3%A5se".into()).await.total, 50);
    assert_eq!(list("filter[text]=100%25".into()).await.total, 50);
    assert_eq!(list("filter[text]=%25".into()).await.total, 50);
    assert_eq!(list("filter[text]=storgata".into()).await.total, 2);
    let found = list("filter[standing]=signed".into()).await;
    assert_eq!((found.total, found.rows[0].id), (1, signed));

    // The clock alone makes a session overdue, whether anybody noticed or not.
    app.clock.advance(time::Duration::days(7));
    app.sign_in().await;
    let found = list("filter[standing]=overdue".into()).await;
    assert_eq!((found.total, found.rows[0].id, found.rows[0].standing), (1, ready, Standing::Overdue));
    assert_eq!(list("filter[standing]=ready".into()).await.total, 0);
}
