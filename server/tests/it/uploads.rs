//! Documents on their way to the signing service.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use app::{
    model::{HashVerdict, Role, Standing, UploadReceipt},
    paths,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use reqwest::{Body, Method};
use testkit::TestApp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

use crate::desk::{
    File, NOTHING, at_api, detail, fault, no_faults, nothing_left, pdf, plan, problem, read, record, send, sha256,
    text, upload, upload_request,
};

#[tokio::test]
async fn three_hashes_agree() {
    let app = TestApp::signed_in().await;
    // Larger than any buffer on the way.
    let mut file = pdf("large");
    let comment = format!("%{}\n", "x".repeat(3_000_000));
    let grown = String::from_utf8(file.bytes).unwrap().replace("xref\n0 4", &format!("{comment}xref\n0 4"));
    file.bytes = grown.replace("startxref\n164", &format!("startxref\n{}", 164 + comment.len())).into_bytes();
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let receipt: UploadReceipt = read(&upload(&app, plan.uploads[0], &file).await.expect(200));
    assert_eq!((receipt.server_hash, receipt.api_hash), (sha256(&file.bytes), sha256(&file.bytes)));
    let shown = detail(&app, plan.session).await;
    assert_eq!((shown.row.standing, shown.documents[0].verdict()), (Standing::Sending, HashVerdict::Same));
}

#[tokio::test]
async fn up_03_a_changed_byte_stops_the_upload() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let mut changed = file.bytes.clone();
    changed[10] ^= 1;
    let request = upload_request(&app, plan.uploads[0], &file).body(changed.clone());
    let answer = app.browser.send(request).await.expect(422);
    assert_eq!(problem(&answer).0, "hash_mismatch");

    // So does a digest that is right for the bytes, but not for the plan.
    let other = File { bytes: changed, ..file.clone() };
    let answer = upload(&app, plan.uploads[0], &other).await.expect(422);
    assert_eq!(problem(&answer).0, "hash_mismatch");
    assert_eq!(at_api(&app).await, NOTHING);
    assert_eq!(detail(&app, plan.session).await.documents[0].verdict(), HashVerdict::Incomplete);
    send(&app, plan.session).await.expect(422);
    upload(&app, plan.uploads[0], &file).await.expect(200);
}

#[tokio::test]
async fn up_03_a_hash_that_the_api_denies_deletes_the_document() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    fault(&app, "upload_document", "wrong-hash", 1).await;
    let answer = upload(&app, plan.uploads[0], &file).await.expect(422);
    assert_eq!(problem(&answer).0, "hash_mismatch");
    assert_eq!(at_api(&app).await, NOTHING);
    assert_eq!(detail(&app, plan.session).await.documents[0].verdict(), HashVerdict::Different);
    send(&app, plan.session).await.expect(422);

    upload(&app, plan.uploads[0], &file).await.expect(200);
    assert_eq!(detail(&app, plan.session).await.documents[0].verdict(), HashVerdict::Same);
}

#[tokio::test]
async fn up_02_bytes_are_counted_whatever_the_head_says() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let (shorter, _) = file.bytes.split_at(file.bytes.len() - 1);
    let longer = [&file.bytes[..], b"!"].concat();
    for (bytes, announced, chunked) in [(shorter, 422, 422), (&longer, 422, 413), (&[][..], 422, 422)] {
        let request = || upload_request(&app, plan.uploads[0], &file);
        app.browser.send(request().body(bytes.to_vec())).await.expect(announced);
        let pieces = stream::iter([Ok::<_, std::io::Error>(Bytes::copy_from_slice(bytes))]);
        app.browser.send(request().body(Body::wrap_stream(pieces))).await.expect(chunked);
    }
    let request = upload_request(&app, plan.uploads[0], &file).header("content-length", 25 * 1024 * 1024 + 1);
    let answer = request.body(Body::wrap_stream(stream::pending::<Result<Bytes, std::io::Error>>())).send().await;
    assert_eq!(answer.unwrap().status(), 413);
    assert_eq!(at_api(&app).await, NOTHING);
}

#[tokio::test]
async fn up_04_documents_are_what_their_type_says() {
    let app = TestApp::signed_in().await;
    let zip = File { bytes: b"PK\x03\x04 no PDF at all".to_vec(), ..pdf("zip") };
    let binary = File { bytes: b"text\0with NUL".to_vec(), ..text("binary") };
    for file in [zip, binary] {
        let plan = plan(&app, std::slice::from_ref(&file)).await;
        let answer = upload(&app, plan.uploads[0], &file).await.expect(422);
        assert_eq!(problem(&answer), ("invalid".into(), vec!["documents[0]".into()]));
    }
    // This one only the API finds out.
    let damaged = File { bytes: b"%PDF-1.7 without an end".to_vec(), ..pdf("damaged") };
    let plan = plan(&app, std::slice::from_ref(&damaged)).await;
    let answer = upload(&app, plan.uploads[0], &damaged).await.expect(422);
    assert_eq!(problem(&answer), ("invalid".into(), vec!["documents[0]".into()]));
    assert_eq!(at_api(&app).await, NOTHING);
}

