//! `POST /csp-reports`: what pages tried against their policy, as browsers tell.
//!
//! Anybody can send such reports, and browsers send them by themselves, without the
//! portal's header. So little is done with one: it is counted, and of a few there is
//! a line in the log, with words of ours or from a list, never with the report's own.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{Extension, State},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::{
    client::ClientIp,
    meter::{Allowance, Meter},
};
use crate::{error::ApiError, state::Portal};

/// Longest body of reports, in bytes. Browsers send a few at once.
const BYTES_MAX: usize = 16 * 1024;
/// How many bodies are taken of one address.
const PER_ADDRESS: Allowance = Allowance { burst: 20, interval: Duration::from_secs(30) };
/// How many lines they may write in all.
const LINES: Allowance = Allowance { burst: 20, interval: Duration::from_secs(60) };

/// The directives of our policies.
const DIRECTIVES: [&str; 14] = [
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "font-src",
    "connect-src",
    "worker-src",
    "manifest-src",
    "frame-src",
    "form-action",
    "frame-ancestors",
];

/// How many reports came of late.
#[derive(Debug)]
pub(crate) struct Reports {
    addresses: Mutex<Meter<IpAddr>>,
    lines: Mutex<Meter<()>>,
}

impl Default for Reports {
    fn default() -> Self {
        Self { addresses: Mutex::new(Meter::new(PER_ADDRESS)), lines: Mutex::new(Meter::new(LINES)) }
    }
}

/// `application/reports+json`, as the Reporting API says.
#[derive(Deserialize)]
struct Report {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    body: Broken,
}

/// `application/csp-report`, as CSP 2 says.
#[derive(Deserialize)]
struct OldReport {
    #[serde(rename = "csp-report")]
    report: Broken,
}

#[derive(Default, Deserialize)]
struct Broken {
    #[serde(default, alias = "effective-directive", alias = "violated-directive", rename = "effectiveDirective")]
    directive: String,
}

pub(crate) async fn take(
    State(portal): State<Arc<Portal>>,
    Extension(ClientIp(address)): Extension<ClientIp>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let now = portal.walls.now();
    let reports = &portal.walls.reports;
    let taken = reports.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(serve::network(address), now);
    taken.map_err(|retry_after| ApiError::SlowDown { retry_after })?;
    if body.len() > BYTES_MAX {
        return Err(ApiError::BadRequest("The reports are too long."));
    }
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    for directive in read(media_type, &body)? {
        portal.metrics.csp_report();
        if reports.lines.lock().unwrap_or_else(PoisonError::into_inner).take((), now).is_ok() {
            tracing::warn!(csp.directive = directive, "a page tried what its policy forbids");
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Which directives were broken.
fn read(media_type: &[u8], body: &[u8]) -> Result<Vec<&'static str>, ApiError> {
    let unreadable = |_| ApiError::BadRequest("This is no report that browsers send.");
    let broken: Vec<Broken> = if media_type.starts_with(b"application/reports+json") {
        let reports: Vec<Report> = serde_json::from_slice(body).map_err(unreadable)?;
        reports.into_iter().filter(|report| report.kind == "csp-violation").map(|report| report.body).collect()
    } else if media_type.starts_with(b"application/csp-report") {
        let OldReport { report } = serde_json::from_slice(body).map_err(unreadable)?;
        vec![report]
    } else {
        let taken = "This address takes application/reports+json and application/csp-report.";
        return Err(ApiError::UnsupportedMediaType(taken));
    };
    let known = |broken: &Broken| {
        let first = broken.directive.split(' ').next().unwrap_or_default();
        DIRECTIVES.into_iter().find(|directive| *directive == first).unwrap_or("another")
    };
    Ok(broken.iter().map(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_03_reports_are_read_and_not_repeated() {
        let new: &[u8] = b"application/reports+json";
        let old: &[u8] = b"application/csp-report; charset=utf-8";
        for (media_type, body, directives) in [
            (
                new,
                r#"[{"type":"csp-violation","body":{"effectiveDirective":"script-src-elem","blockedURL":"x"}}]"#,
                &["script-src-elem"][..],
            ),
            (
                new,
                r#"[{"type":"csp-violation","body":{"effectiveDirective":"marker\n"}},{"type":"deprecation","body":{}}]"#,
                &["another"],
            ),
            (new, "[]", &[]),
            (old, r#"{"csp-report":{"effective-directive":"img-src","document-uri":"x"}}"#, &["img-src"]),
            (old, r#"{"csp-report":{"violated-directive":"style-src 'self'"}}"#, &["style-src"]),
        ] {
            assert_eq!(read(media_type, body.as_bytes()).unwrap(), directives, "{body}");
        }
        for (media_type, body) in [(new, "{}"), (old, "[]"), (new, "\0"), (&b"text/plain"[..], "[]")] {
            assert!(read(media_type, body.as_bytes()).is_err());
        }
    }
}
