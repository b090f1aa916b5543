//! The trail as files: CSV for spreadsheets, JSON Lines for programs, which can
//! check the chains with them.

use std::{collections::HashMap, sync::Arc};

use app::{
    model::{Action, AuditFilter, Moment, Permission},
    paths,
};
use axum::{
    body::Body,
    extract::{Query, State},
    response::Response,
};
use futures_util::{Stream, stream};
use http::{HeaderValue, header};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Act, Record};
use crate::{
    error::{ApiError, chain},
    rights::{Access, Actor, Reach, Routes},
    state::Portal,
    store::{StoreError, audit::Stored},
};

/// Entries read at once.
const PIECE: u32 = 500;

pub(crate) fn routes(routes: Routes) -> Routes {
    let needs = Access::MayFresh(Permission::ReadAudit);
    routes.get(paths::AUDIT_CSV, needs, csv).get(paths::AUDIT_JSON, needs, json)
}

async fn csv(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let file = File { name: "audit.csv", media_type: "text/csv; charset=utf-8", head: HEAD, line: csv_line };
    export(portal, actor, &query, file).await
}

async fn json(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, ApiError> {
    let file = File { name: "audit.jsonl", media_type: "application/jsonl", head: "", line: json_line };
    export(portal, actor, &query, file).await
}

/// How a file of the trail is written.
struct File {
    name: &'static str,
    media_type: &'static str,
    head: &'static str,
    line: fn(&Stored) -> String,
}

async fn export(
    portal: Arc<Portal>,
    actor: Actor,
    query: &HashMap<String, String>,
    file: File,
) -> Result<Response, ApiError> {
    let filter = AuditFilter::read(|name| query.get(name).cloned())?;
    let mut change = portal.store.write().await?;
    let act = Act::done(Action::TrailExported).saying(file.name);
    portal.record(&mut change, actor.staff.team, &actor.by, act).await?;
    change.commit().await?;
    let mut response = Response::new(Body::from_stream(pieces(portal, actor.reach, filter, file.head, file.line)));
    let disposition = format!("attachment; filename=\"{}\"", file.name);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(disposition).map_err(ApiError::internal)?);
    Ok(response)
}

/// The file, oldest entry first, read piece by piece: a reader who is slow costs nothing.
fn pieces(
    portal: Arc<Portal>,
    reach: Reach,
    filter: AuditFilter,
    head: &'static str,
    line: fn(&Stored) -> String,
) -> impl Stream<Item = Result<String, StoreError>> {
    stream::unfold(Some((0, head.to_owned())), move |next| {
        let (portal, filter) = (Arc::clone(&portal), filter.clone());
        async move {
            let (after, mut text) = next?;
            let read = async { portal.store.read().await?.audit_after(reach, &filter, after, PIECE).await };
            match read.await {
                Ok(entries) => {
                    text.extend(entries.iter().map(line));
                    let last = entries.last().map(|entry| (entry.id, String::new()));
                    (last.is_some() || !text.is_empty()).then_some((Ok(text), last))
                }
                Err(error) => {
                    // Broken off, so that nobody takes a part for the whole.
                    tracing::error!(error = %chain(&error), "export of the audit trail broke off");
                    Some((Err(error), None))
                }
            }
        }
    })
}

const HEAD: &str = "chain,seq,time,issuer,subject,login,ip,action,outcome,object kind,object,detail,trace,hash\r\n";

fn csv_line(entry: &Stored) -> String {
    let Record { chain, seq, at, issuer, subject, login, ip, action, outcome, object_kind, object, detail, trace } =
        &entry.record;
    let id = |id: &Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields = [
        chain.to_string(),
        seq.to_string(),
        utc(*at),
        text(issuer),
        id(subject),
        text(login),
        text(ip),
        action.slug().to_owned(),
        outcome.slug().to_owned(),
        object_kind.map(|kind| kind.slug().to_owned()).unwrap_or_default(),
        id(object),
        text(detail),
        text(trace),
        hex::encode(entry.hash),
    ];
    fields.map(|field| csv_field(&field)).join(",") + "\r\n"
}

/// A field of RFC 4180 that no spreadsheet takes for a formula (OWASP: CSV injection).
fn csv_field(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// The entry as it is hashed, and its hash.
fn json_line(entry: &Stored) -> String {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        record: &'a Record,
        hash: String,
    }
    // Writing plain values to memory does not fail.
    let line = serde_json::to_string(&Line { record: &entry.record, hash: hex::encode(entry.hash) });
    line.unwrap_or_default() + "\n"
}

fn utc(at: Moment) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_13_no_field_is_a_formula() {
        for (text, field) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("a\r\nb", "\"a\r\nb\""),
        ] {
            assert_eq!(csv_field(text), field);
        }
        assert_eq!(utc(Moment(1_795_507_200_000)), "2026-11-24T08:00:00Z");
    }
}
