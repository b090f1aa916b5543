//! The live stream and the poller behind it.

use std::time::Duration;

use app::{
    model::{LiveEvent, Moment, SessionId, Standing},
    paths,
};
use reqwest::{Method, RequestBuilder, Response};
use testkit::TestApp;

use crate::desk::{
    detail, fault, new_session, no_faults, now, pdf, post_plan, read, reject, sent, sign, text, until, upload,
    upstream_id,
};

/// A stream, read event by event.
struct Stream {
    response: Response,
    text: String,
}

/// An event as it stands on the stream.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    name: String,
    id: String,
    data: String,
}

impl Stream {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, text: String::new() }
    }

    /// The next event that a browser would deliver; none when the stream ends.
    async fn next(&mut self) -> Option<Message> {
        tokio::time::timeout(Duration::from_secs(10), async {
            loop {
                while let Some((block, rest)) = self.text.split_once("\n\n") {
                    let message = message(block);
                    self.text = rest.to_owned();
                    if !message.data.is_empty() {
                        return Some(message);
                    }
                }
                let chunk = self.response.chunk().await.ok()??;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        })
        .await
        .expect("an event in time")
    }

    async fn event(&mut self) -> LiveEvent {
        let message = self.next().await.expect("an event");
        assert_eq!(message.name, LiveEvent::NAME);
        let event: LiveEvent = serde_json::from_str(&message.data).unwrap();
        assert_eq!(message.id, event.seq.to_string());
        event
    }

    /// The next event of a session that stands so.
    async fn until(&mut self, id: SessionId, standing: Standing) -> LiveEvent {
        loop {
            let event = self.event().await;
            if (event.session, event.standing) == (id, standing) {
                return event;
            }
        }
    }
}

fn message(block: &str) -> Message {
    let mut message = Message::default();
    for (name, value) in block.lines().filter_map(|line| line.split_once(": ")) {
        match name {
            "event" => message.name = value.to_owned(),
            "id" => message.id = value.to_owned(),
            "data" => message.data.push_str(value),
            _ => {}
        }
    }
    message
}

fn live(app: &TestApp, path: &str) -> RequestBuilder {
    app.browser.fetch(Method::GET, path).header("accept", "text/event-stream")
}

async fn stream(app: &TestApp, path: &str) -> Stream {
    Stream::open(live(app, path)).await
}

async fn last_event(app: &TestApp) -> u64 {
    app.portal().store.read().await.unwrap().last_event().await.unwrap()
}

#[tokio::test]
async fn a_signature_is_on_the_stream_without_asking() {
    let app = TestApp::signed_in().await;
    let mut stream = stream(&app, paths::LIVE).await;
    let id = sent(&app, &[text("note")]).await;
    assert_eq!(stream.event().await.standing, Standing::Sending);
    assert_eq!(stream.event().await.standing, Standing::Ready);
    sign(&app, id).await;
    let event = stream.event().await;
    assert_eq!((event.session, event.standing, event.at), (id, Standing::Signed, now(&app)));
    // Whoever loads the page now has seen the event.
    let shown = detail(&app, id).await;
    assert_eq!((shown.as_of, shown.row.standing), (event.seq, Standing::Signed));
    assert_eq!(shown.results.len(), 1);
}

#[tokio::test]
async fn rejections_and_deletions_are_told() {
    let app = TestApp::signed_in().await;
    let mut stream = stream(&app, paths::LIVE).await;
    let rejected = sent(&app, &[pdf("lease")]).await;
    reject(&app, rejected, "The rent is wrong").await;
    stream.until(rejected, Standing::Rejected).await;
    assert_eq!(detail(&app, rejected).await.reject_reason.as_deref(), Some("The rent is wrong"));

    let gone = sent(&app, &[pdf("annex")]).await;
    app.portal().upstream.delete_session(upstream_id(&app, gone).await).await.unwrap();
    stream.until(gone, Standing::Gone).await;
}

#[tokio::test]
async fn the_due_date_passes_by_the_clock() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let mut new = new_session(&app, std::slice::from_ref(&file));
    new.due = Moment(now(&app).0 + 60_000);
    let plan: app::model::SendPlan = read(&post_plan(&app, &new, "key").await.expect(201));
    upload(&app, plan.uploads[0], &file).await.expect(200);
    crate::desk::send(&app, plan.session).await.expect(200);
    let mut stream = stream(&app, paths::LIVE).await;
    app.clock.advance(time::Duration::seconds(60));
    // The API was not asked and would not have told.
    stream.until(plan.session, Standing::Overdue).await;
    assert_eq!(detail(&app, plan.session).await.row.standing, Standing::Overdue);
    app.browser.ask(Method::POST, &paths::link(plan.session)).await.expect(409);
}

