//! What a request for a session must satisfy beside `contract`'s own rules, and what is stored of it.

use std::collections::{BTreeSet, HashMap};

use contract::{
    DocumentAction, DocumentCollectionId, InvalidParam, LifecycleState, MimeType, NewSigningSession, SigningFlow,
    SigningSessionId, limits,
};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::{
    packaging::BYTES_MAX,
    store::{StoreError, collections, documents, packages, sessions},
};

/// Signing flow per collection, of the sessions that earlier elements of the same array ask for.
pub(super) type Flows = HashMap<DocumentCollectionId, SigningFlow>;

/// Checks one request against what is stored. Answers the sessions that it has to wait for.
pub(super) async fn check(
    db: &mut SqliteConnection,
    request: &NewSigningSession,
    flows: &mut Flows,
    now: OffsetDateTime,
    findings: &mut Vec<InvalidParam>,
) -> Result<BTreeSet<SigningSessionId>, StoreError> {
    check_redirects(request, findings);
    check_documents(db, request, now, findings).await?;
    check_flow(db, request, flows, findings).await?;
    let mut waits_for = BTreeSet::new();
    for (i, predecessor) in request.subsequent_to.iter().enumerate() {
        match sessions::find(db, *predecessor, now).await? {
            None => findings.push(InvalidParam::new(format!("subsequentTo[{i}]"), "there is no such session")),
            Some(session) if session.standing.state == LifecycleState::Signed => {}
            Some(_) => drop(waits_for.insert(*predecessor)),
        }
    }
    Ok(waits_for)
}

/// The addresses end up in a header, so they must be addresses to the last letter.
fn check_redirects(request: &NewSigningSession, findings: &mut Vec<InvalidParam>) {
    let Some(redirects) = &request.redirect_settings else { return };
    let urls = [
        ("success", &redirects.success),
        ("cancel", &redirects.cancel),
        ("error", &redirects.error),
        ("reject", &redirects.reject),
    ];
    for (name, url) in urls {
        let name = format!("redirectSettings.{name}");
        let bad = url.as_deref().is_some_and(|url| Url::parse(url).is_err());
        if bad && findings.iter().all(|finding| finding.name != name) {
            findings.push(InvalidParam::new(name, "must be an http or https address"));
        }
    }
}

async fn check_documents(
    db: &mut SqliteConnection,
    request: &NewSigningSession,
    now: OffsetDateTime,
    findings: &mut Vec<InvalidParam>,
) -> Result<(), StoreError> {
    let mut mime_types: BTreeSet<MimeType> = BTreeSet::new();
    let mut to_sign = 0_u64;
    for (i, reference) in request.documents.iter().enumerate() {
        let mut bad = |field: &str, reason: &str| {
            findings.push(InvalidParam::new(format!("documents[{i}].{field}"), reason));
        };
        match documents::find(db, reference.document_id, now).await? {
            Some(document) => {
                mime_types.insert(document.mime_type);
                if reference.action == DocumentAction::Sign {
                    to_sign = to_sign.saturating_add(document.size);
                }
            }
            None => bad("documentId", "there is no such document, or it is deleted"),
        }
        match collections::find(db, reference.document_collection_id).await? {
            None => bad("documentCollectionId", "there is no such collection, or it is deleted"),
            Some(collection) if collection.documents.iter().all(|d| d.document_id != reference.document_id) => {
                bad("documentId", "is not in this collection");
            }
            Some(_) if packages::is_closed(db, reference.document_collection_id).await? => {
                bad("documentCollectionId", "is closed, as its package is made; make a new collection");
            }
            Some(_) => {}
        }
    }
    if !request.package_to.is_empty() && to_sign > BYTES_MAX {
        let reason = format!("to SIGN must together be at most {BYTES_MAX} bytes to be packaged, are {to_sign}");
        findings.push(InvalidParam::new("documents", reason));
    }
    if mime_types.len() > 1 {
        let types: Vec<&str> = mime_types.iter().map(MimeType::as_str).collect();
        let reason = format!("must all be of one type, are {}", types.join(" and "));
        findings.push(InvalidParam::new("documents", reason));
    }
    Ok(())
}

async fn check_flow(
    db: &mut SqliteConnection,
    request: &NewSigningSession,
    flows: &mut Flows,
    findings: &mut Vec<InvalidParam>,
) -> Result<(), StoreError> {
    let Some(flow) = request.signing_setup.first().map(|setup| &setup.signing_flow) else { return Ok(()) };
    let collections: BTreeSet<DocumentCollectionId> =
        request.documents.iter().map(|document| document.document_collection_id).collect();
    let is_pki = *flow == SigningFlow::PkiSigning;
    if is_pki && !request.package_to.is_empty() {
        findings.push(InvalidParam::new("packageTo", format!("cannot be mixed with {flow}; leave it out")));
    }
    for collection in collections {
        if is_pki && collections::find(db, collection).await?.is_some_and(|c| !c.package_to.is_empty()) {
            let reason = format!("must not be {flow}, as the collection {collection} has packageTo");
            findings.push(InvalidParam::new("signingSetup[0].signingFlow", reason));
        }
        let stored = collections::flow(db, collection).await?;
        let present = stored.as_ref().unwrap_or_else(|| flows.entry(collection).or_insert_with(|| flow.clone()));
        if present != flow {
            let reason = format!("must be {present}, as of the other sessions on the collection {collection}");
            findings.push(InvalidParam::new("signingSetup[0].signingFlow", reason));
        }
    }
    Ok(())
}

/// The request as it is stored and answered: defaults filled in, unknown fields dropped.
pub(super) fn settle(mut request: NewSigningSession, now: OffsetDateTime) -> (NewSigningSession, OffsetDateTime) {
    let due = request.due_date.unwrap_or_else(|| now.saturating_add(Duration::days(limits::DUE_DATE_DEFAULT_DAYS)));
    request.due_date = Some(due);
    request.signature_url_ttl = request.signature_url_ttl.filter(|minutes| *minutes != 0);
    forget_unknown_fields(&mut request);
    (request, due)
}

/// What this service does not understand it does not repeat: an unknown field named
/// `lifecycle`, say, would come out beside the real one.
fn forget_unknown_fields(request: &mut NewSigningSession) {
    request.extra.clear();
    request.documents.iter_mut().for_each(|document| document.extra.clear());
    for setup in &mut request.signing_setup {
        setup.extra.clear();
        setup.identity_providers.iter_mut().for_each(|provider| provider.extra.clear());
    }
    request.signer.iter_mut().for_each(|signer| signer.extra.clear());
    request.archive.iter_mut().for_each(|archive| archive.extra.clear());
    if let Some(settings) = &mut request.pre_authentication {
        settings.extra.clear();
        settings.identity_providers.iter_mut().for_each(|provider| provider.extra.clear());
    }
    request.ui.iter_mut().for_each(|ui| ui.extra.clear());
    request.redirect_settings.iter_mut().for_each(|redirects| redirects.extra.clear());
}
