//! The access token over the wire.

use std::sync::{Arc, Mutex};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing,
};
use serde_json::{Value, json};
use upstream::{HttpSigningApi, SigningApi, UpstreamError};

use crate::stub::{self, ID, SECRET, Stub, printed, problem};

fn metadata() -> Router {
    Router::new().route("/documents/{id}/metadata", routing::get(async || Json(stub::document())))
}

/// Refuses every token but the second.
fn second_token_only() -> Router {
    let session = async |headers: HeaderMap| {
        stub::for_second_token(&headers, (StatusCode::CREATED, Json(json!([stub::session()]))))
    };
    let document = async |headers: HeaderMap| stub::for_second_token(&headers, Json(stub::document()));
    Router::new()
        .route("/documents", routing::post(document))
        .route("/documents/{id}/metadata", routing::get(document))
        .route("/signing-sessions", routing::post(session))
}

#[tokio::test]
async fn api_05_two_hundred_callers_share_one_token_request() {
    let stub = Stub::spawn(metadata()).await;
    let api = Arc::new(stub.api());
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let api = Arc::clone(&api);
            tokio::spawn(async move { api.document(ID.parse().unwrap()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(stub.count("POST /token"), 1);
    assert_eq!(stub.count("GET /sign"), 200);
}

#[tokio::test]
async fn api_05_a_refused_token_is_replaced_once() {
    let stub = Stub::spawn(second_token_only()).await;
    let api = stub.api();
    api.document(ID.parse().unwrap()).await.unwrap();
    let seen: Vec<_> = stub.seen().into_iter().filter(|seen| seen.line.contains("/sign")).collect();
    assert_eq!(seen.iter().map(|seen| &seen.authorization[..]).collect::<Vec<_>>(), ["Bearer t1", "Bearer t2"]);
    assert_eq!(stub.count("POST /token"), 2);
}

#[tokio::test]
async fn a_create_with_a_refused_token_is_sent_again_since_nothing_happened() {
    let stub = Stub::spawn(second_token_only()).await;
    assert_eq!(stub.api().create_sessions(&[Default::default()]).await.unwrap().len(), 1);
    assert_eq!(stub.count("POST /sign"), 2);
}

#[tokio::test]
async fn api_05_callers_with_the_same_refused_token_replace_it_together() {
    let stub = Stub::spawn(second_token_only()).await;
    let api = Arc::new(stub.api());
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let api = Arc::clone(&api);
            tokio::spawn(async move { api.document(ID.parse().unwrap()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(stub.count("POST /token"), 2);
}

#[tokio::test]
async fn gives_up_when_the_new_token_is_refused_too() {
    let refusing = routing::get(async || problem(StatusCode::UNAUTHORIZED, "invalid_token"));
    let stub = Stub::spawn(Router::new().route("/documents/{id}/metadata", refusing)).await;
    let error = stub.api().document(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unauthorized(Some(_))), "{error:?}");
    assert_eq!((stub.count("POST /token"), stub.count("GET /sign")), (2, 2));
}

#[tokio::test]
async fn an_upload_cannot_be_repeated_but_the_next_one_has_a_new_token() {
    let stub = Stub::spawn(second_token_only()).await;
    let api = stub.api();
    let body = || Box::pin(futures_util::stream::iter([Ok("%PDF-1.7".into())]));
    let error = api.upload_document(&contract::MimeType::Pdf, Some(8), body()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unauthorized(_)), "{error:?}");
    api.upload_document(&contract::MimeType::Pdf, Some(8), body()).await.unwrap();
}

#[tokio::test]
async fn asks_as_oauth_says() {
    let form = Arc::new(Mutex::new(Value::Null));
    let seen = Arc::clone(&form);
    let tokens = routing::post(async move |stub: State<Stub>, Form(pairs): Form<Value>| {
        *seen.lock().unwrap() = pairs;
        stub::token(stub).await
    });
    let stub = Stub::spawn_with_tokens(metadata(), tokens).await;
    stub.api().document(ID.parse().unwrap()).await.unwrap();
    assert_eq!(*form.lock().unwrap(), json!({ "grant_type": "client_credentials", "scope": "signicat-api" }));
    // sandbox-brave-otter%3A164:marker%2Bsecret%3A%2F%25
    let basic = "Basic c2FuZGJveC1icmF2ZS1vdHRlciUzQTE2NDptYXJrZXIlMkJzZWNyZXQlM0ElMkYlMjU=";
    assert_eq!(stub.seen()[0].authorization, basic);
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED] {
        let refusal = (status, Json(json!({ "error": "invalid_client", "error_description": "marker" })));
        let stub = Stub::spawn_with_tokens(metadata(), routing::post(async move || refusal)).await;
        let error = stub.api().document(ID.parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, UpstreamError::Unauthorized(_)), "{error:?}");
        assert!(!printed(&error).contains("marker"), "{error:?}");
        assert_eq!((stub.count("POST /token"), stub.count("GET /sign")), (1, 0));
    }
}

#[tokio::test]
async fn a_failing_token_endpoint_makes_the_api_unavailable_even_for_creates() {
    let stub = Stub::spawn_with_tokens(metadata(), routing::post(async || StatusCode::SERVICE_UNAVAILABLE)).await;
    let error = stub.api().create_sessions(&[Default::default()]).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{error:?}");
    assert_eq!((stub.count("POST /token"), stub.count("POST /sign")), (3, 0));
}

#[tokio::test]
async fn sec_10_neither_secret_nor_token_is_ever_printed() {
    let stub = Stub::spawn(metadata()).await;
    let api: HttpSigningApi = stub.api();
    api.document(ID.parse().unwrap()).await.unwrap();
    let printed = format!("{api:?} {:?}", stub.settings());
    for marker in [SECRET, "marker", "t1"] {
        assert!(!printed.contains(marker), "{printed}");
    }
}