#[tokio::test]
async fn rt_05_nothing_is_missed_between_page_and_stream() {
    let app = TestApp::signed_in().await;
    let before = last_event(&app).await;
    let id = sent(&app, &[pdf("lease")]).await;
    let after = last_event(&app).await;
    assert_eq!(after, before + 2);

    let mut since = stream(&app, &paths::live(before)).await;
    assert_eq!((since.event().await.seq, since.event().await.seq), (before + 1, after));
    // A browser that comes back asks with the old address and the newer header.
    let request = live(&app, &paths::live(before)).header("last-event-id", (before + 1).to_string());
    let mut again = Stream::open(request).await;
    assert_eq!(again.event().await.seq, after);
    sign(&app, id).await;
    assert_eq!(since.until(id, Standing::Signed).await, again.until(id, Standing::Signed).await);
}

#[tokio::test]
async fn rt_04_who_missed_too_much_loads_anew() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let mut change = app.portal().store.write().await.unwrap();
    for _ in 0..1001 {
        change.append_event(id, Standing::Ready, now(&app)).await.unwrap();
    }
    change.commit().await.unwrap();
    let last = last_event(&app).await;
    for path in [paths::live(0), paths::live(last + 1), "/live?since=x".into(), "/live?since=-1".into()] {
        let message = stream(&app, &path).await.next().await.unwrap();
        assert_eq!((message.name.as_str(), message.id), (LiveEvent::RESYNC, last.to_string()), "{path}");
    }
    let mut replayed = stream(&app, &paths::live(last - 1000)).await;
    for seq in last - 999..=last {
        assert_eq!(replayed.event().await.seq, seq);
    }
}

#[tokio::test]
async fn rt_06_proxies_let_the_stream_through() {
    let app = TestApp::signed_in().await;
    let response = live(&app, paths::LIVE).send().await.unwrap();
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("content-encoding"), None);
    let mut stream = Stream { response, text: String::new() };
    let head = stream.response.chunk().await.unwrap().unwrap();
    assert!(std::str::from_utf8(&head).unwrap().contains("retry: "));
}

#[tokio::test]
async fn rt_03_a_sign_in_has_five_streams() {
    let app = TestApp::signed_in().await;
    let mut streams = Vec::new();
    for _ in 0..5 {
        streams.push(stream(&app, paths::LIVE).await);
    }
    let refused = app.browser.send(live(&app, paths::LIVE)).await.expect(429);
    assert!(refused.header("retry-after").is_some());
    streams.pop();
    app.eventually("a place is free", || async { live(&app, paths::LIVE).send().await.unwrap().status() == 200 }).await;
}

#[tokio::test]
async fn rt_02_other_sites_get_no_stream() {
    let app = TestApp::signed_in().await;
    for site in ["cross-site", "same-site"] {
        let request = app.browser.bare(Method::GET, paths::LIVE).header("sec-fetch-site", site);
        app.browser.send(request).await.expect(403);
    }
    app.browser.set_cookie(None);
    app.browser.send(live(&app, paths::LIVE)).await.expect(401);
}

#[tokio::test]
async fn rt_10_streams_end_when_the_portal_stops() {
    let app = TestApp::signed_in().await;
    let mut stream = stream(&app, paths::LIVE).await;
    app.portal().shutdown.cancel();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn rt_01_signing_out_ends_the_stream() {
    let app = TestApp::signed_in().await;
    let mut stream = stream(&app, paths::LIVE).await;
    app.browser.post_form(paths::SIGN_OUT, &[]).await.expect(303);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn api_08_an_api_that_does_not_answer_is_shown_as_such() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    assert_eq!(detail(&app, id).await.hearing.stale_since, None);
    fault(&app, "list_sessions", "500", 1000).await;
    app.eventually("silence is noticed", || async { detail(&app, id).await.hearing.stale_since == Some(now(&app)) })
        .await;
    // What is known stays on the page.
    assert_eq!(detail(&app, id).await.row.standing, Standing::Ready);
    no_faults(&app).await;
    server::live::round(app.portal()).await.unwrap();
    assert_eq!(detail(&app, id).await.hearing.stale_since, None);
}

#[tokio::test]
async fn what_is_final_is_not_asked_about_any_more() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[text("note")]).await;
    sign(&app, id).await;
    until(&app, id, Standing::Signed).await;
    assert_eq!(server::live::round(app.portal()).await.unwrap(), server::live::Round::Idle);
}

#[tokio::test]
async fn rt_09_a_lost_wake_up_loses_no_event() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let mut stream = stream(&app, &paths::live(last_event(&app).await)).await;
    // Written by somebody who then tells nobody.
    let mut change = app.portal().store.write().await.unwrap();
    change.append_event(id, Standing::Overdue, now(&app)).await.unwrap();
    change.commit().await.unwrap();
    sign(&app, id).await;
    assert_eq!(stream.event().await.standing, Standing::Overdue);
    stream.until(id, Standing::Signed).await;
}

#[tokio::test]
async fn rt_08_events_hold_ids_and_states_alone() {
    let app = TestApp::signed_in().await;
    let id = sent(&app, &[pdf("lease")]).await;
    let mut stream = stream(&app, &paths::live(0)).await;
    let event = stream.next().await.unwrap();
    let data: serde_json::Value = serde_json::from_str(&event.data).unwrap();
    let names: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!(names, ["at", "seq", "session", "standing"], "{data}");
    assert_eq!(data["session"], id.to_string());
}
