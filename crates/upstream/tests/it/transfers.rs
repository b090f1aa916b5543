//! Documents on the wire: streamed, held back by a slow side, never cut silently.

use std::{
    convert::Infallible,
    future::pending,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode},
    routing,
};
use bytes::Bytes;
use contract::MimeType;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use upstream::{BodyAborted, Fault, SigningApi, Stage, UploadBody, UpstreamError};

use crate::stub::{self, ID, Stub, problem, short};

const PIECE: usize = 64 * 1024;
const MIB: usize = 1024 * 1024;

/// `pieces` pieces, counted as they are taken.
fn counted(pieces: usize) -> (UploadBody, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let body = stream::repeat(Ok(Bytes::from(vec![b'x'; PIECE]))).take(pieces).inspect(move |_| {
        counter.fetch_add(PIECE, Ordering::SeqCst);
    });
    (Box::pin(body), taken)
}

/// `body`, from when the stub has seen the request's head.
fn once_seen(stub: &Stub, body: UploadBody) -> UploadBody {
    let stub = stub.clone();
    let seen = stream::once(async move {
        while stub.count("POST /sign") == 0 {
            tokio::task::yield_now().await;
        }
        Ok(Bytes::new())
    });
    Box::pin(seen.chain(body))
}

fn length(bytes: usize) -> Option<u64> {
    Some(u64::try_from(bytes).unwrap())
}

/// An upload endpoint that says how many bytes came and whether they ended well.
fn receiving() -> (Router, mpsc::UnboundedReceiver<(usize, bool)>) {
    let (told, tell) = mpsc::unbounded_channel();
    let receive = async move |request: Request| {
        let mut body = request.into_body().into_data_stream();
        let mut bytes = 0;
        let whole = loop {
            match body.next().await {
                Some(Ok(piece)) => bytes += piece.len(),
                Some(Err(_)) => break false,
                None => break true,
            }
        };
        told.send((bytes, whole)).unwrap();
        Json(stub::document())
    };
    (Router::new().route("/documents", routing::post(receive)), tell)
}

#[tokio::test]
async fn an_upload_arrives_whole_with_its_type_and_length() {
    let receive = async |headers: HeaderMap, body: Bytes| {
        assert_eq!(headers["content-type"], "application/pdf");
        assert_eq!(headers["content-length"], "8");
        assert!(!headers.contains_key("transfer-encoding"));
        assert_eq!(body, "%PDF-1.7");
        Json(stub::document())
    };
    let stub = Stub::spawn(Router::new().route("/documents", routing::post(receive))).await;
    let body = stream::iter([Ok(Bytes::from_static(b"%PDF")), Ok(Bytes::from_static(b"-1.7"))]);
    let document = stub.api().upload_document(&MimeType::Pdf, Some(8), Box::pin(body)).await.unwrap();
    assert_eq!(document.document_id.to_string(), ID);
}

#[tokio::test]
async fn uploads_of_any_length_are_streamed() {
    for announced in [None, length(64 * MIB)] {
        let (api, mut told) = receiving();
        let (body, _) = counted(64 * MIB / PIECE);
        Stub::spawn(api).await.api().upload_document(&MimeType::Pdf, announced, body).await.unwrap();
        assert_eq!(told.recv().await, Some((64 * MIB, true)));
    }
}

#[tokio::test]
async fn up_08_an_api_that_takes_no_bytes_holds_the_source_back() {
    let stub =
        Stub::spawn(Router::new().route("/documents", routing::post(async |_: Request| pending::<()>().await))).await;
    let api = stub.api_with(|settings| settings.deadlines = short());
    let (body, taken) = counted(256 * MIB / PIECE);
    let error = api.upload_document(&MimeType::Pdf, None, body).await.unwrap_err();
    let stalled = matches!(error, UpstreamError::Unavailable { fault: Fault::Deadline(Stage::Upload), .. });
    assert!(stalled, "nothing can have been stored: {error:?}");
    let taken = taken.load(Ordering::SeqCst);
    assert!(taken < 16 * MIB, "{taken} bytes taken for a peer that reads none");
}

