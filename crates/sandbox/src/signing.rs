//! The signer's two final acts, done whole or not at all.

use std::error::Error;

use contract::{
    ArchiveDocumentId, DocumentAction, DocumentId, EventName, Extra, MimeType, Signature, SignatureType,
    SigningSessionId,
};
use time::OffsetDateTime;

use crate::{
    control::Moment,
    evidence::{Consent, EvidenceEvent, EvidenceInput, SignedDocument, SignerIdentity, sign_document},
    problem::internal_causes,
    random,
    service::App,
    step::{Effect, Input, Progress, Refused, step},
    store::{
        archive,
        documents::{self, StoredDocument},
        events, packages,
        sessions::{self, StoredSession},
        visits::{self, Event, EventKind, GivenConsent, Identity, Origin, Visit},
    },
};

/// What the test provider claims about its own care; an example of a real level, as the banner says it proves nothing.
const ASSURANCE_LEVEL: &str = "substantial";

/// Why an act is not done. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActError {
    /// There is no such session.
    #[error("there is no such session")]
    Unknown,
    /// The session's state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A document that is to be signed was deleted.
    #[error("document {0} was deleted")]
    DocumentGone(DocumentId),
    /// The service failed; the session is as before, so trying again is right.
    #[error("the act could not be completed")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

internal_causes!(ActError);

/// Which browser acts in which session, and from where.
pub(crate) struct Actor<'a> {
    pub(crate) session: SigningSessionId,
    pub(crate) cookie_hash: &'a str,
    pub(crate) origin: &'a Origin,
}

/// A signature on its way into the store.
struct SignedResult {
    original: StoredDocument,
    result: StoredDocument,
    signature: Signature,
    /// Its id in the archive and how long it stays there, when that is asked for.
    archive: Option<(ArchiveDocumentId, OffsetDateTime)>,
}

/// Signs all documents of a session.
///
/// The signatures' files come first and their rows together with the new state, so
/// that a session is never SIGNED without them. A crash in between leaves it READY.
pub(crate) async fn sign(app: &App, actor: &Actor<'_>) -> Result<(), ActError> {
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    let session = sessions::find(&mut db, actor.session, now).await?.ok_or(ActError::Unknown)?;
    let visit = visits::find(&mut db, actor.cookie_hash, actor.session, now).await?.unwrap_or_default();
    step(session.standing.clone(), Input::Sign(visit.progress(&session.terms)), now)?;
    let Visit { pre_identity, consent: Some(consent), identity: Some(identity), .. } = visit else {
        return Err(Refused::Unfinished.into());
    };
    let mut happened = visits::events(&mut db, actor.session, actor.cookie_hash).await?;
    let signed = EventKind::Signed.as_str().into();
    happened.push(Event { kind: signed, document: None, at: now, origin: actor.origin.clone() });

    let mut to_sign = Vec::new();
    for reference in session.terms.documents.iter().filter(|document| document.action == DocumentAction::Sign) {
        let id = reference.document_id;
        let document = documents::find(&mut db, id, now).await?.ok_or(ActError::DocumentGone(id))?;
        let text = match document.mime_type {
            MimeType::Pdf => None,
            _ => Some(app.blobs.read_all(&document.digest.hex()).await?),
        };
        to_sign.push((reference.document_collection_id, document, text));
    }
    drop(db);

    let testimony = Testimony { session: actor.session, consent, pre_identity, identity, events: happened };
    let sealer = app.clone();
    let sealed = tokio::task::spawn_blocking(move || {
        to_sign
            .into_iter()
            .map(|(collection, document, text)| {
                let xml = testimony.seal(&sealer, &document, text.as_deref(), now)?;
                Ok((collection, document, xml))
            })
            .collect::<Result<Vec<_>, crate::evidence::EvidenceError>>()
    })
    .await??;

    let pin = app.blobs.pin().await;
    let mut results = Vec::new();
    for (collection, original, xml) in sealed {
        let (digest, size) = app.blobs.store(xml.as_bytes(), app.random.as_ref(), &pin).await?;
        let result = StoredDocument {
            id: random::document_id(app.random.as_ref(), now)?,
            mime_type: MimeType::Xml,
            digest,
            size,
            created_at: now,
            expires_at: session.standing.due,
            filename: Some(format!("{}.signature.xml", original.signing_name()))
                .filter(|name| name.chars().count() <= contract::limits::FILENAME_MAX),
            description: None,
            title: None,
            signed_as: None,
        };
        let archive_until = session.terms.archive.as_ref().and_then(|archive| archive.signatures_until(now));
        let archive = match archive_until {
            Some(until) => Some((random::archive_id(app.random.as_ref(), now)?, until)),
            None => None,
        };
        let signature = Signature {
            document_collection_id: collection,
            result_document_id: result.id,
            original_document_id: original.id,
            result_archive_id: archive.map(|(id, _)| id),
            signature_type: SignatureType::Xades,
            extra: Extra::new(),
        };
        results.push(SignedResult { original, result, signature, archive });
    }

    app.crash.at(Moment::SigningBeforeRows);
    let mut tx = app.store.write().await?;
    let session = sessions::find(&mut tx, actor.session, now).await?.ok_or(ActError::Unknown)?;
    let (standing, effects) = step(session.standing, Input::Sign(Progress::COMPLETE), now)?;
    sessions::update(&mut tx, actor.session, &standing).await?;
    visits::record(&mut tx, actor.session, Some(actor.cookie_hash), EventKind::Signed, now, actor.origin).await?;
    let reference = session.terms.external_reference.as_deref();
    events::record(&mut tx, EventName::SessionCompleted, actor.session, reference, now).await?;
    for effect in effects {
        match effect {
            Effect::StoreSignatures => {
                for (position, SignedResult { original, result, signature, archive }) in (0_i64..).zip(&results) {
                    if !documents::settle_name(&mut tx, original.id, &original.signing_name()).await? {
                        // Another signer was first, and the file was renamed just then.
                        drop((tx, pin));
                        return Box::pin(sign(app, actor)).await;
                    }
                    documents::insert(&mut tx, result).await?;
                    sessions::insert_signature(&mut tx, actor.session, position, signature).await?;
                    if let Some((id, until)) = archive {
                        archive::insert(&mut tx, *id, result, *until).await?;
                    }
                }
            }
            Effect::TellSuccessors => tell_successors(&mut tx, actor.session, now).await?,
            Effect::MakePackagesDue => drop(packages::due_after(&mut tx, actor.session, now).await?),
        }
    }
    app.crash.at(Moment::SigningBeforeCommit);
    tx.commit().await?;
    app.crash.at(Moment::SigningAfterCommit);
    drop(pin);
    app.packaging.wake();
    tracing::info!(session.id = %actor.session, signatures = results.len(), "session {} is signed", actor.session);
    Ok(())
}

