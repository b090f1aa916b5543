//! The live stream: one `EventSource` per tab, shared by all islands of the page.
//!
//! The browser reconnects by itself after a broken connection and says which event
//! it saw last. When it gives up (after an error status) the stream is opened anew
//! from the last event seen, with pauses that grow.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::{
    clock,
    listeners::Listeners,
    model::{LiveEvent, Moment, SessionId, Standing},
    paths,
};

/// The first pause before the stream is opened anew, in seconds. Doubles each time.
const PAUSE: u64 = 1;
/// The longest pause, in seconds.
const PAUSE_MAX: u64 = 30;

/// How the stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Not open yet.
    Connecting,
    /// What the page shows is true.
    Live,
    /// Nothing is heard since then.
    Lost(Moment),
}

/// What listeners hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// A session changed.
    Change(LiveEvent),
    /// A session changed that nobody on this page follows.
    Elsewhere(SessionId),
    /// Too much was missed: what the page shows may be wrong.
    Resync,
    /// The connection came or went.
    Connection(Connection),
}

struct Stream {
    /// The last event seen.
    seen: u64,
    connection: Connection,
    source: Option<Source>,
    pause: u64,
    listeners: Listeners<News>,
    /// Sessions that somebody on this page follows; one entry per follower.
    followed: Vec<SessionId>,
}

/// The open stream with what it calls.
struct Source {
    events: EventSource,
    /// Called by the browser as long as the stream is open.
    _handlers: [Closure<dyn FnMut(MessageEvent)>; 4],
}

impl Drop for Source {
    fn drop(&mut self) {
        self.events.set_onopen(None);
        self.events.set_onerror(None);
        self.events.close();
    }
}

thread_local! {
    static STREAM: RefCell<Stream> = const {
        RefCell::new(Stream {
            seen: 0,
            connection: Connection::Connecting,
            source: None,
            pause: PAUSE,
            listeners: Listeners::new(),
            followed: Vec::new(),
        })
    };
}

/// How `session` stands: `standing` at event `as_of`, then as the stream says.
pub(crate) fn follow(session: SessionId, standing: Standing, as_of: u64) -> ReadSignal<Standing> {
    let (now, set_now) = signal(standing);
    follow_session(session, as_of, move |event| set_now.set(event.standing));
    now
}

/// Calls `change` for each change of `session` after the event `as_of`.
pub(crate) fn follow_session(session: SessionId, as_of: u64, change: impl Fn(&LiveEvent) + Clone + 'static) {
    listen(as_of, Some(session), move |news| {
        if let News::Change(event) = news
            && event.session == session
        {
            change(event);
        }
    });
}

/// Calls `hear` for all news after the event `as_of`, from when the page is alive
/// until the reactive owner goes. Does nothing on the server.
pub(crate) fn listen(as_of: u64, session: Option<SessionId>, hear: impl Fn(&News) + Clone + 'static) {
    Effect::new(move |_| {
        let key = STREAM.with_borrow_mut(|stream| {
            stream.seen = stream.seen.max(as_of);
            stream.followed.extend(session);
            stream.listeners.add(Rc::new(hear.clone()))
        });
        hear(&News::Connection(STREAM.with_borrow(|stream| stream.connection)));
        open();
        on_cleanup(move || leave(key, session));
    });
}

fn leave(key: u32, session: Option<SessionId>) {
    STREAM.with_borrow_mut(|stream| {
        stream.listeners.remove(key);
        if let Some(place) = session.and_then(|session| stream.followed.iter().position(|other| *other == session)) {
            stream.followed.swap_remove(place);
        }
        if stream.listeners.is_empty() {
            stream.source = None;
            stream.connection = Connection::Connecting;
        }
    });
}

/// Opens the stream unless it is open or nobody listens.
fn open() {
    let since =
        STREAM.with_borrow(|stream| (stream.source.is_none() && !stream.listeners.is_empty()).then_some(stream.seen));
    let Some(events) = since.and_then(|since| EventSource::new(&paths::live(since)).ok()) else { return };

    let opened = Closure::new(|_| {
        STREAM.with_borrow_mut(|stream| stream.pause = PAUSE);
        connection(Connection::Live);
    });
    let failed = Closure::new(|_| lost());
    let changed = Closure::new(|message: MessageEvent| {
        if let Some(event) = message.data().as_string().and_then(|data| serde_json::from_str(&data).ok()) {
            change(event);
        }
    });
    let resync = Closure::new(|_| tell(&News::Resync));

    let handlers: [Closure<dyn FnMut(MessageEvent)>; 4] = [opened, failed, changed, resync];
    let [opened, failed, changed, resync] = &handlers;
    events.set_onopen(Some(opened.as_ref().unchecked_ref()));
    events.set_onerror(Some(failed.as_ref().unchecked_ref()));
    for (name, handler) in [(LiveEvent::NAME, changed), (LiveEvent::RESYNC, resync)] {
        // Adding a listener does not fail.
        let _ = events.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    }
    STREAM.with_borrow_mut(|stream| stream.source = Some(Source { events, _handlers: handlers }));
}

/// The connection broke. The browser sees to it, unless it gave up.
fn lost() {
    let pause = STREAM.with_borrow_mut(|stream| {
        let gave_up = stream.source.as_ref().is_none_or(|source| source.events.ready_state() == EventSource::CLOSED);
        let pause = stream.pause;
        if gave_up {
            stream.pause = (pause * 2).min(PAUSE_MAX);
        }
        gave_up.then_some(pause)
    });
    let since = match STREAM.with_borrow(|stream| stream.connection) {
        Connection::Lost(since) => since,
        Connection::Connecting | Connection::Live => clock::now(),
    };
    connection(Connection::Lost(since));
    if let Some(pause) = pause {
        set_timeout(
            || {
                // Not earlier: this drops the handler that asked for the pause.
                STREAM.with_borrow_mut(|stream| stream.source = None);
                open();
            },
            Duration::from_secs(pause),
        );
    }
}

fn connection(connection: Connection) {
    STREAM.with_borrow_mut(|stream| stream.connection = connection);
    tell(&News::Connection(connection));
}

fn change(event: LiveEvent) {
    clock::no_earlier_than(event.at);
    let (fresh, followed) = STREAM.with_borrow_mut(|stream| {
        let fresh = event.seq > stream.seen;
        stream.seen = stream.seen.max(event.seq);
        (fresh, stream.followed.contains(&event.session))
    });
    if fresh {
        tell(&if followed { News::Change(event) } else { News::Elsewhere(event.session) });
    }
}

fn tell(news: &News) {
    for hear in STREAM.with_borrow(|stream| stream.listeners.current()) {
        hear(news);
    }
}
