//! Signing sessions: making, reading, deleting.

use contract::limits;
use serde_json::{Value, json};
use url::Url;

use super::has_fields;
use crate::{
    Finding,
    service::{NOBODY, Service, equal, holds},
};

pub(super) const PATH: &str = "/signing-sessions";

fn path(session: &Value) -> String {
    format!("{PATH}/{}", session["id"].as_str().unwrap_or_default())
}

/// Asserts that each change makes a good request a refused one.
pub(super) async fn refuses(service: &Service, changes: &[(&str, Value)]) -> Result<(), Finding> {
    let terms = service.terms("Refused").await?;
    for (field, value) in changes {
        let mut wrong = terms.clone();
        wrong[field] = value.clone();
        service.post(PATH, &json!([wrong])).await?.problem(400)?;
    }
    Ok(())
}

pub(super) async fn creation(service: &Service) -> Result<(), Finding> {
    let (first, second) = (service.terms("First").await?, service.terms("Second").await?);
    let made = service.post(PATH, &json!([second, first])).await?.expect(201)?.json();
    let titles: Vec<&Value> = made.as_array().into_iter().flatten().map(|session| &session["title"]).collect();
    equal("titles", titles, ["Second", "First"])
}

pub(super) async fn link(service: &Service) -> Result<(), Finding> {
    let session = service.create(&service.terms("Link").await?).await?;
    let link: Option<Url> = session["signatureUrl"].as_str().and_then(|link| link.parse().ok());
    let name = link.as_ref().and_then(|link| link.query_pairs().find(|(name, _)| name == "sessionId"));
    equal("sessionId is there", name.is_some_and(|(_, value)| !value.is_empty()), true)
}

pub(super) async fn ready(service: &Service) -> Result<(), Finding> {
    let session = service.create(&service.terms("Ready").await?).await?;
    has_fields("lifecycle", &session["lifecycle"], &json!({ "state": "READY", "stateIsFinal": false }))
}

pub(super) async fn reading(service: &Service) -> Result<(), Finding> {
    let session = service.create(&service.terms("Reading").await?).await?;
    let read = service.get(&path(&session)).await?.expect(200)?.json();
    // Not by `has_fields`, whose finding would show the link.
    for (name, value) in session.as_object().into_iter().flatten() {
        equal(&format!("{name} is the same"), &read[name] == value, true)?;
    }
    Ok(())
}

pub(super) async fn echo(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Leieavtale <b>&\" 🖋").await?;
    for (name, value) in [
        ("signText", json!("I agree\nto \"it\"")),
        ("externalReference", json!("order/7?x=1")),
        ("signatureUrlTTL", json!(60)),
        ("signer", json!({ "nationalIdentificationNumber": "01819012345" })),
        ("preAuthentication", json!({ "enabled": true })),
        ("ui", json!({ "language": "nb", "hideWelcomeScreen": true })),
        (
            "redirectSettings",
            json!({
                "success": "https://a.example/ok?x=1", "cancel": "https://a.example/no", "error": "https://a.example/err",
            }),
        ),
    ] {
        terms[name] = value;
    }
    let mut session = service.create(&terms).await?;
    session["signatureUrl"] = Value::Null;
    has_fields("session", &session, &terms)
}

pub(super) async fn single(service: &Service) -> Result<(), Finding> {
    let terms = service.terms("Single").await?;
    service.post(PATH, &terms).await?.problem(400).map(drop)
}

pub(super) async fn required(service: &Service) -> Result<(), Finding> {
    let terms = service.terms("Required").await?;
    for field in ["title", "documents", "signingSetup"] {
        let mut wrong = terms.clone();
        wrong.as_object_mut().map(|fields| fields.remove(field));
        service.post(PATH, &json!([wrong])).await?.problem(400)?;
    }
    Ok(())
}

pub(super) async fn lengths(service: &Service) -> Result<(), Finding> {
    let long = [
        ("title", limits::TITLE_MAX),
        ("signText", limits::SIGN_TEXT_MAX),
        ("externalReference", limits::EXTERNAL_REFERENCE_MAX),
    ];
    let mut terms = service.terms("Lengths").await?;
    for (field, max) in long {
        terms[field] = json!("x".repeat(max));
    }
    service.create(&terms).await?;
    refuses(service, &long.map(|(field, max)| (field, json!("x".repeat(max + 1))))).await
}

pub(super) async fn counts(service: &Service) -> Result<(), Finding> {
    let terms = service.terms("Counts").await?;
    let (document, setup) = (&terms["documents"][0], &terms["signingSetup"][0]);
    refuses(
        service,
        &[
            ("documents", json!([])),
            ("documents", json!(vec![document; limits::SESSION_DOCUMENTS_MAX + 1])),
            ("signingSetup", json!([])),
            ("signingSetup", json!([setup, setup])),
            ("subsequentTo", json!(vec![NOBODY; limits::SUBSEQUENT_TO_MAX + 1])),
        ],
    )
    .await
}

