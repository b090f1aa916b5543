//! Taking over what the signing API says of a session.

use app::model::{Moment, Packaging, ResultKind, SessionId};
use contract::{LifecycleState, MimeType, PackageType, SignatureType, SigningSession, SigningSessionId, final_state};
use futures_util::{StreamExt, stream};
use upstream::{SigningApi, UpstreamError};

use super::moment;
use crate::{
    rights::Reach,
    state::Portal,
    store::{
        StoreError,
        sessions::{SessionRecord, results::ResultRecord},
    },
};

/// For how long after signing a sealed package is waited for. Making one takes seconds; one
/// that failed for good is never heard of again.
const PACKAGE_PATIENCE: time::Duration = time::Duration::hours(1);
/// How many results of a session are asked about at once.
const METADATA_AT_ONCE: usize = 8;

/// Writes into `session` what the API says of it at `now`. What was final stays so: an
/// answer that was overtaken on its way takes nothing back. Signed is not final while
/// a package is on its way.
pub fn apply(session: &mut SessionRecord, seen: &SigningSession, now: Moment) {
    if session.api_final {
        // Later than the portal cared to wait for, but there.
        if session.packaging == Packaging::Failed && has_package(seen) {
            session.packaging = Packaging::Made;
        }
        return;
    }
    let is_final = seen.lifecycle.state_is_final || final_state(&seen.lifecycle.state);
    let is_patient =
        !session.is_signed() || i128::from(now.since(session.updated)) < PACKAGE_PATIENCE.whole_milliseconds();
    session.gone = false;
    session.api_state = Some(seen.lifecycle.state.clone());
    session.api_final = is_final && !(awaits_package(seen) && is_patient);
    session.packaging = match session.packaging {
        _ if has_package(seen) => Packaging::Made,
        _ if seen.terms.package_to.is_empty() => Packaging::None,
        _ if !is_patient => Packaging::Failed,
        Packaging::Failed => Packaging::Failed,
        _ => Packaging::Awaited,
    };
    session.link_expires = seen.signature_url_expires_at.map(moment::of_time);
    session.reject_reason.clone_from(&seen.lifecycle.reject_reason);
}

fn has_package(seen: &SigningSession) -> bool {
    seen.output.as_ref().is_some_and(|output| !output.packages.is_empty())
}

fn awaits_package(seen: &SigningSession) -> bool {
    seen.lifecycle.state == LifecycleState::Signed && !seen.terms.package_to.is_empty() && !has_package(seen)
}

/// Why a session could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The API does not answer; ask later.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Asks the API about one session, which it knows as `upstream`, and records what changed.
///
/// # Errors
/// As [`RefreshError`] says.
pub async fn refresh(portal: &Portal, session: &SessionRecord, upstream: SigningSessionId) -> Result<(), RefreshError> {
    match portal.upstream.session(upstream).await {
        Ok(seen) => Ok(record_news(portal, session, &seen).await?),
        Err(UpstreamError::NotFound(_)) if session.gone => Ok(()),
        Err(UpstreamError::NotFound(_)) => Ok(record_gone(portal, session.id).await?),
        Err(error) => Err(error.into()),
    }
}

/// Records what the API says of a session, unless that is known.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn record_news(portal: &Portal, known: &SessionRecord, seen: &SigningSession) -> Result<(), StoreError> {
    let mut after = known.clone();
    apply(&mut after, seen, portal.moment());
    if after == *known { Ok(()) } else { record(portal, known.id, seen).await }
}

/// The files that signing made so far.
#[must_use]
pub fn results(seen: &SigningSession) -> Vec<ResultRecord> {
    let Some(output) = &seen.output else { return Vec::new() };
    let result = |document, kind, original| ResultRecord { document, kind, original, mime_type: None, api_hash: None };
    let signatures = output.signatures.iter().map(|signature| {
        let kind = match signature.signature_type {
            SignatureType::Xades => ResultKind::Xades,
            SignatureType::Pades => ResultKind::Pades,
            SignatureType::Other(_) => ResultKind::Other,
        };
        result(signature.result_document_id, kind, Some(signature.original_document_id))
    });
    let packages = output.packages.iter().map(|package| {
        let kind = match package.package_type {
            PackageType::PadesContainer => ResultKind::Package,
            PackageType::Other(_) => ResultKind::Other,
        };
        result(package.result_document_id, kind, None)
    });
    signatures.chain(packages).collect()
}

/// Asks the API for a result's type and hash. One that is deleted already is
/// taken for a file of unknown type, so that nobody asks again.
///
/// # Errors
/// The API does not answer; ask later.
pub async fn ask_about(api: &dyn SigningApi, result: &mut ResultRecord) -> Result<(), UpstreamError> {
    match api.document(result.document).await {
        Ok(document) => {
            result.api_hash = document.document_hash.sha256();
            result.mime_type = Some(document.mime_type);
        }
        Err(UpstreamError::NotFound(_)) => result.mime_type = Some(MimeType::from("application/octet-stream")),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Records what the API says of a session, with the results that it made, as one change.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn record(portal: &Portal, id: SessionId, seen: &SigningSession) -> Result<(), StoreError> {
    let mut made = results(seen);
    let asking = stream::iter(&mut made).for_each_concurrent(METADATA_AT_ONCE, |result| async move {
        // Without an answer the result is shown without its hash; the poller asks again.
        if let Err(error) = ask_about(portal.upstream.as_ref(), result).await {
            tracing::debug!(session.id = %id, document.id = %result.document, %error, "result's metadata not read");
        }
    });
    asking.await;
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    let before = session.clone();
    apply(&mut session, seen, now);
    for result in &made {
        change.put_result(id, result).await?;
    }
    change.save_session(&session, now).await?;
    if before.is_signed() && session != before {
        // It stands as before, but pages have a package to show, or none to wait for.
        change.append_event(id, session.standing(now), now).await?;
    }
    portal.commit(change).await
}

/// Records that the service said that it cannot make the package, unless there is one.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn record_package_failed(portal: &Portal, id: SessionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    if session.packaging != Packaging::Awaited || !session.is_signed() {
        return Ok(());
    }
    session.packaging = Packaging::Failed;
    change.save_session(&session, now).await?;
    change.append_event(id, session.standing(now), now).await?;
    portal.commit(change).await
}

/// Records that the API has no such session (any more).
///
/// # Errors
/// As [`StoreError`] says.
pub async fn record_gone(portal: &Portal, id: SessionId) -> Result<(), StoreError> {
    let now = portal.moment();
    let mut change = portal.store.write().await?;
    let Some(mut session) = change.session(Reach::PORTAL, id).await? else { return Ok(()) };
    session.gone = true;
    change.save_session(&session, now).await?;
    portal.commit(change).await
}
