use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{PDF, START, TestSandbox, invalid_params, problem, rfc3339, terms};

fn moment(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
}

#[tokio::test]
async fn a_session_is_answered_with_its_defaults() {
    let sandbox = TestSandbox::spawn().await;
    let terms = sandbox.terms("Leieavtale").await;
    let session = sandbox.create(&terms).await;
    assert_eq!(session["title"], "Leieavtale");
    assert_eq!(session["documents"], terms["documents"]);
    assert_eq!(session["signingSetup"], terms["signingSetup"]);
    assert_eq!(session["lifecycle"], json!({ "state": "READY", "stateIsFinal": false }));
    assert_eq!(moment(&session["dueDate"]), START + Duration::days(30));
    assert_eq!(session["signatureUrlExpiresAt"], session["dueDate"]);
    assert!(session.get("output").is_none() && session.get("signatureUrlTTL").is_none());

    let url: url::Url = session["signatureUrl"].as_str().unwrap().parse().unwrap();
    assert!(url.as_str().starts_with(&sandbox.base));
    let (name, link) = url.query_pairs().next().unwrap();
    assert_eq!(name, "sessionId");
    assert_ne!(link, session["id"].as_str().unwrap(), "the link is not the id");
    assert_eq!(link.parse::<uuid::Uuid>().unwrap().get_version_num(), 4);
    assert_eq!(sandbox.read(&session).await, session);
}

#[tokio::test]
async fn everything_asked_for_is_kept_and_unknown_fields_are_not() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("All of it").await;
    let more = json!({
        "signatureUrlTTL": 60,
        "signText": "I agree\nto \"it\"",
        "dueDate": "2026-12-01T12:00:00+01:00",
        "externalReference": "ref-1",
        "packageTo": ["PADES_CONTAINER"],
        "signer": { "nationalIdentificationNumber": "01819012345", "validations": ["NATIONAL_IDENTIFICATION_NUMBER"] },
        "archive": { "sendSignatureResultsToArchive": true, "sendPackagingResultToArchive": false, "retentionPeriod": "P1Y" },
        "preAuthentication": { "enabled": true },
        "ui": { "language": "nb", "hideWelcomeScreen": true, "minimalTextMode": false },
        "redirectSettings": {
            "success": "https://a.example/ok?x=1", "cancel": "https://a.example/no", "error": "https://a.example/err",
        },
    });
    terms.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut with_unknown = terms.clone();
    with_unknown["lifecycle"] = json!({ "state": "SIGNED" });
    with_unknown["id"] = json!("me");
    with_unknown["ui"]["theme"] = json!("dark");
    with_unknown["signingSetup"][0]["newerThanWeAre"] = json!(["nin"]);

    let session = sandbox.create(&with_unknown).await;
    let object = session.as_object().unwrap();
    for (name, value) in terms.as_object().unwrap() {
        assert_eq!(&object[name], value, "{name}");
    }
    assert_eq!(session["lifecycle"]["state"], "READY");
    assert_eq!(moment(&session["signatureUrlExpiresAt"]), START + Duration::minutes(60));
}

#[tokio::test]
async fn empty_and_null_options_count_as_absent() {
    let sandbox = TestSandbox::spawn().await;
    let mut terms = sandbox.terms("Nulls").await;
    let nulls = json!({
        "signatureUrlTTL": 0, "signText": null, "dueDate": null, "externalReference": null, "subsequentTo": null,
        "packageTo": [], "signer": {}, "archive": {}, "preAuthentication": null, "ui": {}, "redirectSettings": {},
    });
    terms.as_object_mut().unwrap().extend(nulls.as_object().unwrap().clone());
    terms["signingSetup"][0]["identityProviders"] = json!([]);
    terms["signingSetup"][0]["additionalParameters"] = json!(null);
    let session = sandbox.create(&terms).await;
    assert!(session.get("signatureUrlTTL").is_none());
    assert_eq!(session["signatureUrlExpiresAt"], session["dueDate"]);
}