#[tokio::test]
async fn the_head_must_match_the_plan() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let path = paths::upload(plan.uploads[0]);
    let put = || app.browser.fetch(Method::PUT, &path).body(file.bytes.clone());
    let digest = format!("sha-256=:{}:", sha256(&file.bytes));
    app.browser.send(put().header("content-type", "application/pdf")).await.expect(400);
    app.browser.send(put().header("content-digest", &digest)).await.expect(415);
    app.browser.send(put().header("content-digest", &digest).header("content-type", "text/plain")).await.expect(415);
    let encoded = upload_request(&app, plan.uploads[0], &file).header("content-encoding", "gzip");
    app.browser.send(encoded.body(file.bytes.clone())).await.expect(415);
    assert_eq!(at_api(&app).await, NOTHING);
}

#[tokio::test]
async fn uploading_again_replaces() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    upload(&app, plan.uploads[0], &file).await.expect(200);
    let first = detail(&app, plan.session).await.documents[0].document;
    upload(&app, plan.uploads[0], &file).await.expect(200);
    assert_ne!(detail(&app, plan.session).await.documents[0].document, first);
    assert_eq!(at_api(&app).await, (1, 0, 0));

    send(&app, plan.session).await.expect(200);
    upload(&app, plan.uploads[0], &file).await.expect(409);
    assert_eq!(at_api(&app).await, (1, 1, 1));
}

#[tokio::test]
async fn a_browser_that_goes_away_leaves_nothing() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let half = Bytes::copy_from_slice(&file.bytes[..20]);
    let pieces = stream::iter([Ok(half), Err(std::io::Error::other("gone"))]);
    let request = upload_request(&app, plan.uploads[0], &file).body(Body::wrap_stream(pieces));
    assert!(request.send().await.is_err());
    upload(&app, plan.uploads[0], &file).await.expect(200);
    assert_eq!(at_api(&app).await, (1, 0, 0));
}

#[tokio::test]
async fn an_outage_while_uploading_leaves_nothing() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    for (operation, failure, status) in
        [("upload_document", "500", 503), ("upload_document", "401", 502), ("patch_metadata", "500", 503)]
    {
        fault(&app, operation, failure, 5).await;
        upload(&app, plan.uploads[0], &file).await.expect(status);
        no_faults(&app).await;
        nothing_left(&app).await;
        assert_eq!(record(&app, plan.session).await.standing(crate::desk::now(&app)), Standing::Sending);
    }
    upload(&app, plan.uploads[0], &file).await.expect(200);
    send(&app, plan.session).await.expect(200);
}

/// Most of a body that may be taken before a refusal.
const TAKEN_MAX: usize = 64 * 1024;
/// What is offered.
const GIGABYTE: usize = 1 << 30;

/// Offers the portal a gigabyte with this request's head; answers what came back, and how
/// much of it was taken.
async fn offer(app: &TestApp, request: reqwest::RequestBuilder) -> (u16, usize) {
    let piece = Bytes::from_static(&[b'x'; 16 * 1024]);
    let taken = Arc::new(AtomicUsize::new(0));
    let body = stream::iter(0..GIGABYTE / piece.len()).map({
        let taken = Arc::clone(&taken);
        move |_| {
            taken.fetch_add(piece.len(), Ordering::Relaxed);
            Ok::<_, std::io::Error>(piece.clone())
        }
    });
    let head = request.build().unwrap();
    let mut request = http::Request::put(head.url().path()).body(axum::body::Body::from_stream(body)).unwrap();
    *request.headers_mut() = head.headers().clone();
    let router = server::router::router(app.portal()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    (answer.status().as_u16(), taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn up_01_what_is_refused_is_not_read() {
    let app = TestApp::signed_in().await;
    let file = pdf("lease");
    let plan = plan(&app, std::slice::from_ref(&file)).await;
    let path = paths::upload(plan.uploads[0]);
    let request = || upload_request(&app, plan.uploads[0], &file);
    let of = |browser: &testkit::Browser| browser.fetch(Method::PUT, &path).header("content-type", file.mime_type);
    let viewer = app.person("viewer", Role::Viewer, app.team().await).await;
    let stranger = app.person("stranger", Role::Manager, app.new_team("Others").await).await;
    let other_site = app.browser.bare(Method::PUT, &path).header("sec-fetch-site", "cross-site");
    let cookie = app.browser.cookie();
    app.browser.set_cookie(None);
    let nobody = request();
    app.browser.set_cookie(cookie.as_deref());
    for (who, request, status) in [
        ("nobody", nobody, 401),
        ("a viewer", of(&viewer.browser), 403),
        ("another team", of(&stranger.browser), 404),
        ("another site", other_site, 403),
        ("without a digest", of(&app.browser), 400),
        ("as long as it is", request().header("content-length", GIGABYTE), 413),
    ] {
        let (answered, taken) = offer(&app, request).await;
        assert_eq!(answered, status, "{who}");
        assert!(taken <= TAKEN_MAX, "{who}: {taken}");
    }
    // What may come is read until it is more than was planned.
    let (answered, taken) = offer(&app, request()).await;
    assert_eq!(answered, 413);
    assert!((1..=1024 * 1024).contains(&taken), "{taken}");
}

#[tokio::test]
async fn up_01_nobody_is_asked_for_the_body() {
    let app = TestApp::spawn().await;
    let address = app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let path = "/uploads/0193a1f0-0000-7000-8000-000000000000";
    let head = format!(
        "PUT {path} HTTP/1.1\r\nhost: {address}\r\nsec-fetch-site: same-origin\r\nx-portal: 1\r\n\
         content-length: {GIGABYTE}\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // The connection ends, because the body will never come.
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}
