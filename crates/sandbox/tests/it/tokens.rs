use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use time::Duration;

use crate::support::{CLIENT, TestSandbox, problem};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn token_request(sandbox: &TestSandbox) -> RequestBuilder {
    sandbox.http.post(format!("{}/auth/open/connect/token", sandbox.base))
}

async fn use_token(sandbox: &TestSandbox, authorization: &str) -> Response {
    let request = sandbox.http.get(format!("{}/sign/signing-sessions", sandbox.base));
    request.header("authorization", authorization).send().await.unwrap()
}

#[tokio::test]
async fn both_ways_of_client_authentication_work_and_scope_may_be_missing() {
    let sandbox = TestSandbox::spawn().await;
    let body = [GRANT, ("client_id", CLIENT.0), ("client_secret", CLIENT.1)];
    let encoded: String = url::form_urlencoded::byte_serialize(CLIENT.1.as_bytes()).collect();
    for request in [
        token_request(&sandbox).form(&body),
        token_request(&sandbox).basic_auth(CLIENT.0, Some(encoded.replace('+', "%20"))).form(&[GRANT]),
        token_request(&sandbox)
            .basic_auth(CLIENT.0, Some(encoded.replace('+', "%20")))
            .form(&[GRANT, ("scope", "signicat-api")]),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["expires_in"], 600);
        assert_eq!(answer["token_type"], "Bearer");
        let token = answer["access_token"].as_str().unwrap();
        assert_eq!(token.split('.').count(), 3, "shaped as a JWT");
        assert_eq!(use_token(&sandbox, &format!("Bearer {token}")).await.status(), 200);
    }
}

#[tokio::test]
async fn wrong_token_requests_get_oauth_errors() {
    let sandbox = TestSandbox::spawn().await;
    let id = ("client_id", CLIENT.0);
    let secret = ("client_secret", CLIENT.1);
    type Form<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(Form<'_>, u16, &str)] = &[
        (&[GRANT], 401, "invalid_client"),
        (&[GRANT, id], 401, "invalid_client"),
        (&[GRANT, id, ("client_secret", "wrong")], 401, "invalid_client"),
        (&[GRANT, ("client_id", "nobody"), secret], 401, "invalid_client"),
        (&[GRANT, id, ("client_secret", "")], 401, "invalid_client"),
        (&[id, secret], 400, "invalid_request"),
        (&[("grant_type", "password"), id, secret], 400, "unsupported_grant_type"),
        (&[GRANT, id, secret, ("scope", "everything")], 400, "invalid_scope"),
        (&[GRANT, GRANT, id, secret], 400, "invalid_request"),
        (&[GRANT, id, secret, ("client_secret", "wrong")], 400, "invalid_request"),
    ];
    for (form, status, error) in cases {
        let answer = token_request(&sandbox).form(form).send().await.unwrap();
        assert_eq!(answer.status(), *status, "{form:?}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"], *error);
        assert!(answer["error_description"].is_string());
    }
    let both = token_request(&sandbox).basic_auth(CLIENT.0, Some(CLIENT.1)).form(&[GRANT, id, secret]);
    assert_eq!(both.send().await.unwrap().status(), 400);
    let garbage = token_request(&sandbox).header("authorization", "Basic !!!").form(&[GRANT]);
    assert_eq!(garbage.send().await.unwrap().status(), 401);
    problem(token_request(&sandbox).body(vec![b'a'; 20_000]).send().await.unwrap(), 413, "payload_too_large").await;
    let wrong_method = sandbox.request(Method::GET, "/auth/open/connect/token").send().await.unwrap();
    problem(wrong_method, 405, "method_not_allowed").await;
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes() {
    let sandbox = TestSandbox::spawn().await;
    sandbox.advance(Duration::seconds(599));
    assert_eq!(sandbox.get("/sign/signing-sessions").await.status(), 200);
    sandbox.advance(Duration::seconds(1));
    problem(sandbox.get("/sign/signing-sessions").await, 401, "invalid_token").await;
}

#[tokio::test]
async fn other_tokens_are_refused() {
    let sandbox = TestSandbox::spawn().await;
    let (head, signature) = sandbox.token.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    for authorization in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer abc".to_owned(),
        "Bearer a.b.c".to_owned(),
        format!("Basic {}", sandbox.token),
        format!("Bearer {head}."),
        format!("Bearer {header}.e30.{signature}"),
        format!("Bearer {head}.{signature}A"),
    ] {
        let answer = use_token(&sandbox, &authorization).await;
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        problem(answer, 401, "invalid_token").await;
    }
    // Unknown addresses want a token too; with one they are unknown.
    let unknown = format!("{}/sign/nothing", sandbox.base);
    problem(sandbox.http.get(&unknown).send().await.unwrap(), 401, "invalid_token").await;
    problem(sandbox.get("/sign/nothing").await, 404, "not_found").await;
    problem(sandbox.get("/nothing").await, 404, "not_found").await;
    problem(sandbox.request(Method::PUT, "/sign/documents").send().await.unwrap(), 405, "method_not_allowed").await;
}
