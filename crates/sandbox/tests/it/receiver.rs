//! Somebody who is told of events, on a free port, and what tests say to the sandbox about them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use contract::Event;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::mpsc, time::timeout};

use crate::support::TestSandbox;

pub(crate) const SECRET: &str = "a shared secret, with ø in it";
/// How long tests wait for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the receiver does about an event.
#[derive(Clone, Copy)]
pub(crate) enum Reply {
    Status(u16),
    /// Redirects to itself.
    Redirect,
    /// Never answers.
    Hang,
}

/// An event as it arrived.
pub(crate) struct Arrival {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrival {
    pub(crate) fn event(&self) -> Event {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn name(&self) -> String {
        self.event().event_name.to_string()
    }

    pub(crate) fn is_signed_with(&self, secret: &str, header: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&self.body);
        mac.verify_slice(&hex::decode(&self.headers[header]).unwrap()).is_ok()
    }
}

#[derive(Clone)]
struct Desk {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    arrivals: mpsc::UnboundedSender<Arrival>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
}

impl Receiver {
    /// Answers the first events with `replies`, and all others with 200.
    pub(crate) async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events?key=in-the-address", listener.local_addr().unwrap());
        let replies = Arc::new(Mutex::new(replies.iter().copied().collect()));
        let (sender, arrivals) = mpsc::unbounded_channel();
        let desk = Desk { replies: Arc::clone(&replies), arrivals: sender };
        let router = Router::new().fallback(receive).with_state(desk);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, replies, arrivals }
    }

    /// Answers the next event like this.
    pub(crate) fn reply(&self, reply: Reply) {
        self.replies.lock().unwrap().push_back(reply);
    }

    /// The next event that arrives.
    pub(crate) async fn next(&mut self) -> Arrival {
        timeout(PATIENCE, self.arrivals.recv()).await.unwrap_or_else(|_| panic!("no event has arrived")).unwrap()
    }

    /// The names of the next events, in the order in which they arrive.
    pub(crate) async fn names<const N: usize>(&mut self) -> [String; N] {
        let mut names = [const { String::new() }; N];
        for name in &mut names {
            *name = self.next().await.name();
        }
        names
    }
}

async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = desk.replies.lock().unwrap().pop_front().unwrap_or(Reply::Status(200));
    desk.arrivals.send(Arrival { headers, body }).unwrap();
    match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Redirect => (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
        Reply::Hang => std::future::pending().await,
    }
}

impl TestSandbox {
    /// Subscribes to all events and answers the subscription's address in the API.
    pub(crate) async fn subscribe(&self, receiver: &Receiver) -> String {
        self.subscribe_with(&json!({
            "url": receiver.url, "eventTypes": ["signature-api:*"], "secret": SECRET, "lifetimeSeconds": 30,
        }))
        .await
    }

    pub(crate) async fn subscribe_with(&self, wishes: &Value) -> String {
        let answer = self.post("/events-management/subscriptions", wishes).await;
        assert_eq!(answer.status(), 201);
        let answer: Value = answer.json().await.unwrap();
        format!("/events-management/subscriptions/{}", answer["id"].as_str().unwrap())
    }

    /// Sends an event for a trial and answers its id.
    pub(crate) async fn send_trial(&self, subscription: &str) -> String {
        let answer = self.post(&format!("{subscription}/test"), &json!({})).await;
        assert_eq!(answer.status(), 202);
        answer.json::<Value>().await.unwrap()["eventId"].as_str().unwrap().to_owned()
    }

    /// Rejects without the pages.
    pub(crate) async fn reject(&self, session: &Value) {
        let path = format!("/__sandbox/sessions/{}/reject", session["id"].as_str().unwrap());
        assert_eq!(self.post(&path, &json!({})).await.status(), 204);
    }

    /// Waits until what has not arrived is as expected; `which` is `pending` or `dead-letters`.
    pub(crate) async fn undelivered(
        &self,
        subscription: &str,
        which: &str,
        expected: impl Fn(&Value) -> bool,
    ) -> Value {
        let path = format!("{subscription}/{which}");
        let look = async {
            loop {
                let answer: Value = self.get(&path).await.json().await.unwrap();
                if expected(&answer) {
                    return answer;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("{path} does not come to what is expected"))
    }

    /// Waits until the one event on its way has failed so many times.
    pub(crate) async fn failed(&self, subscription: &str, attempts: u32) -> Value {
        let letters = self.undelivered(subscription, "pending", |letters| letters["data"][0]["attempts"] == attempts);
        letters.await["data"][0].take()
    }
}
