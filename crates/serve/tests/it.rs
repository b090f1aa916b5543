//! The loop from outside, byte by byte.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{net::SocketAddr, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    routing::{get, post},
};
use http::StatusCode;
use serve::{Connections, Limits, Pace, Server, SlowBody};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Nothing may come near this; limits of the tests are far shorter.
const PATIENCE: Duration = Duration::from_secs(10);
const BRIEF: Duration = Duration::from_millis(100);

struct Running {
    address: SocketAddr,
    connections: Connections,
    shutdown: CancellationToken,
    ended: JoinHandle<usize>,
}

async fn start(change: impl FnOnce(&mut Limits), router: Router) -> Running {
    let mut limits = Limits::default();
    change(&mut limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(limits);
    let (connections, shutdown) = (server.connections(), CancellationToken::new());
    let ended = tokio::spawn(server.run(listener, router, shutdown.clone()));
    Running { address, connections, shutdown, ended }
}

fn echo() -> Router {
    let read = async |Extension(slow): Extension<SlowBody>, body: Body| {
        let read = axum::body::to_bytes(body, usize::MAX).await;
        let status = match read {
            Ok(_) => StatusCode::OK,
            Err(_) if slow.happened() => StatusCode::REQUEST_TIMEOUT,
            Err(_) => StatusCode::BAD_REQUEST,
        };
        (status, [("connection", "close")])
    };
    Router::new().route("/", get(async || "hello")).route("/body", post(read))
}

/// Sends `text` and reads to the end of the connection.
async fn ask(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    to_the_end(&mut stream).await
}

async fn to_the_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // That the connection is reset is an end too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection stays open");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until `condition` holds.
async fn until(mut condition: impl FnMut() -> bool) {
    let all = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, all).await.expect("it did not happen in time");
}

