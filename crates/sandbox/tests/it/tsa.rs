//! Time stamps over HTTP, asked for and judged by OpenSSL.

use std::{fs, path::Path};

use reqwest::{Response, StatusCode};
use tempfile::TempDir;

use crate::{
    support::{START, TestSandbox, problem},
    tools,
};

const QUERY: &str = "application/timestamp-query";
const POLICY: &str = "1.3.6.1.4.1.32473.1";

/// Runs OpenSSL in a directory; answers whether it is content, and what it says.
fn openssl(dir: &Path, arguments: &str) -> (bool, String) {
    let output = tools::run(dir, "openssl", "openssl", arguments.split(' '));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A directory with the root certificate and something to stamp.
async fn desk(sandbox: &TestSandbox) -> TempDir {
    let dir = TempDir::new().unwrap();
    let root = sandbox.get("/trust/root.pem").await.bytes().await.unwrap();
    fs::write(dir.path().join("root.pem"), root).unwrap();
    fs::write(dir.path().join("data"), "what was there").unwrap();
    dir
}

async fn ask(sandbox: &TestSandbox, query: Vec<u8>) -> Response {
    let request = sandbox.http.post(format!("{}/tsa", sandbox.base)).header("content-type", QUERY);
    request.body(query).send().await.unwrap()
}

/// Has OpenSSL write a query, and keeps the reply to it as `reply.tsr`. Answers the reply as OpenSSL reads it.
async fn reply(sandbox: &TestSandbox, dir: &Path, options: &str) -> String {
    let (written, said) = openssl(dir, &format!("ts -query -data data -out query.tsq {options}"));
    assert!(written, "{said}");
    let answer = ask(sandbox, fs::read(dir.join("query.tsq")).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/timestamp-reply");
    fs::write(dir.join("reply.tsr"), answer.bytes().await.unwrap()).unwrap();
    let (read, said) = openssl(dir, "ts -reply -in reply.tsr -text");
    assert!(read, "{said}");
    said
}

#[tokio::test]
async fn openssl_gets_the_time_stamp_that_it_asks_for() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    let dir = dir.path();
    let moment = START.unix_timestamp();
    let verify = format!("ts -verify -in reply.tsr -CAfile root.pem -attime {moment}");
    for options in ["-sha256 -cert", "-sha384 -cert -no_nonce", &format!("-sha512 -cert -tspolicy {POLICY}")] {
        let said = reply(&sandbox, dir, options).await;
        for words in ["Status: Granted.", POLICY, "Nov 24 12:00:00 2026 GMT", "Accuracy: 0x01 seconds"] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert_eq!(said.contains("Nonce: unspecified"), options.contains("no_nonce"), "{said}");
        // The query's hash, policy and nonce must be the reply's.
        for against in ["-queryfile query.tsq", "-data data"] {
            let (accepted, said) = openssl(dir, &format!("{verify} {against}"));
            assert!(accepted && said.contains("Verification: OK"), "{options}: {said}");
        }
    }
    fs::write(dir.join("data"), "what was not there").unwrap();
    let (accepted, said) = openssl(dir, &format!("{verify} -data data"));
    assert!(!accepted && said.contains("message imprint mismatch"), "{said}");
}

#[tokio::test]
async fn certificates_come_when_they_are_asked_for() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    let dir = dir.path();
    let certificates = async |options| {
        reply(&sandbox, dir, options).await;
        assert!(openssl(dir, "ts -reply -in reply.tsr -token_out -out token.der").0);
        openssl(dir, "pkcs7 -inform DER -in token.der -print_certs").1
    };
    fs::write(dir.join("certificates.pem"), certificates("-sha256 -cert").await).unwrap();
    assert!(!certificates("-sha256").await.contains("BEGIN CERTIFICATE"));
    let verify =
        format!("ts -verify -in reply.tsr -queryfile query.tsq -CAfile root.pem -attime {}", START.unix_timestamp());
    assert!(!openssl(dir, &verify).0, "nobody can tell who stamped");
    let (accepted, said) = openssl(dir, &format!("{verify} -untrusted certificates.pem"));
    assert!(accepted, "{said}");
}