pub(super) async fn actions(service: &Service) -> Result<(), Finding> {
    let mut document = service.terms("Actions").await?["documents"][0].take();
    document["action"] = json!("STAMP");
    let flow = json!([{ "signingFlow": "BY_HAND" }]);
    refuses(service, &[("documents", json!([document])), ("signingSetup", flow)]).await
}

pub(super) async fn order(service: &Service) -> Result<(), Finding> {
    let first = service.create(&service.terms("First").await?).await?;
    let mut terms = service.terms("Second").await?;
    terms["subsequentTo"] = json!([first["id"]]);
    let second = service.create(&terms).await?;
    has_fields("lifecycle", &second["lifecycle"], &json!({ "state": "BLOCKED", "stateIsFinal": false }))?;
    equal("subsequentTo", &second["subsequentTo"], &terms["subsequentTo"])
}

pub(super) async fn deletion(service: &Service) -> Result<(), Finding> {
    let session = service.create(&service.terms("Deletion").await?).await?;
    let answer = service.delete(&path(&session)).await?.expect(204)?;
    equal("bytes in the body", answer.body.len(), 0)?;
    service.get(&path(&session)).await?.problem(404).map(drop)
}

pub(super) async fn all_or_nothing(service: &Service) -> Result<(), Finding> {
    let mut good = service.terms("").await?;
    // A title that no other session has.
    good["title"] = good["documents"][0]["documentId"].clone();
    let mut wrong = good.clone();
    wrong["signingSetup"] = json!([]);
    service.post(PATH, &json!([good, wrong])).await?.problem(400)?;
    let title = good["title"].as_str().unwrap_or_default();
    let page = service.get(&format!("{PATH}?sessionTitleLike={title}")).await?.expect(200)?.json();
    equal("total", &page["total"], 0)
}

pub(super) async fn paths(service: &Service) -> Result<(), Finding> {
    let good = service.terms("Good").await?;
    let mut wrong = good.clone();
    wrong["title"] = json!("");
    wrong["documents"][0]["action"] = json!("STAMP");
    let names = service.post(PATH, &json!([good, wrong])).await?.invalid_params()?;
    equal("invalidParams", names, ["[1].title", "[1].documents[0].action"])
}

pub(super) async fn references(service: &Service) -> Result<(), Finding> {
    let terms = service.terms("References").await?;
    for (pointer, value, name) in [
        ("/documents/0/documentId", json!(NOBODY), "[0].documents[0].documentId"),
        ("/documents/0/documentCollectionId", json!(NOBODY), "[0].documents[0].documentCollectionId"),
        ("/subsequentTo", json!([NOBODY]), "[0].subsequentTo[0]"),
    ] {
        let mut wrong = terms.clone();
        wrong["subsequentTo"] = json!([]);
        if let Some(field) = wrong.pointer_mut(pointer) {
            *field = value;
        }
        let names = service.post(PATH, &json!([wrong])).await?.invalid_params()?;
        holds("invalidParams", names.iter().any(|wrong| wrong == name), name, &json!(names))?;
    }
    Ok(())
}

pub(super) async fn belonging(service: &Service) -> Result<(), Finding> {
    let other = service.terms("Other").await?;
    let mut terms = service.terms("Belonging").await?;
    terms["documents"][0]["documentId"] = other["documents"][0]["documentId"].clone();
    let names = service.post(PATH, &json!([terms])).await?.invalid_params()?;
    equal("invalidParams", names, ["[0].documents[0].documentId"])
}

pub(super) async fn only_view(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Only viewed").await?;
    terms["documents"][0]["action"] = json!("VIEW");
    equal("invalidParams", service.post(PATH, &json!([terms])).await?.invalid_params()?, ["[0].documents"])
}

pub(super) async fn types(service: &Service) -> Result<(), Finding> {
    let pdf = service.upload().await?;
    let text = service.post_document("text/plain", b"text").await?.expect(200)?.json();
    let collection = service.collect(&[&pdf, &text]).await?;
    let mut terms = service.terms("Types").await?;
    terms["documents"] = [pdf, text]
        .iter()
        .map(|document| {
            json!({
                "documentCollectionId": collection["id"],
                "documentId": document["documentId"],
                "action": "SIGN",
            })
        })
        .collect();
    equal("invalidParams", service.post(PATH, &json!([terms])).await?.invalid_params()?, ["[0].documents"])
}

pub(super) async fn flows(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Flows").await?;
    service.create(&terms).await?;
    terms["signingSetup"] = json!([{ "signingFlow": "PKISIGNING", "vendor": "NBID" }]);
    let names = service.post(PATH, &json!([terms])).await?.invalid_params()?;
    equal("invalidParams", names, ["[0].signingSetup[0].signingFlow"])
}

pub(super) async fn taken_along(service: &Service) -> Result<(), Finding> {
    let session = service.create(&service.terms("Taken along").await?).await?;
    service.delete(&path(&session)).await?.expect(204)?;
    let document = session["documents"][0]["documentId"].as_str().unwrap_or_default();
    service.get(&format!("/documents/{document}")).await?.problem(404).map(drop)
}
