//! Whatever hangs, every call ends.

use std::{future::pending, time::Duration};

use axum::{Json, Router, body::Body, routing};
use bytes::Bytes;
use contract::{ListQuery, MimeType};
use futures_util::{StreamExt, stream};
use tokio::{io::AsyncReadExt, time::timeout};
use upstream::{Deadlines, Fault, HttpSigningApi, SigningApi, Stage, UpstreamError};
use url::Url;

use crate::stub::{self, ID, Stub, raw, settings, short};

/// No call may come near this; deadlines of the tests are far shorter.
const PATIENCE: Duration = Duration::from_secs(10);

fn stage(error: &UpstreamError) -> Option<Stage> {
    match error {
        UpstreamError::Unavailable { fault: Fault::Deadline(stage), .. }
        | UpstreamError::OutcomeUnknown { fault: Fault::Deadline(stage), .. } => Some(*stage),
        _ => None,
    }
}

fn body() -> upstream::UploadBody {
    Box::pin(stream::iter([Ok(Bytes::from_static(b"%PDF-1.7"))]))
}

/// Every operation, and what it came to.
async fn all(api: &HttpSigningApi) -> Vec<(&'static str, UpstreamError)> {
    let id = || ID.parse().unwrap();
    let list = ListQuery::default();
    let calls = async {
        vec![
            ("upload_document", api.upload_document(&MimeType::Pdf, Some(8), body()).await.unwrap_err()),
            ("download_document", api.download_document(id()).await.unwrap_err()),
            ("document", api.document(id()).await.unwrap_err()),
            ("patch_document", api.patch_document(id(), &Default::default()).await.unwrap_err()),
            ("delete_document", api.delete_document(id()).await.unwrap_err()),
            ("create_collection", api.create_collection(&Default::default()).await.unwrap_err()),
            ("collection", api.collection(ID.parse().unwrap()).await.unwrap_err()),
            ("delete_collection", api.delete_collection(ID.parse().unwrap()).await.unwrap_err()),
            ("create_sessions", api.create_sessions(&[Default::default()]).await.unwrap_err()),
            ("session", api.session(ID.parse().unwrap()).await.unwrap_err()),
            ("sessions", api.sessions(&list).await.unwrap_err()),
            ("delete_session", api.delete_session(ID.parse().unwrap()).await.unwrap_err()),
        ]
    };
    timeout(PATIENCE, calls).await.expect("a call has no deadline")
}

#[tokio::test]
async fn api_01_every_operation_ends_when_no_answer_comes() {
    let stub = Stub::spawn(Router::new().fallback(pending::<()>)).await;
    for (name, error) in all(&stub.api_with(|settings| settings.deadlines = short())).await {
        assert!(matches!(stage(&error), Some(Stage::Head | Stage::Total)), "{name}: {error:?}");
        let changes = ["upload", "patch", "delete", "create"].iter().any(|verb| name.starts_with(verb));
        assert_eq!(matches!(error, UpstreamError::OutcomeUnknown { .. }), changes, "{name}: {error:?}");
    }
    assert_eq!(stub.count("POST /sign/signing-sessions"), 1);
}

#[tokio::test]
async fn api_01_every_operation_ends_when_no_token_comes() {
    let stub = Stub::spawn_with_tokens(Router::new(), routing::post(pending::<()>)).await;
    for (name, error) in all(&stub.api_with(|settings| settings.deadlines = short())).await {
        assert!(matches!(error, UpstreamError::Unavailable { .. }), "{name}: {error:?}");
        assert!(stage(&error).is_some(), "{name}: {error:?}");
    }
    assert_eq!(stub.count("GET /sign"), 0);
}

#[tokio::test]
async fn api_01_every_operation_ends_when_no_connection_comes_about() {
    // Takes connections and says nothing: a TLS handshake that never ends.
    let address = raw(|stream| async move {
        pending::<()>().await;
        drop(stream);
    })
    .await;
    let tokens = Stub::spawn(Router::new()).await;
    let mut settings = settings(tokens.address);
    settings.base_url = Url::parse(&format!("https://{address}/sign")).unwrap();
    settings.deadlines = Deadlines { connect: short().connect, ..Deadlines::default() };
    for (name, error) in all(&HttpSigningApi::new(settings).unwrap()).await {
        let connect = matches!(error, UpstreamError::Unavailable { fault: Fault::Connect(_), .. });
        assert!(connect, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn nothing_happened_when_nobody_listens() {
    let tokens = Stub::spawn(Router::new()).await;
    let mut settings = tokens.settings();
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    settings.base_url = Url::parse(&format!("http://{gone}/sign")).unwrap();
    for (name, error) in all(&HttpSigningApi::new(settings).unwrap()).await {
        let connect = matches!(error, UpstreamError::Unavailable { fault: Fault::Connect(_), .. });
        assert!(connect, "{name}: {error:?}");
        assert!(!stub::printed(&error).contains(ID), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn api_01_an_answer_that_stalls_half_way_ends() {
    let half = async || {
        let start = stream::iter([Ok::<_, std::io::Error>("{\"documentId\":")]);
        Body::from_stream(start.chain(stream::pending()))
    };
    let stub = Stub::spawn(Router::new().fallback(half)).await;
    let api = stub.api_with(|settings| settings.deadlines = short());
    let error = api.document(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unavailable { .. }), "{error:?}");
    assert!(matches!(stage(&error), Some(Stage::Body | Stage::Total)), "{error:?}");
    let error = api.create_sessions(&[Default::default()]).await.unwrap_err();
    assert!(matches!(error, UpstreamError::OutcomeUnknown { .. }), "{error:?}");
    assert_eq!(stub.count("POST /sign"), 1);
}

#[tokio::test]
async fn api_01_an_answer_that_drips_ends_with_the_whole_call() {
    let drip = async || {
        let ticks = tokio::time::interval(Duration::from_millis(20));
        Body::from_stream(stream::unfold(ticks, async |mut ticks| {
            ticks.tick().await;
            Some((Ok::<_, std::io::Error>(" "), ticks))
        }))
    };
    let stub = Stub::spawn(Router::new().fallback(drip)).await;
    let error = stub.api_with(|settings| settings.deadlines = short()).document(ID.parse().unwrap()).await.unwrap_err();
    assert_eq!(stage(&error), Some(Stage::Total), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_answer() {
    // Promises 100 bytes and gives 12.
    let address = raw(|mut stream| async move {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let answer =
            b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[{\"id\": \"f05";
        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
    })
    .await;
    let tokens = Stub::spawn(Router::new()).await;
    let mut settings = tokens.settings();
    settings.base_url = Url::parse(&format!("http://{address}/sign")).unwrap();
    let api = HttpSigningApi::new(settings).unwrap();
    let error = api.create_sessions(&[Default::default()]).await.unwrap_err();
    assert!(matches!(error, UpstreamError::OutcomeUnknown { fault: Fault::Broken(_), .. }), "{error:?}");
    let error = api.session(ID.parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, UpstreamError::Unavailable { fault: Fault::Broken(_), .. }), "{error:?}");
}

#[tokio::test]
async fn api_01_a_caller_that_gives_up_cancels_the_call() {
    let stub =
        Stub::spawn(Router::new().route("/documents/{id}/metadata", routing::get(async || Json(stub::document()))))
            .await;
    let api = stub.api();
    api.document(ID.parse().unwrap()).await.unwrap();
    let stalled = Stub::spawn(Router::new().fallback(pending::<()>)).await.api();
    assert!(timeout(Duration::from_millis(50), stalled.document(ID.parse().unwrap())).await.is_err());
}
