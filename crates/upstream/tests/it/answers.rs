//! What answers become: errors by what to do next, repetition, limits.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Body,
    extract::RawQuery,
    http::{HeaderMap, StatusCode, Uri},
    response::IntoResponse,
    routing::{self, any},
};
use contract::{LifecycleState, ListQuery, Sort, SortField};
use futures_util::future::join_all;
use serde_json::json;
use time::macros::datetime;
use upstream::{Fault, SigningApi, UpstreamError};

use crate::stub::{self, ID, Stub, printed, problem};

/// Answers `answers` in turn, whatever is asked, the last one for ever.
fn in_turn(answers: &[StatusCode]) -> Router {
    let (answers, turn) = (answers.to_vec(), Arc::new(AtomicUsize::new(0)));
    Router::new().fallback(async move |uri: Uri| {
        let turn = turn.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        match answers[turn] {
            StatusCode::OK if uri.path().ends_with("metadata") => Json(stub::document()).into_response(),
            status if status.is_success() => status.into_response(),
            status => problem(status, "some_code").into_response(),
        }
    })
}

async fn read_error(status: StatusCode) -> UpstreamError {
    Stub::spawn(in_turn(&[status])).await.api().document(ID.parse().unwrap()).await.unwrap_err()
}

#[tokio::test]
async fn api_10_errors_say_what_to_do_next() {
    let name = |error: &UpstreamError| {
        let debug = format!("{error:?}");
        debug.split(['(', ' ']).next().unwrap().to_owned()
    };
    let mut found = BTreeMap::new();
    for status in [301, 302, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 502, 503, 504] {
        let error = read_error(StatusCode::from_u16(status).unwrap()).await;
        assert!(!printed(&error).contains("marker"), "{error:?}");
        if status >= 400 {
            assert_eq!(error.trace_id(), Some("ffb75ca1385ecb0a362ff9cd029d23de"), "{error:?}");
            let problem = error.problem().unwrap();
            assert_eq!((problem.status, problem.title.as_str()), (status, "marker title"));
            assert_eq!(problem.invalid_params[0].name, "[0].dueDate");
            assert_eq!(problem.extra["newer"], "marker newer");
        }
        found.entry(name(&error)).or_insert_with(Vec::new).push(status);
    }
    let expected = [
        ("Forbidden", vec![403]),
        ("Invalid", vec![400, 405, 409, 422]),
        ("Malformed", vec![301, 302]),
        ("NotFound", vec![404, 410]),
        ("RateLimited", vec![429]),
        ("TooLarge", vec![413]),
        ("Unauthorized", vec![401]),
        ("Unavailable", vec![408, 500, 502, 503, 504]),
        ("UnsupportedType", vec![415]),
    ];
    assert_eq!(found, expected.into_iter().map(|(name, statuses)| (name.to_owned(), statuses)).collect());
}

#[tokio::test]
async fn api_03_a_failed_create_is_never_repeated_and_its_outcome_is_unknown() {
    for status in [302, 408, 500, 502, 503, 504] {
        let stub = Stub::spawn(in_turn(&[StatusCode::from_u16(status).unwrap()])).await;
        let error = stub.api().create_sessions(&[Default::default()]).await.unwrap_err();
        assert!(matches!(error, UpstreamError::OutcomeUnknown { .. }), "{status}: {error:?}");
        assert_eq!(stub.count("POST /sign"), 1);
    }
    let stub = Stub::spawn(in_turn(&[StatusCode::TOO_MANY_REQUESTS])).await;
    let error = stub.api().create_sessions(&[Default::default()]).await.unwrap_err();
    assert!(matches!(error, UpstreamError::RateLimited { .. }), "{error:?}");
    assert_eq!(stub.count("POST /sign"), 1);
}

#[tokio::test]
async fn api_03_a_created_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    for answer in [json!([]), json!([{ "id": 7 }]), json!({})] {
        let api =
            Router::new().route("/signing-sessions", routing::post(async move || (StatusCode::CREATED, Json(answer))));
        let error = Stub::spawn(api).await.api().create_sessions(&[Default::default()]).await.unwrap_err();
        assert!(matches!(error, UpstreamError::OutcomeUnknown { fault: Fault::WrongForm, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn api_02_reads_are_repeated_twice_at_most() {
    let failing = StatusCode::SERVICE_UNAVAILABLE;
    let stub = Stub::spawn(in_turn(&[failing, failing, StatusCode::OK])).await;
    stub.api().document(ID.parse().unwrap()).await.unwrap();
    assert_eq!(stub.count("GET /sign"), 3);

    let stub = Stub::spawn(in_turn(&[failing])).await;
    stub.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert_eq!(stub.count("GET /sign"), 3);

    let stub = Stub::spawn(in_turn(&[StatusCode::NOT_FOUND])).await;
    stub.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert_eq!(stub.count("GET /sign"), 1);
}

#[tokio::test]
async fn a_delete_whose_answer_was_lost_is_done() {
    let stub = Stub::spawn(in_turn(&[StatusCode::BAD_GATEWAY, StatusCode::NOT_FOUND])).await;
    stub.api().delete_session(ID.parse().unwrap()).await.unwrap();

    let stub = Stub::spawn(in_turn(&[StatusCode::NOT_FOUND])).await;
    let error = stub.api().delete_collection(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::NotFound(_)), "{error:?}");

    let stub = Stub::spawn(in_turn(&[StatusCode::NO_CONTENT])).await;
    stub.api().delete_document(ID.parse().unwrap()).await.unwrap();
    assert_eq!(stub.seen()[1].line, format!("DELETE /sign/documents/{ID}"));
}

#[tokio::test]
async fn api_02_repetitions_stay_within_a_fifth_of_all_calls() {
    let stub = Stub::spawn(in_turn(&[StatusCode::SERVICE_UNAVAILABLE])).await;
    let api = stub.api();
    for _ in 0..20 {
        join_all((0..50).map(|_| api.document(ID.parse().unwrap()))).await;
    }
    let requests = stub.count("GET /sign");
    assert!((1000..=1215).contains(&requests), "{requests} requests for 1000 calls");
}

#[tokio::test]
async fn api_02_a_long_wait_is_reported_and_not_sat_out() {
    let slow_down = async || ([("retry-after", "120")], problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    let stub =
        Stub::spawn(Router::new().fallback(async move || (StatusCode::TOO_MANY_REQUESTS, slow_down().await))).await;
    let error = stub.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(120)), "{error:?}");
    assert_eq!(stub.count("GET /sign"), 1);
}

#[tokio::test]
async fn api_06_redirects_are_not_followed() {
    let elsewhere = Stub::spawn(in_turn(&[StatusCode::OK])).await;
    let to = format!("http://{}/sign/documents/{ID}/metadata", elsewhere.address);
    let stub = Stub::spawn(Router::new().fallback(async move || (StatusCode::FOUND, [("location", to)]))).await;
    let error = stub.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Malformed(Fault::Status(302))), "{error:?}");
    let error = stub.api().create_collection(&Default::default()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::OutcomeUnknown { fault: Fault::Status(302), .. }), "{error:?}");
    assert_eq!(elsewhere.seen(), []);
}