#[tokio::test]
async fn wrong_parameters_are_named_by_their_path_in_the_array() {
    let sandbox = TestSandbox::spawn().await;
    let good = sandbox.terms("Good").await;
    let unknown = "0197e4b8-0000-7000-8000-000000000000";
    let with = |path: &str, value: Value| {
        let mut terms = good.clone();
        match path.split_once('.') {
            Some(("documents", field)) => terms["documents"][0][field] = value,
            _ => terms[path] = value,
        }
        terms
    };
    let far = rfc3339(START + Duration::days(45) + Duration::seconds(1));
    let bad_redirect = json!({ "success": "http://a:99999/", "cancel": "javascript:x", "error": "https://a.example" });
    for (terms, names) in [
        (with("title", json!(null)), vec!["[1].title"]),
        (with("title", json!("å".repeat(256))), vec!["[1].title"]),
        (with("title", json!(7)), vec!["[1].title"]),
        (with("dueDate", json!(rfc3339(START))), vec!["[1].dueDate"]),
        (with("dueDate", json!(far)), vec!["[1].dueDate"]),
        (with("dueDate", json!("tomorrow")), vec!["[1].dueDate"]),
        (with("signatureUrlTTL", json!(4)), vec!["[1].signatureUrlTTL"]),
        (with("signatureUrlTTL", json!(-1)), vec!["[1].signatureUrlTTL"]),
        (with("documents", json!([])), vec!["[1].documents"]),
        (with("documents.action", json!("STAMP")), vec!["[1].documents[0].action"]),
        (with("documents.action", json!("VIEW")), vec!["[1].documents"]),
        (with("documents.documentId", json!("x")), vec!["[1].documents[0].documentId"]),
        (
            with("documents.documentId", json!(unknown)),
            vec!["[1].documents[0].documentId", "[1].documents[0].documentId"],
        ),
        (with("documents.documentCollectionId", json!(unknown)), vec!["[1].documents[0].documentCollectionId"]),
        (with("signingSetup", json!([])), vec!["[1].signingSetup"]),
        (with("subsequentTo", json!([unknown])), vec!["[1].subsequentTo[0]"]),
        (with("ui", json!({ "language": "no" })), vec!["[1].ui.language"]),
        (with("redirectSettings", bad_redirect), vec!["[1].redirectSettings.cancel", "[1].redirectSettings.success"]),
        (
            with("signer", json!({ "validations": ["NATIONAL_IDENTIFICATION_NUMBER"] })),
            vec!["[1].signer.validations[0]"],
        ),
    ] {
        let answer = sandbox.post("/sign/signing-sessions", &json!([good, terms])).await;
        assert_eq!(invalid_params(answer).await, names, "{terms}");
    }
    let list: Value = sandbox.get("/sign/signing-sessions").await.json().await.unwrap();
    assert_eq!(list["total"], 0, "all or nothing");
}