#[tokio::test]
async fn a_source_that_fails_cuts_the_request_off() {
    for reason in [BodyAborted::Disconnected, BodyAborted::TooLarge, BodyAborted::DigestMismatch] {
        // At once, in the middle, and after the very last byte.
        for (good, announced) in
            [(0, None), (3, None), (3, length(5 * PIECE)), (3, length(3 * PIECE)), (0, length(PIECE))]
        {
            let (api, mut told) = receiving();
            let stub = Stub::spawn(api).await;
            let (body, _) = counted(good);
            let body = once_seen(&stub, Box::pin(body.chain(stream::iter([Err(reason)]))));
            let error = stub.api().upload_document(&MimeType::Pdf, announced, body).await.unwrap_err();
            assert!(matches!(error, UpstreamError::Aborted(found) if found == reason), "{error:?}");
            let (_, whole) = told.recv().await.unwrap();
            assert!(!whole, "a part passed for the whole: {good} pieces of {announced:?} bytes");
        }
    }
}

#[tokio::test]
async fn a_length_that_does_not_hold_cuts_the_request_off() {
    for announced in [2 * PIECE - 1, 2 * PIECE + 1, PIECE, 3 * PIECE] {
        let (api, mut told) = receiving();
        let stub = Stub::spawn(api).await;
        let body = once_seen(&stub, counted(2).0);
        let error = stub.api().upload_document(&MimeType::Pdf, length(announced), body).await.unwrap_err();
        assert!(matches!(error, UpstreamError::Aborted(BodyAborted::LengthMismatch)), "{error:?}");
        assert_eq!(told.recv().await.map(|(_, whole)| whole), Some(false), "{announced}");
    }
}

#[tokio::test]
async fn a_source_that_never_ends_does_not_hold_the_call() {
    let (api, mut told) = receiving();
    let stub = Stub::spawn(api).await;
    let api = stub.api_with(|settings| settings.deadlines.transfer = std::time::Duration::from_millis(100));
    let error = api.upload_document(&MimeType::Pdf, None, Box::pin(stream::pending())).await.unwrap_err();
    let ended = matches!(error, UpstreamError::Unavailable { fault: Fault::Deadline(Stage::Total), .. });
    assert!(ended, "nothing can have been stored: {error:?}");
    assert_eq!(told.recv().await, Some((0, false)));
}

#[tokio::test]
async fn an_upload_that_is_dropped_is_cut_off() {
    let (api, mut told) = receiving();
    let stub = Stub::spawn(api).await;
    let client = stub.api();
    let (body, taken) = counted(2);
    let body = once_seen(&stub, Box::pin(body.chain(stream::pending())));
    let upload = tokio::spawn(async move { client.upload_document(&MimeType::Pdf, None, body).await });
    while taken.load(Ordering::SeqCst) < 2 * PIECE {
        tokio::task::yield_now().await;
    }
    upload.abort();
    assert_eq!(told.recv().await.map(|(_, whole)| whole), Some(false));
}

