//! What clients that are in use send, beside or against the letter.

use serde_json::{Value, json};

use super::sessions::PATH;
use crate::{
    Finding,
    service::{PDF, Service, equal},
};

pub(super) async fn foreign_parameters(service: &Service) -> Result<(), Finding> {
    let page = service.get(&format!("{PATH}?&limit=10&&signicat-accountId=x&sort=")).await?.expect(200)?.json();
    equal("limit", &page["limit"], 10)
}

pub(super) async fn old_session(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Old").await?;
    terms["senderDisplayName"] = json!("Utleie AS");
    terms["documents"][0]["description"] = json!("The lease");
    terms["signer"] = json!({ "email": "ola@example.org", "mobile": "+4799999999" });
    terms["signingSetup"][0]["requestedAttributes"] = json!(["nin", "name"]);
    terms["lifecycle"] = json!({ "state": "SIGNED" });
    let session = service.create(&terms).await?;
    equal("state", &session["lifecycle"]["state"], "READY")
}

pub(super) async fn empty_options(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Empty").await?;
    for (name, value) in [
        ("signatureUrlTTL", json!(0)),
        ("signText", Value::Null),
        ("dueDate", Value::Null),
        ("externalReference", Value::Null),
        ("subsequentTo", json!([])),
        ("packageTo", json!([])),
        ("signer", json!({ "nationalIdentificationNumber": null, "validations": [] })),
        ("archive", json!({})),
        ("preAuthentication", Value::Null),
        ("ui", json!({})),
        ("redirectSettings", json!({})),
    ] {
        terms[name] = value;
    }
    terms["signingSetup"][0]["identityProviders"] = json!([]);
    terms["signingSetup"][0]["additionalParameters"] = json!({});
    let session = service.create(&terms).await?;
    equal("signatureUrlExpiresAt", &session["signatureUrlExpiresAt"], &session["dueDate"])
}

pub(super) async fn multipart(service: &Service) -> Result<(), Finding> {
    let head = b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Type: application/pdf\r\n\r\n";
    let body = [head.as_slice(), PDF, b"\r\n--x--\r\n"].concat();
    service.post_document("application/pdf", &body).await?.problem(400).map(drop)
}
