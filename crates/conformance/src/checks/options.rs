//! What a session may be asked for beside documents and set-up.

use contract::{Language, limits};
use serde_json::json;
use time::Duration;

use super::{
    moment, rfc3339,
    sessions::{PATH, refuses},
};
use crate::{
    Finding,
    service::{Service, equal, holds},
};

/// What two moments of one service may differ by: requests take their time.
const LEEWAY: Duration = Duration::minutes(1);

/// The service's own time.
async fn now(service: &Service) -> Result<time::OffsetDateTime, Finding> {
    moment("createdAt", &service.upload().await?["createdAt"])
}

pub(super) async fn due_date_limit(service: &Service) -> Result<(), Finding> {
    let last = now(service).await? + Duration::days(limits::DUE_DATE_MAX_DAYS);
    let mut terms = service.terms("Due").await?;
    terms["dueDate"] = json!(rfc3339(last - LEEWAY));
    let session = service.create(&terms).await?;
    equal("dueDate", moment("dueDate", &session["dueDate"])?, moment("dueDate", &terms["dueDate"])?)?;
    refuses(service, &[("dueDate", json!(rfc3339(last + Duration::hours(1))))]).await
}

pub(super) async fn due_date_default(service: &Service) -> Result<(), Finding> {
    let due = now(service).await? + Duration::days(limits::DUE_DATE_DEFAULT_DAYS);
    let session = service.create(&service.terms("Due").await?).await?;
    let off = moment("dueDate", &session["dueDate"])? - due;
    holds("dueDate", off.abs() < LEEWAY, &rfc3339(due), &session["dueDate"])?;
    equal("signatureUrlExpiresAt", &session["signatureUrlExpiresAt"], &session["dueDate"])
}

pub(super) async fn due_date_past(service: &Service) -> Result<(), Finding> {
    let past = now(service).await? - Duration::hours(1);
    let mut terms = service.terms("Due").await?;
    terms["dueDate"] = json!(rfc3339(past));
    equal("invalidParams", service.post(PATH, &json!([terms])).await?.invalid_params()?, ["[0].dueDate"])
}

pub(super) async fn ttl_limits(service: &Service) -> Result<(), Finding> {
    let expires = now(service).await? + Duration::minutes(limits::SIGNATURE_URL_TTL_MIN.into());
    let mut terms = service.terms("Link").await?;
    terms["signatureUrlTTL"] = json!(limits::SIGNATURE_URL_TTL_MIN);
    let session = service.create(&terms).await?;
    let got = &session["signatureUrlExpiresAt"];
    let off = moment("signatureUrlExpiresAt", got)? - expires;
    holds("signatureUrlExpiresAt", off.abs() < LEEWAY, &rfc3339(expires), got)?;
    terms["signatureUrlTTL"] = json!(limits::SIGNATURE_URL_TTL_MAX);
    service.create(&terms).await?;
    let wrong = [limits::SIGNATURE_URL_TTL_MIN - 1, limits::SIGNATURE_URL_TTL_MAX + 1];
    refuses(service, &wrong.map(|minutes| ("signatureUrlTTL", json!(minutes)))).await
}

pub(super) async fn languages(service: &Service) -> Result<(), Finding> {
    let mut terms = service.terms("Language").await?;
    for language in Language::KNOWN {
        terms["ui"] = json!({ "language": language });
        service.create(&terms).await?;
    }
    refuses(service, &[("ui", json!({ "language": "no" }))]).await
}

pub(super) async fn archive(service: &Service) -> Result<(), Finding> {
    refuses(service, &[("archive", json!({ "sendSignatureResultsToArchive": true }))]).await
}

pub(super) async fn redirects(service: &Service) -> Result<(), Finding> {
    let address = "https://a.example/";
    refuses(
        service,
        &[
            ("redirectSettings", json!({ "success": address })),
            ("redirectSettings", json!({ "success": address, "cancel": address, "error": "javascript:alert(1)" })),
        ],
    )
    .await
}

pub(super) async fn validations(service: &Service) -> Result<(), Finding> {
    refuses(service, &[("signer", json!({ "validations": ["NATIONAL_IDENTIFICATION_NUMBER"] }))]).await
}
