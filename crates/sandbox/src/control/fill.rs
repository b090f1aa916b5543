//! Many sessions at once, for tests of long lists and for measurements.

use axum::extract::State;
use contract::{
    DocumentCollection, DocumentCollectionId, DocumentId, DocumentReference, Extra, LifecycleState, MimeType,
    NewSigningSession, Sha256Digest, Signature, SigningSessionId,
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime, Time};

use super::act;
use crate::{
    extract::JsonBody,
    problem::ApiError,
    random,
    service::App,
    step::SessionState,
    store::{
        collections,
        documents::{self, StoredDocument},
        sessions::{self, StoredSession},
        visits::Origin,
    },
};

/// Most sessions that one request makes.
const SESSIONS_MAX: u32 = 1_000_000;
/// Sessions that share a document and its collection.
const PER_DOCUMENT: usize = 20;
/// The oldest session's age; the others are spread evenly over it.
const AGE_MAX: Duration = Duration::days(20);
const TEXT: &[u8] = b"A text that many sessions are about.\n";
/// What titles begin with; a number follows.
const TITLES: [&str; 8] = [
    "Employment contract",
    "Rammeavtale mellom Ærlig Bygg AS og Østre Håndverk",
    "Договор поставки оборудования",
    "Σύμβαση εργασίας αορίστου χρόνου",
    "秘密保持契約書 東京支店",
    "Lease of the northern warehouse, second revision with all annexes",
    "Kaupsamningur um fasteign",
    "عقد توريد",
];

#[derive(Deserialize)]
pub(super) struct Fill {
    sessions: u32,
}

/// `POST /__sandbox/fill {"sessions": n}`: makes sessions of all ages and in all states, all of them or none but the
/// first. The first is really signed; the other signed ones answer with copies of its signature.
pub(super) async fn fill(
    State(app): State<App>,
    origin: Origin,
    JsonBody(Fill { sessions: count }): JsonBody<Fill>,
) -> Result<StatusCode, ApiError> {
    if !(1..=SESSIONS_MAX).contains(&count) {
        return Err(ApiError::param("sessions", format!("must be 1 to {SESSIONS_MAX}")));
    }
    let pin = app.blobs.pin().await;
    let (digest, size) = app.blobs.store(TEXT, app.random.as_ref(), &pin).await?;
    let maker = Maker { app: &app, now: app.clock.now(), digest, size };

    let mut tx = app.store.write().await?;
    let mut place = maker.place(&mut tx).await?;
    let first = maker.session(0, place, Duration::ZERO)?;
    sessions::insert(&mut tx, &first).await?;
    tx.commit().await?;
    // Signing pins files too: a sweep that waits between two pins would wait for ever, and the second one with it.
    drop(pin);
    act::sign_at_once(&app, first.id, &origin).await?;

    let mut tx = app.store.write().await?;
    let first = sessions::find(&mut tx, first.id, maker.now).await?.ok_or(ApiError::NotFound)?;
    let signature = first.signatures.first().ok_or(ApiError::NotFound)?;
    let result = documents::find(&mut tx, signature.result_document_id, maker.now).await?.ok_or(ApiError::NotFound)?;
    let mut open = None;
    for (i, number) in (0..count).enumerate().skip(1) {
        if i % PER_DOCUMENT == 0 {
            place = maker.place(&mut tx).await?;
        }
        let mut session = maker.session(i, place, AGE_MAX * number / count)?;
        match i % 10 {
            0..=5 => open = Some(session.id),
            6 | 7 => session.standing.state = LifecycleState::Signed,
            8 => {
                session.standing.state = LifecycleState::Rejected;
                session.standing.reject_reason = Some("the price is not what was agreed".to_owned());
            }
            _ => wait(&mut session, open),
        }
        sessions::insert(&mut tx, &session).await?;
        if session.standing.state == LifecycleState::Signed {
            maker.copy_signature(&mut tx, &session, signature, &result).await?;
        }
    }
    tx.commit().await?;
    tracing::info!(sessions = count, "the store is filled");
    Ok(StatusCode::NO_CONTENT)
}

