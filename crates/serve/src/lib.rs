//! An accept loop for axum.
//!
//! `axum::serve` sets no timer, so that a half-sent head stays for ever, caps
//! neither connections nor heads, and waits without end for requests when it is
//! told to stop. This loop does what it leaves out, and nothing else: it knows
//! nothing of what is served.
//!
//! | who | is cut off |
//! |---|---|
//! | sends a head slowly, or nothing between two requests | after [`Limits::head`] |
//! | sends a head that is too long, or too many headers | with 431 |
//! | stops sending a body, or drips it | as [`Pace`] says |
//! | does not take what it asked for | after [`Limits::unread`] |
//! | opens too many connections | at once ([`Limits::per_address`]) |
//!
//! HTTP/1.1 alone is spoken; a proxy in front may speak HTTP/2 to browsers.

mod pace;
mod places;

use std::{convert::Infallible, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

pub use pace::{Pace, SlowBody, TooSlow};
pub use places::{Connections, network};

use places::Places;

/// Pause after a connection could not be accepted, for example for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection whose writes have a deadline.
type Io = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;

/// How long clients may take, and how many there may be.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a request's head may take, and how long a connection may be silent
    /// between two requests.
    pub head: Duration,
    /// Longest head of a request, in bytes; also each connection's buffer. At least 8 KiB.
    pub head_bytes: usize,
    /// Most headers of a request.
    pub headers: usize,
    /// How slowly a body may come.
    pub body: Pace,
    /// How long a client may leave an answer untaken.
    pub unread: Duration,
    /// Most connections at once; more wait to be accepted.
    pub connections: usize,
    /// Most connections at once from one address, or one IPv6 /64 network; more
    /// are closed at once.
    pub per_address: usize,
    /// Who may have as many connections as there are: proxies, which bring everybody's.
    pub proxies: Vec<IpNet>,
    /// How long requests may take to end when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            headers: 64,
            body: Pace::default(),
            unread: Duration::from_secs(30),
            connections: 1024,
            per_address: 256,
            proxies: Vec::new(),
            drain: Duration::from_secs(10),
        }
    }
}

/// A server that is ready to accept.
#[derive(Debug)]
pub struct Server {
    limits: Limits,
    places: Arc<Places>,
    http: http1::Builder,
}

impl Server {
    /// A server with these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(limits.head_bytes)
            .max_headers(limits.headers);
        let places = Arc::new(Places::new(limits.connections, limits.per_address, limits.proxies.clone()));
        Self { limits, places, http }
    }

    /// Tells how many connections there are, now and later.
    #[must_use]
    pub fn connections(&self) -> Connections {
        Connections(Arc::clone(&self.places))
    }

    /// Accepts until `shutdown`, then lets requests under way end, and at last cuts
    /// off those that do not. Returns how many these were.
    ///
    /// Handlers find the peer's address as axum's `ConnectInfo<SocketAddr>`, and
    /// [`SlowBody`], in their request's extensions.
    pub async fn run(self, listener: TcpListener, router: Router, shutdown: CancellationToken) -> usize {
        let graceful = GracefulShutdown::new();
        let (running, cut) = (TaskTracker::new(), CancellationToken::new());
        while let Some(place) = shutdown.run_until_cancelled(self.places.one()).await {
            let (stream, peer) = match shutdown.run_until_cancelled(listener.accept()).await {
                None => break,
                Some(Ok(accepted)) => accepted,
                Some(Err(error)) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(place) = place.of(peer.ip()) else {
                tracing::debug!("a connection was refused: its address has too many");
                continue;
            };
            let connection = graceful.watch(self.connection(stream, peer, router.clone()));
            let cut = cut.clone();
            running.spawn(async move {
                if let Some(Err(error)) = cut.run_until_cancelled(connection).await {
                    tracing::debug!(error = %error, "a connection broke");
                }
                drop(place);
            });
        }
        // Who comes now is refused by the system, and may try another server.
        drop(listener);
        running.close();
        if tokio::time::timeout(self.limits.drain, graceful.shutdown()).await.is_ok() {
            running.wait().await;
            return 0;
        }
        let left = running.len();
        cut.cancel();
        running.wait().await;
        left
    }

    fn connection(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
    ) -> http1::Connection<
        Io,
        impl hyper::service::HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> + use<>,
    > {
        // Without it, small answers wait for acknowledgements. Failing to set it only costs time.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limits.unread));
        let pace = self.limits.body;
        let service = service_fn(move |request: Request<Incoming>| {
            let slow = SlowBody::default();
            let mut request = request.map(|body| Body::new(pace.keep(body, slow.clone())));
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(slow);
            router.clone().oneshot(request)
        });
        self.http.serve_connection(TokioIo::new(Box::pin(stream)), service)
    }
}