#[tokio::test]
async fn the_body_is_always_an_array() {
    let sandbox = TestSandbox::spawn().await;
    let good = sandbox.terms("Good").await;
    problem(sandbox.post("/sign/signing-sessions", &good).await, 400, "bad_request").await;
    problem(sandbox.post("/sign/signing-sessions", &json!([])).await, 400, "bad_request").await;
    let answer = sandbox.post("/sign/signing-sessions", &json!([good, good])).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json::<Value>().await.unwrap().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_does_not_go_together_is_refused() {
    let sandbox = TestSandbox::spawn().await;
    let pdf = sandbox.upload("application/pdf", PDF).await;
    let other = sandbox.upload("application/pdf", PDF).await;
    let text = sandbox.upload("text/plain", b"hei").await;
    let collection = sandbox.collection(&[&pdf, &text]).await;

    let not_in_it = terms("x", &other, &collection);
    let answer = sandbox.post("/sign/signing-sessions", &json!([not_in_it])).await;
    assert_eq!(invalid_params(answer).await, ["[0].documents[0].documentId"]);

    let mut mixed = terms("x", &pdf, &collection);
    let second = terms("x", &text, &collection)["documents"][0].clone();
    mixed["documents"].as_array_mut().unwrap().push(second);
    let answer = sandbox.post("/sign/signing-sessions", &json!([mixed])).await;
    assert_eq!(invalid_params(answer).await, ["[0].documents"]);

    let mut pki = terms("x", &pdf, &collection);
    pki["signingSetup"][0]["signingFlow"] = json!("PKISIGNING");
    let both = json!([terms("x", &pdf, &collection), pki]);
    let answer = sandbox.post("/sign/signing-sessions", &both).await;
    assert_eq!(invalid_params(answer).await, ["[1].signingSetup[0].signingFlow"]);
    sandbox.create(&pki).await;
    let answer = sandbox.post("/sign/signing-sessions", &json!([terms("x", &pdf, &collection)])).await;
    assert_eq!(invalid_params(answer).await, ["[0].signingSetup[0].signingFlow"]);
}

#[tokio::test]
async fn a_session_waits_until_all_its_predecessors_are_signed() {
    let sandbox = TestSandbox::spawn().await;
    let first = sandbox.session("first").await;
    let second = sandbox.session("second").await;
    let mut terms = sandbox.terms("third").await;
    terms["subsequentTo"] = json!([first["id"], second["id"], first["id"]]);
    let third = sandbox.create(&terms).await;
    assert_eq!(third["lifecycle"]["state"], "BLOCKED");
    problem(sandbox.sign(&third).await, 400, "bad_request").await;

    assert_eq!(sandbox.sign(&first).await.status(), 204);
    assert_eq!(sandbox.state(&third).await, "BLOCKED");
    assert_eq!(sandbox.sign(&second).await.status(), 204);
    assert_eq!(sandbox.state(&third).await, "READY");
    problem(sandbox.sign(&second).await, 400, "bad_request").await;

    let mut terms = sandbox.terms("fourth").await;
    terms["subsequentTo"] = json!([first["id"]]);
    assert_eq!(sandbox.create(&terms).await["lifecycle"]["state"], "READY", "its predecessor is signed already");
}

#[tokio::test]
async fn a_rejected_or_deleted_predecessor_blocks_for_ever() {
    let sandbox = TestSandbox::spawn().await;
    let rejected = sandbox.session("rejected").await;
    let deleted = sandbox.session("deleted").await;
    let mut terms = sandbox.terms("waits").await;
    terms["subsequentTo"] = json!([rejected["id"]]);
    let waits = sandbox.create(&terms).await;
    terms["subsequentTo"] = json!([deleted["id"]]);
    let waits_too = sandbox.create(&terms).await;

    let path = format!("/__sandbox/sessions/{}/reject", rejected["id"].as_str().unwrap());
    assert_eq!(sandbox.post(&path, &json!({ "reason": "No, thanks" })).await.status(), 204);
    let lifecycle = json!({ "state": "REJECTED", "stateIsFinal": true, "rejectReason": "No, thanks" });
    assert_eq!(sandbox.read(&rejected).await["lifecycle"], lifecycle);
    let path = format!("/sign/signing-sessions/{}", deleted["id"].as_str().unwrap());
    assert_eq!(sandbox.delete(&path).await, 204);
    assert_eq!(sandbox.delete(&path).await, 404);
    assert_eq!(sandbox.state(&waits).await, "BLOCKED");
    assert_eq!(sandbox.state(&waits_too).await, "BLOCKED");
    let answer = sandbox.post("/sign/signing-sessions", &json!([terms])).await;
    assert_eq!(invalid_params(answer).await, ["[0].subsequentTo[0]"]);
}

#[tokio::test]
async fn signing_leaves_a_signature_per_document_to_sign() {
    let sandbox = TestSandbox::spawn().await;
    let pdf = sandbox.upload("application/pdf", PDF).await;
    let second = sandbox.upload("application/pdf", PDF).await;
    let viewed = sandbox.upload("application/pdf", PDF).await;
    let collection = sandbox.collection(&[&pdf, &second, &viewed]).await;
    let mut terms = terms("Two to sign", &pdf, &collection);
    for (id, action) in [(&second, "SIGN"), (&viewed, "VIEW")] {
        let document = json!({ "documentCollectionId": collection, "documentId": id, "action": action });
        terms["documents"].as_array_mut().unwrap().push(document);
    }
    let session = sandbox.create(&terms).await;
    assert_eq!(sandbox.sign(&session).await.status(), 204);

    let signed = sandbox.read(&session).await;
    assert_eq!(signed["lifecycle"], json!({ "state": "SIGNED", "stateIsFinal": true }));
    let signatures = signed["output"]["signatures"].as_array().unwrap();
    assert_eq!(signed["output"]["packages"], json!([]));
    let metadata: Value = sandbox.get(&format!("/sign/documents/{pdf}/metadata")).await.json().await.unwrap();
    for (signature, original) in signatures.iter().zip([&pdf, &second]) {
        assert_eq!(signature["originalDocumentId"], json!(original));
        assert_eq!(signature["documentCollectionId"], json!(collection));
        assert_eq!(signature["signatureType"], "XADES");
        let result = signature["resultDocumentId"].as_str().unwrap();
        let xml = sandbox.get(&format!("/sign/documents/{result}")).await;
        assert_eq!(xml.headers()["content-type"], "application/xml");
        let xml = xml.text().await.unwrap();
        let digest = metadata["documentHash"]["hash"].as_str().unwrap();
        assert!(xml.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>")), "{xml}");
    }
    assert_eq!(signatures.len(), 2);

    let result = signatures[0]["resultDocumentId"].clone();
    let answer = sandbox.post("/sign/document-collections", &json!({ "documents": [{ "documentId": result }] })).await;
    assert_eq!(invalid_params(answer).await, ["documents[0].documentId"]);

    let path = format!("/sign/signing-sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(sandbox.delete(&path).await, 204);
    for gone in [pdf.as_str(), viewed.as_str(), result.as_str().unwrap()] {
        problem(sandbox.get(&format!("/sign/documents/{gone}")).await, 404, "not_found").await;
    }
}

#[tokio::test]
async fn a_document_that_another_session_needs_outlives_a_deleted_session() {
    let sandbox = TestSandbox::spawn().await;
    let terms = sandbox.terms("shared").await;
    let first = sandbox.create(&terms).await;
    let second = sandbox.create(&terms).await;
    let document = format!("/sign/documents/{}", terms["documents"][0]["documentId"].as_str().unwrap());
    for (session, left) in [(first, 200), (second, 404)] {
        let path = format!("/sign/signing-sessions/{}", session["id"].as_str().unwrap());
        assert_eq!(sandbox.delete(&path).await, 204);
        assert_eq!(sandbox.get(&document).await.status(), left);
    }
}