#[tokio::test]
async fn no_two_tokens_have_the_same_number() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    let mut numbers = Vec::new();
    for options in ["-sha256", "-sha256", "-sha512 -no_nonce", "-sha256 -no_nonce"] {
        let said = reply(&sandbox, dir.path(), options).await;
        numbers.push(said.split_once("Serial number: ").unwrap().1.split_once('\n').unwrap().0.to_owned());
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 4);
}

#[tokio::test]
async fn what_cannot_be_stamped_is_refused_in_the_protocol_s_words() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    for (options, failure, words) in [
        ("-sha1", "unrecognized or unsupported algorithm identifier", "the hash must be SHA-256, SHA-384 or SHA-512"),
        ("-sha3-256", "unrecognized or unsupported algorithm identifier", "SHA-512"),
        ("-tspolicy 1.2.3.4", "the requested TSA policy is not supported by the TSA", "the one policy here is 1.3.6.1"),
    ] {
        let said = reply(&sandbox, dir.path(), options).await;
        assert!(said.contains("Status: Rejected.") && said.contains(failure) && said.contains(words), "{said}");
    }
    // By hand, what OpenSSL does not write.
    for (query, failure) in [
        (query(1, 31, &[]), "the data submitted has the wrong format"),
        (query(2, 32, &[]), "transaction not permitted or supported"),
        (query(1, 32, &[0xa0, 0]), "the requested extension is not supported by the TSA"),
        (query(1, 32, &[0xa1, 0]), "the data submitted has the wrong format"),
        (b"not DER".to_vec(), "the data submitted has the wrong format"),
        (Vec::new(), "the data submitted has the wrong format"),
    ] {
        let answer = ask(&sandbox, query).await;
        assert_eq!(answer.status(), StatusCode::OK);
        fs::write(dir.path().join("reply.tsr"), answer.bytes().await.unwrap()).unwrap();
        let (_, said) = openssl(dir.path(), "ts -reply -in reply.tsr -text");
        assert!(said.contains("Status: Rejected.") && said.contains(failure), "{failure}: {said}");
    }
}

/// A query for a SHA-256 of so many bytes.
fn query(version: u8, length: u8, more: &[u8]) -> Vec<u8> {
    const SHA256: [u8; 13] = [0x30, 11, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    let hash = [&[4, length], &*vec![7; length.into()]].concat();
    let imprint = [&[0x30, 15 + length], &SHA256[..], &hash].concat();
    let more_length: u8 = more.len().try_into().unwrap();
    [&[0x30, 20 + length + more_length, 2, 1, version], &*imprint, more].concat()
}

#[tokio::test]
async fn a_damaged_query_gets_a_reply_that_can_be_read() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    reply(&sandbox, dir.path(), "-sha256 -cert").await;
    let good = fs::read(dir.path().join("query.tsq")).unwrap();
    let cut = (0..good.len()).map(|end| good[..end].to_vec());
    let flipped = (0..good.len()).map(|at| {
        let mut changed = good.clone();
        changed[at] ^= 0x55;
        changed
    });
    let trailing = [[&*good, b"\0"].concat()];
    for query in cut.chain(flipped).chain(trailing) {
        let answer = ask(&sandbox, query.clone()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", hex::encode(&query));
        let reply = answer.bytes().await.unwrap();
        assert_eq!(reply[0], 0x30, "a sequence");
    }
}

#[tokio::test]
async fn only_queries_are_taken_and_only_short_ones() {
    let sandbox = TestSandbox::spawn().await;
    let post = |content_type: &str, body: Vec<u8>| {
        sandbox.http.post(format!("{}/tsa", sandbox.base)).header("content-type", content_type).body(body).send()
    };
    problem(post("application/octet-stream", vec![0x30]).await.unwrap(), 415, "unsupported_media_type").await;
    problem(post(QUERY, vec![0; 16 * 1024 + 1]).await.unwrap(), 413, "payload_too_large").await;
    problem(sandbox.get("/tsa").await, 405, "method_not_allowed").await;
}

#[tokio::test]
async fn after_the_certificate_s_life_nothing_is_stamped() {
    let sandbox = TestSandbox::spawn().await;
    let dir = desk(&sandbox).await;
    sandbox.advance(time::Duration::days(830));
    let said = reply(&sandbox, dir.path(), "-sha256").await;
    assert!(said.contains("Status: Rejected.") && said.contains("the certificate for time stamps"), "{said}");
}