#[tokio::test]
async fn rl_05_a_half_sent_head_is_cut_off() {
    let server = start(|limits| limits.head = BRIEF, echo()).await;
    for text in ["", "GET / HT", "GET / HTTP/1.1\r\nhost: here\r\nx-long: aaaa"] {
        let answer = ask(server.address, text).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    // After an answer too.
    let answer = ask(server.address, "GET / HTTP/1.1\r\nhost: here\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
    until(|| server.connections.open() == 0).await;
}

#[tokio::test]
async fn rl_05_heads_have_a_size() {
    let server = start(|_| (), echo()).await;
    let with = |headers: String| format!("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{headers}\r\n");
    let many = |n: usize| (0..n).map(|n| format!("x-{n}: a\r\n")).collect::<String>();
    for (headers, status) in [(many(60), 200), (many(70), 431), (format!("x: {}\r\n", "a".repeat(20_000)), 431)] {
        let answer = ask(server.address, &with(headers)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
}

#[tokio::test]
async fn up_11_unclear_lengths_are_refused() {
    let server = start(|_| (), echo()).await;
    for headers in [
        "content-length: 3\r\ncontent-length: 4\r\n",
        "content-length: 3, 4\r\n",
        "content-length: -3\r\n",
        "content-length: +3\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "host : here\r\ncontent-length: 3\r\n",
        "x: a\rb\r\n",
    ] {
        let answer = ask(server.address, &format!("POST /body HTTP/1.1\r\nhost: here\r\n{headers}\r\nabc")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{headers:?}: {answer}");
    }
    let bad_chunk = "POST /body HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc";
    let answer = ask(server.address, bad_chunk).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn up_07_a_body_that_stops_is_cut_off() {
    let silence = |limits: &mut Limits| limits.body = Pace { silence: BRIEF, ..Pace::default() };
    let server = start(silence, echo()).await;
    let answer = ask(server.address, "POST /body HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nabc").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn up_07_a_body_that_drips_is_cut_off() {
    let pace = Pace { silence: PATIENCE, grace: BRIEF, bytes_per_second: 1000 };
    let server = start(|limits| limits.body = pace, echo()).await;
    let (mut read, mut write) = TcpStream::connect(server.address).await.unwrap().into_split();
    write.write_all(b"POST /body HTTP/1.1\r\nhost: here\r\ncontent-length: 100000\r\n\r\n").await.unwrap();
    let drip = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        while write.write_all(b"a").await.is_ok() {
            ticks.tick().await;
        }
    };
    let mut answer = [0; 12];
    let answered = async { read.read_exact(&mut answer).await };
    tokio::select! {
        () = drip => {}
        read = timeout(PATIENCE, answered) => { read.expect("it drips for ever").unwrap(); }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn up_07_who_does_not_read_is_cut_off() {
    let endless = get(async || {
        Body::from_stream(futures_util::stream::repeat(Ok::<_, std::convert::Infallible>(Bytes::from(vec![
            b'x';
            64 * 1024
        ]))))
    });
    let server = start(|limits| limits.unread = BRIEF, Router::new().route("/", endless)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    until(|| server.connections.open() == 0).await;
}

#[tokio::test]
async fn rl_05_an_address_has_so_many_connections() {
    let server = start(|limits| limits.per_address = 1, echo()).await;
    let from = async |ip: &str| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{ip}:0").parse().unwrap()).unwrap();
        let mut stream = socket.connect(server.address).await.unwrap();
        // A refused connection may be gone already.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await;
        let mut start = [0; 12];
        let read = timeout(PATIENCE, stream.read_exact(&mut start)).await.unwrap();
        read.is_ok().then_some(stream)
    };
    let first = from("127.0.0.1").await;
    assert!(first.is_some());
    assert!(from("127.0.0.1").await.is_none(), "a second connection is closed at once");
    assert!(from("127.0.0.2").await.is_some(), "others do not suffer");
    assert_eq!(server.connections.refused(), 1);
    drop(first);
    until(|| server.connections.open() == 0).await;
    assert!(from("127.0.0.1").await.is_some());
}

#[tokio::test]
async fn rl_05_more_connections_than_there_are_places_wait() {
    let server = start(|limits| limits.connections = 1, echo()).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    first.read_exact(&mut [0; 12]).await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(timeout(BRIEF, second.read(&mut [0; 1])).await.is_err(), "it waits");
    drop(first);
    assert!(to_the_end(&mut second).await.ends_with("hello"));
}

#[tokio::test]
async fn ops_04_what_is_under_way_ends_and_nothing_new_begins() {
    let gate: &'static Semaphore = Box::leak(Box::new(Semaphore::new(0)));
    let entered: &'static Semaphore = Box::leak(Box::new(Semaphore::new(0)));
    let slow = get(async || {
        entered.add_permits(1);
        gate.acquire().await.unwrap().forget();
        "done"
    });
    let server = start(|limits| limits.drain = PATIENCE, Router::new().route("/", slow)).await;
    let asked = tokio::spawn(ask(server.address, "GET / HTTP/1.1\r\nhost: here\r\n\r\n"));
    entered.acquire().await.unwrap().forget();
    // One that is idle ends at once.
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    server.shutdown.cancel();
    assert_eq!(to_the_end(&mut idle).await, "");
    assert!(TcpStream::connect(server.address).await.is_err());
    gate.add_permits(1);
    let answer = asked.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    assert_eq!(server.ended.await.unwrap(), 0);
}

#[tokio::test]
async fn ops_04_what_does_not_end_is_cut_off() {
    let stuck = get(async || std::future::pending::<()>().await);
    let server = start(|limits| limits.drain = BRIEF, Router::new().route("/", stuck)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    until(|| server.connections.open() == 1).await;
    server.shutdown.cancel();
    assert_eq!(timeout(PATIENCE, server.ended).await.unwrap().unwrap(), 1);
    assert_eq!(to_the_end(&mut stream).await, "");
    assert_eq!(server.connections.open(), 0);
}