fn wait(session: &mut StoredSession, predecessor: Option<SigningSessionId>) {
    let Some(predecessor) = predecessor else { return };
    session.terms.subsequent_to = vec![predecessor];
    session.standing.waits_for = [predecessor].into();
    session.standing.state = LifecycleState::Blocked;
}

/// A document in a collection.
type Place = (DocumentCollectionId, DocumentId);

struct Maker<'a> {
    app: &'a App,
    now: OffsetDateTime,
    /// The text that all documents hold.
    digest: Sha256Digest,
    size: u64,
}

impl Maker<'_> {
    async fn place(&self, db: &mut SqliteConnection) -> Result<Place, ApiError> {
        let random = self.app.random.as_ref();
        let document = StoredDocument {
            id: random::document_id(random, self.now)?,
            mime_type: MimeType::Text,
            digest: self.digest,
            size: self.size,
            created_at: self.now,
            // A session follows and sets it right.
            expires_at: self.now.saturating_add(Duration::MINUTE),
            filename: None,
            description: None,
            title: None,
            signed_as: None,
        };
        documents::insert(db, &document).await?;
        let collection = DocumentCollection {
            id: random::collection_id(random, self.now)?,
            documents: vec![DocumentReference::from(document.id)],
            package_to: Vec::new(),
            output: None,
            extra: Extra::new(),
        };
        collections::insert(db, &collection, self.now).await?;
        Ok((collection.id, document.id))
    }

    /// A session that is READY. Every other is due at midnight, as people set it; the rest 30 days after they were made.
    fn session(&self, i: usize, (collection, document): Place, age: Duration) -> Result<StoredSession, ApiError> {
        let random = self.app.random.as_ref();
        let created_at = self.now.saturating_sub(age);
        let due = if i.is_multiple_of(2) {
            created_at.saturating_add(Duration::days(30))
        } else {
            let days = u32::try_from(i % 40).unwrap_or_default();
            self.now.replace_time(Time::MIDNIGHT).saturating_add(Duration::DAY * (days + 2))
        };
        let title = TITLES.get(i % TITLES.len()).unwrap_or(&"");
        let mut terms: NewSigningSession = serde_json::from_value(json!({
            "title": format!("{title} {i}"),
            "signText": "I have read the text and agree to it.",
            "documents": [{ "documentCollectionId": collection, "documentId": document, "action": "SIGN" }],
            "externalReference": format!("filled-{i}"),
            "signingSetup": [{ "signingFlow": "AUTHENTICATION_BASED", "identityProviders": [{ "idpName": "nbid" }] }],
            "ui": { "language": "nb" },
            "redirectSettings": { "success": "https://portal.example/signed", "cancel": "https://portal.example/later" },
        }))?;
        terms.due_date = Some(due);
        Ok(StoredSession {
            id: random::session_id(random, created_at)?,
            link: random::secret_uuid(random)?,
            created_at,
            standing: SessionState::new([].into(), due, None, created_at),
            terms,
            signatures: Vec::new(),
            packages: Vec::new(),
        })
    }

    async fn copy_signature(
        &self,
        db: &mut SqliteConnection,
        session: &StoredSession,
        signature: &Signature,
        result: &StoredDocument,
    ) -> Result<(), ApiError> {
        let Some(document) = session.terms.documents.first() else { return Ok(()) };
        let result = StoredDocument {
            id: random::document_id(self.app.random.as_ref(), self.now)?,
            expires_at: session.standing.due,
            ..result.clone()
        };
        documents::insert(&mut *db, &result).await?;
        let signature = Signature {
            document_collection_id: document.document_collection_id,
            original_document_id: document.document_id,
            result_document_id: result.id,
            ..signature.clone()
        };
        Ok(sessions::insert_signature(db, session.id, 0, &signature).await?)
    }
}
