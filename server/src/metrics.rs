//! Numbers for Prometheus, on a listener of their own: they are for operators, so
//! they are never on the address that the world reaches (AZ-10).
//!
//! Labels have few values each, and none that a request could choose.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use app::model::Moment;
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use serve::Connections;

use crate::{error::ApiError, state::Portal};

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// OpenMetrics, which Prometheus reads.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted while the portal runs.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Histogram,
    csp_reports: Counter,
    webhooks: Family<Event, Counter>,
    /// When background work was last done; 0 for never.
    round: AtomicI64,
    gauges: Gauges,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    status: &'static str,
}

/// What became of an event of the signing service.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
pub(crate) enum Received {
    /// Taken down.
    Taken,
    /// Known already.
    Duplicate,
    /// Of a kind that this version does not know.
    Unknown,
    /// About another account.
    Foreign,
    /// Sent for a trial.
    Mock,
    /// Its signature is missing or wrong.
    Forged,
    /// Its time is too far from now.
    Late,
    /// No event.
    Malformed,
    /// More than one address may send.
    TooMany,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Event {
    outcome: Received,
}

/// What is looked up when somebody asks.
#[derive(Debug, Default)]
struct Gauges {
    connections: Gauge,
    connections_refused: Gauge,
    requests: Gauge,
    uploads: Gauge,
    streams: Gauge,
    upstream_requests: Gauge,
    upstream_failures: Gauge,
    upstream_rests: Gauge,
    last_event: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("countersign");
        let requests = Family::default();
        let durations = Histogram::new(BUCKETS);
        let csp_reports = Counter::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time to the beginning of an answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register(
            "csp_reports",
            "What pages tried against their policy, as browsers tell",
            csp_reports.clone(),
        );
        let webhooks = Family::default();
        registry.register("webhooks", "Events of the signing service, by what became of them", webhooks.clone());
        let gauges = Gauges::default();
        for (name, help, gauge) in [
            ("connections", "Open connections", &gauges.connections),
            ("connections_refused", "Connections refused since the start", &gauges.connections_refused),
            ("requests_in_hand", "Requests that are worked on", &gauges.requests),
            ("uploads_in_hand", "Uploads under way", &gauges.uploads),
            ("live_streams", "Open live streams", &gauges.streams),
            ("upstream_requests", "Requests to the signing API since the start", &gauges.upstream_requests),
            ("upstream_failures", "How many of them failed", &gauges.upstream_failures),
            ("upstream_rests", "Whether the signing API is left to rest (1) or asked (0)", &gauges.upstream_rests),
            (
                "webhook_last_event",
                "When the last event was taken down, in seconds since 1970; 0: never",
                &gauges.last_event,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
        Self { registry, requests, durations, csp_reports, webhooks, round: AtomicI64::default(), gauges }
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let labels = Answered { method: name(method), status: class(status) };
        self.requests.get_or_create(&labels).inc();
        self.durations.observe(took.as_secs_f64());
    }

    /// Background work was done.
    pub(crate) fn round(&self, at: Moment) {
        self.round.store(at.0, Ordering::Relaxed);
    }

    /// When it last was.
    pub(crate) fn last_round(&self) -> Option<Moment> {
        Some(Moment(self.round.load(Ordering::Relaxed))).filter(|at| at.0 > 0)
    }

    /// A browser told that a page's policy was broken.
    pub(crate) fn csp_report(&self) {
        self.csp_reports.inc();
    }

    /// An event of the signing service came.
    pub(crate) fn webhook(&self, outcome: Received) {
        self.webhooks.get_or_create(&Event { outcome }).inc();
    }

    /// How many such reports there were.
    #[must_use]
    pub fn csp_reports(&self) -> u64 {
        self.csp_reports.get()
    }
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[derive(Clone)]
struct Watched {
    portal: Arc<Portal>,
    connections: Connections,
}

/// `GET /metrics`, for a listener of its own.
pub(crate) fn router(portal: Arc<Portal>, connections: Connections) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(Watched { portal, connections })
}

async fn metrics(State(watched): State<Watched>) -> Result<impl IntoResponse, ApiError> {
    let Watched { portal, connections } = watched;
    let gauges = &portal.metrics.gauges;
    let (requests, uploads) = portal.walls.in_hand();
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let size = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
    gauges.connections.set(size(connections.open()));
    gauges.connections_refused.set(number(connections.refused()));
    gauges.requests.set(size(requests));
    gauges.uploads.set(size(uploads));
    gauges.streams.set(size(portal.hub.listeners()));
    gauges.upstream_requests.set(number(portal.vitals.requests()));
    gauges.upstream_failures.set(number(portal.vitals.failures()));
    gauges.upstream_rests.set(i64::from(portal.vitals.rests()));
    // Without the database the other numbers are wanted all the more.
    if let Ok(mut read) = portal.store.read().await
        && let Ok(Some(last)) = read.last_webhook_event().await
    {
        gauges.last_event.set(last.0 / 1000);
    }
    let mut text = String::new();
    encode(&mut text, &portal.metrics.registry).map_err(ApiError::internal)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], text))
}