#[tokio::test]
async fn api_07_long_answers_are_not_read() {
    let long = async || Body::from_stream(futures_util::stream::repeat(Ok::<_, Infallible>(" ".repeat(64 * 1024))));
    let stub = Stub::spawn(Router::new().fallback(any(long))).await;
    let error = stub.api().session(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Malformed(Fault::TooLong)), "{error:?}");
    let error = stub.api().create_sessions(&[Default::default()]).await.unwrap_err();
    assert!(matches!(error, UpstreamError::OutcomeUnknown { fault: Fault::TooLong, .. }), "{error:?}");
}

#[tokio::test]
async fn api_07_a_compressed_answer_is_refused() {
    let packed = routing::get(async || ([("content-encoding", "gzip")], "marker"));
    let stub = Stub::spawn(Router::new().route("/documents/{id}", packed)).await;
    let error = stub.api().download_document(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Malformed(Fault::WrongForm)), "{error:?}");
}

#[tokio::test]
async fn api_07_what_is_newer_than_this_code_survives() {
    let api = Router::new().route("/signing-sessions/{id}", routing::get(async || Json(stub::session())));
    let session = Stub::spawn(api).await.api().session(ID.parse().unwrap()).await.unwrap();
    assert_eq!(session.lifecycle.state, LifecycleState::Other("ARCHIVING".to_owned()));
    assert_eq!(session.terms.extra["newer"]["than"], "this");
    assert_eq!(session.signature_url.as_deref(), Some("https://sign.example/?sessionId=marker-link"));
    assert!(!format!("{session:?}").contains("marker"), "{session:?}");
}

#[tokio::test]
async fn api_07_answers_of_the_wrong_form_are_malformed_and_not_quoted() {
    let odd = Router::new().fallback(async || Json(json!({ "documentId": "marker" })));
    let error = Stub::spawn(odd).await.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Malformed(Fault::WrongForm)), "{error:?}");
    assert!(!printed(&error).contains("marker"), "{error:?}");
}

#[tokio::test]
async fn list_queries_arrive_as_they_were_meant() {
    let list = async |RawQuery(query): RawQuery| {
        let query = query.unwrap_or_default();
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let read = ListQuery::from_pairs(pairs.iter().map(|(name, value)| (&name[..], &value[..]))).unwrap();
        // The query goes back in the one place that takes any number.
        let total = u64::from(read == wanted());
        Json(json!({ "limit": read.limit, "offset": read.offset, "count": 0, "total": total, "data": [] }))
    };
    let stub = Stub::spawn(Router::new().route("/signing-sessions", routing::get(list))).await;
    let page = stub.api().sessions(&wanted()).await.unwrap();
    assert_eq!((page.total, page.offset, page.limit), (1, 40, 20));
    let line = &stub.seen()[1].line;
    assert!(line.contains("sort=%2BdueDate&sort=-createdAt"), "{line}");
    assert!(line.contains("state=READY&state=BLOCKED"), "{line}");

    stub.api().sessions(&ListQuery::default()).await.unwrap();
    assert_eq!(stub.seen()[3].line, "GET /sign/signing-sessions");
}

fn wanted() -> ListQuery {
    ListQuery {
        offset: 40,
        limit: 20,
        sort: vec![Sort { field: SortField::DueDate, descending: false }, Sort::NEWEST_FIRST],
        created_from: Some(datetime!(2026-01-01 00:00:00.5 UTC)),
        created_to: Some(datetime!(2026-12-31 23:59:59 +02:00)),
        due_from: Some(datetime!(2026-06-01 00:00 -11:30)),
        due_to: Some(datetime!(2026-06-30 00:00 UTC)),
        states: vec![LifecycleState::Ready, LifecycleState::Blocked],
        title_like: Some("50 % & more + ä=#".to_owned()),
    }
}

#[tokio::test]
async fn headers_say_what_is_sent() {
    let api = Router::new().fallback(async |headers: HeaderMap| {
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["authorization"], "Bearer t1");
        Json(json!({ "id": ID, "documents": [], "newer": 1 }))
    });
    let collection = Stub::spawn(api).await.api().create_collection(&Default::default()).await.unwrap();
    assert_eq!(collection.extra["newer"], 1);
}