/// Rejects a session for good.
pub(crate) async fn reject(app: &App, actor: &Actor<'_>, reason: Option<String>) -> Result<(), ActError> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    let session = sessions::find(&mut tx, actor.session, now).await?.ok_or(ActError::Unknown)?;
    let (standing, effects) = step(session.standing, Input::Reject(reason), now)?;
    sessions::update(&mut tx, actor.session, &standing).await?;
    visits::record(&mut tx, actor.session, Some(actor.cookie_hash), EventKind::Rejected, now, actor.origin).await?;
    let reference = session.terms.external_reference.as_deref();
    events::record(&mut tx, EventName::SessionRejected, actor.session, reference, now).await?;
    if effects.contains(&Effect::MakePackagesDue) {
        packages::due_after(&mut tx, actor.session, now).await?;
    }
    tx.commit().await?;
    app.packaging.wake();
    tracing::info!(session.id = %actor.session, "session {} is rejected", actor.session);
    Ok(())
}

async fn tell_successors(
    db: &mut sqlx::SqliteConnection,
    signed: SigningSessionId,
    now: OffsetDateTime,
) -> Result<(), ActError> {
    for id in sessions::successors(db, signed).await? {
        // A successor that was deleted or swept has nothing left to be told.
        let Some(StoredSession { standing, .. }) = sessions::find(db, id, now).await? else { continue };
        let (standing, _) = step(standing, Input::PredecessorSigned(signed), now)?;
        sessions::update(db, id, &standing).await?;
    }
    Ok(())
}

/// What is said about every document of one act.
struct Testimony {
    session: SigningSessionId,
    consent: GivenConsent,
    pre_identity: Option<Identity>,
    identity: Identity,
    events: Vec<Event>,
}

impl Testimony {
    fn seal(
        &self,
        app: &App,
        document: &StoredDocument,
        text: Option<&[u8]>,
        now: OffsetDateTime,
    ) -> Result<String, crate::evidence::EvidenceError> {
        let events: Vec<EvidenceEvent<'_>> = self
            .events
            .iter()
            .map(|event| EvidenceEvent {
                kind: &event.kind,
                document: event.document,
                at: event.at,
                ip: event.origin.ip.as_deref(),
                user_agent: event.origin.user_agent.as_deref(),
            })
            .collect();
        let input = EvidenceInput {
            session: self.session,
            document: SignedDocument {
                id: document.id,
                filename: &document.signing_name(),
                mime_type: &document.mime_type,
                digest: document.digest,
                size: document.size,
                text,
            },
            signer: vouched_for(&self.identity),
            pre_authenticated: self.pre_identity.as_ref().map(vouched_for),
            consent: Some(Consent {
                text: &self.consent.text,
                language: self.consent.language.as_str(),
                given_at: self.consent.at,
            }),
            events: &events,
        };
        sign_document(&app.authority, &input, now)
    }
}

/// What the test provider says about a person.
fn vouched_for(identity: &Identity) -> SignerIdentity<'_> {
    SignerIdentity {
        name: &identity.name,
        subject: &identity.subject,
        national_id: identity.national_id.as_deref(),
        provider: &identity.provider,
        assurance_level: ASSURANCE_LEVEL,
        authenticated_at: identity.at,
        transaction_id: &identity.transaction_id,
        token: &identity.token,
    }
}