#[tokio::test]
async fn a_refusal_before_the_end_is_heard() {
    for (status, code) in
        [(StatusCode::PAYLOAD_TOO_LARGE, "TooLarge"), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedType")]
    {
        let refuse = routing::post(async move |_: Request| problem(status, "code"));
        let stub = Stub::spawn(Router::new().route("/documents", refuse)).await;
        let (body, taken) = counted(256 * MIB / PIECE);
        let error = stub.api().upload_document(&MimeType::Pdf, None, body).await.unwrap_err();
        assert!(format!("{error:?}").starts_with(code), "{error:?}");
        assert!(taken.load(Ordering::SeqCst) < 256 * MIB);
    }
}

#[tokio::test]
async fn api_02_an_upload_is_sent_once_whatever_happens() {
    let stub = Stub::spawn(Router::new().fallback(async |_: Bytes| StatusCode::SERVICE_UNAVAILABLE)).await;
    let error = stub.api().upload_document(&MimeType::Text, None, counted(1).0).await.unwrap_err();
    assert!(matches!(error, UpstreamError::OutcomeUnknown { .. }), "{error:?}");
    assert_eq!(stub.count("POST /sign"), 1);
}

#[tokio::test]
async fn downloads_are_streamed() {
    let pieces = async || {
        let pieces = stream::repeat(Ok::<_, Infallible>(Bytes::from(vec![b'x'; PIECE]))).take(32 * MIB / PIECE);
        ([("content-type", "application/pdf; charset=binary")], Body::from_stream(pieces))
    };
    let stub = Stub::spawn(Router::new().route("/documents/{id}", routing::get(pieces))).await;
    let download = stub.api().download_document(ID.parse().unwrap()).await.unwrap();
    assert_eq!((&download.mime_type, download.content_length), (&MimeType::Pdf, None));
    let bytes = download.stream.try_fold(0, async |sum, piece| Ok(sum + piece.len())).await.unwrap();
    assert_eq!(bytes, 32 * MIB);
}

#[tokio::test]
async fn up_08_a_download_that_nobody_reads_holds_the_api_back() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let endless = async move || {
        Body::from_stream(stream::repeat(Ok::<_, Infallible>(Bytes::from(vec![b'x'; PIECE]))).inspect(move |_| {
            counter.fetch_add(PIECE, Ordering::SeqCst);
        }))
    };
    let stub = Stub::spawn(Router::new().route("/documents/{id}", routing::get(endless))).await;
    let mut download = stub.api().download_document(ID.parse().unwrap()).await.unwrap();
    download.stream.next().await.unwrap().unwrap();
    // Runs the server until it has nothing left to do.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::SeqCst) {
        before = sent.load(Ordering::SeqCst);
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    }
    assert!(before < 16 * MIB, "{before} bytes sent to a peer that reads none");
}

#[tokio::test]
async fn api_07_a_download_has_a_limit() {
    let endless = routing::get(async || Body::from_stream(stream::repeat(Ok::<_, Infallible>("x".repeat(PIECE)))));
    let announced = routing::get(async || vec![b'x'; 2 * MIB]);
    for handler in [endless, announced] {
        let stub = Stub::spawn(Router::new().route("/documents/{id}", handler)).await;
        let api = stub.api_with(|settings| settings.download_bytes_max = 1024 * 1024);
        let error = match api.download_document(ID.parse().unwrap()).await {
            Ok(download) => download.stream.try_for_each(async |_| Ok(())).await.unwrap_err(),
            Err(error) => error,
        };
        assert!(matches!(error, UpstreamError::Malformed(Fault::TooLong)), "{error:?}");
    }
}

#[tokio::test]
async fn a_download_that_breaks_or_stalls_says_so() {
    let broken = routing::get(async || {
        // The pause lets the beginning out before the end.
        let end = stream::once(async {
            tokio::task::yield_now().await;
            Err(io::Error::other("gone"))
        });
        Body::from_stream(stream::iter([Ok("begin")]).chain(end))
    });
    let stalled =
        routing::get(async || Body::from_stream(stream::iter([Ok::<_, io::Error>("begin")]).chain(stream::pending())));
    let mut faults = Vec::new();
    for handler in [broken, stalled] {
        let stub = Stub::spawn(Router::new().route("/documents/{id}", handler)).await;
        let api = stub.api_with(|settings| settings.deadlines = short());
        let download = api.download_document(ID.parse().unwrap()).await.unwrap();
        match download.stream.try_for_each(async |_| Ok(())).await.unwrap_err() {
            UpstreamError::Unavailable { fault, .. } => faults.push(fault),
            error => panic!("{error:?}"),
        }
    }
    assert!(matches!(faults[..], [Fault::Broken(_), Fault::Deadline(Stage::Body)]), "{faults:?}");
}
