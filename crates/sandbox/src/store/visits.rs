//! Rows of visits (a signer's browser on its way through a session) and of what happened there.

use std::collections::BTreeSet;

use contract::{DocumentId, EventName, Language, NewSigningSession, SigningSessionId};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use time::{Duration, OffsetDateTime};

use super::{StoreError, events, id, moment, nanos, sessions::StoredSession};
use crate::step::Progress;

/// How long a visit lasts. Whoever takes longer starts anew, and authenticates again.
pub(super) const VISIT_LIFE: Duration = Duration::hours(1);

/// How far one browser came in one session.
#[derive(Clone, Default)]
pub(crate) struct Visit {
    /// Who was let in, when the session asks for authentication before the documents.
    pub(crate) pre_identity: Option<Identity>,
    /// The documents that the signer has read.
    pub(crate) read: BTreeSet<DocumentId>,
    pub(crate) consent: Option<GivenConsent>,
    /// Who signs.
    pub(crate) identity: Option<Identity>,
}

impl Visit {
    /// How far that is on the way that the session asks for.
    pub(crate) fn progress(&self, terms: &NewSigningSession) -> Progress {
        Progress {
            let_in: !terms.pre_authentication.as_ref().is_some_and(|asked| asked.enabled)
                || self.pre_identity.is_some(),
            viewed: terms.documents.iter().all(|document| self.read.contains(&document.document_id)),
            consented: self.consent.is_some(),
            authenticated: self.identity.is_some(),
        }
    }
}

/// What the signer consented to, word for word as it was shown.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GivenConsent {
    pub(crate) text: String,
    pub(crate) language: Language,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// Who the test identity provider says the signer is. Personal data: never logged.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) national_id: Option<String>,
    pub(crate) subject: String,
    pub(crate) provider: String,
    pub(crate) transaction_id: String,
    /// The provider's signed assertion.
    pub(crate) token: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
}

/// Starts a visit: the signer opened the link. The first one to a session is an event.
pub(crate) async fn begin(
    db: &mut SqliteConnection,
    cookie_hash: &str,
    session: &StoredSession,
    now: OffsetDateTime,
    origin: &Origin,
) -> Result<(), StoreError> {
    let opened: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM event WHERE session_id = ? AND kind = ?)")
        .bind(session.id.to_string())
        .bind(EventKind::Opened.as_str())
        .fetch_one(&mut *db)
        .await?;
    if !opened {
        let reference = session.terms.external_reference.as_deref();
        events::record(db, EventName::SessionOpened, session.id, reference, now).await?;
    }
    sqlx::query("INSERT INTO visit (cookie_hash, session_id, started_at) VALUES (?, ?, ?)")
        .bind(cookie_hash)
        .bind(session.id.to_string())
        .bind(nanos(now))
        .execute(&mut *db)
        .await?;
    record(db, session.id, Some(cookie_hash), EventKind::Opened, now, origin).await
}

/// The visit with this cookie, if it is one to this session and not over at `now`.
pub(crate) async fn find(
    db: &mut SqliteConnection,
    cookie_hash: &str,
    session: SigningSessionId,
    now: OffsetDateTime,
) -> Result<Option<Visit>, StoreError> {
    type Columns = (Option<String>, String, Option<String>, Option<String>);
    let row: Option<Columns> = sqlx::query_as(
        "SELECT pre_identity, read_documents, consent, identity FROM visit
         WHERE cookie_hash = ? AND session_id = ? AND started_at > ?",
    )
    .bind(cookie_hash)
    .bind(session.to_string())
    .bind(nanos(now.saturating_sub(VISIT_LIFE)))
    .fetch_optional(db)
    .await?;
    let Some((pre_identity, read, consent, identity)) = row else { return Ok(None) };
    Ok(Some(Visit {
        pre_identity: pre_identity.as_deref().map(serde_json::from_str).transpose()?,
        read: serde_json::from_str(&read)?,
        consent: consent.as_deref().map(serde_json::from_str).transpose()?,
        identity: identity.as_deref().map(serde_json::from_str).transpose()?,
    }))
}

/// Stores how far the visit came.
pub(crate) async fn update(db: &mut SqliteConnection, cookie_hash: &str, visit: &Visit) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE visit SET pre_identity = ?, read_documents = ?, consent = ?, identity = ? WHERE cookie_hash = ?",
    )
    .bind(visit.pre_identity.as_ref().map(serde_json::to_string).transpose()?)
    .bind(serde_json::to_string(&visit.read)?)
    .bind(visit.consent.as_ref().map(serde_json::to_string).transpose()?)
    .bind(visit.identity.as_ref().map(serde_json::to_string).transpose()?)
    .bind(cookie_hash)
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the visit: the signer put it off, so that who comes next starts anew.
pub(crate) async fn end(db: &mut SqliteConnection, cookie_hash: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM visit WHERE cookie_hash = ?").bind(cookie_hash).execute(db).await?;
    Ok(())
}

/// What happened in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// The signer opened the link.
    Opened,
    /// The test identity provider vouched for whoever was then shown the documents.
    PreAuthenticated,
    /// The document was shown and the signer has read it.
    Viewed(DocumentId),
    /// The signer consented to the text.
    Consented,
    /// The test identity provider vouched for the signer.
    Authenticated,
    /// The authenticated person was not the intended signer.
    AuthenticationFailed,
    /// The signer signed.
    Signed,
    /// The signer rejected.
    Rejected,
    /// The signer put it off.
    Cancelled,
}

impl EventKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::PreAuthenticated => "pre-authenticated",
            Self::Viewed(_) => "viewed",
            Self::Consented => "consented",
            Self::Authenticated => "authenticated",
            Self::AuthenticationFailed => "authentication-failed",
            Self::Signed => "signed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }

    fn document(self) -> Option<DocumentId> {
        if let Self::Viewed(document) = self { Some(document) } else { None }
    }
}

/// Where a request came from. Personal data: for the evidence only.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// Something that happened.
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) document: Option<DocumentId>,
    pub(crate) at: OffsetDateTime,
    pub(crate) origin: Origin,
}

/// Adds an event.
pub(crate) async fn record(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    cookie_hash: Option<&str>,
    kind: EventKind,
    at: OffsetDateTime,
    origin: &Origin,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO event (session_id, visit, kind, document_id, at, ip, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(session.to_string())
    .bind(cookie_hash)
    .bind(kind.as_str())
    .bind(kind.document().map(|document| document.to_string()))
    .bind(nanos(at))
    .bind(&origin.ip)
    .bind(&origin.user_agent)
    .execute(db)
    .await?;
    Ok(())
}

/// All that happened in one visit, in order.
pub(crate) async fn events(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    cookie_hash: &str,
) -> Result<Vec<Event>, StoreError> {
    type Columns = (String, Option<String>, i64, Option<String>, Option<String>);
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT kind, document_id, at, ip, user_agent FROM event WHERE session_id = ? AND visit = ? ORDER BY id",
    )
    .bind(session.to_string())
    .bind(cookie_hash)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(kind, document, at, ip, user_agent)| {
            let document = document.as_deref().map(id).transpose()?;
            Ok(Event { kind, document, at: moment(at)?, origin: Origin { ip, user_agent } })
        })
        .collect()
}

/// How often somebody else than the intended signer tried to authenticate after `since`, from whichever browser.
pub(crate) async fn failed_authentications(
    db: &mut SqliteConnection,
    session: SigningSessionId,
    since: OffsetDateTime,
) -> Result<u32, StoreError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM event WHERE session_id = ? AND kind = ? AND at > ?")
        .bind(session.to_string())
        .bind(EventKind::AuthenticationFailed.as_str())
        .bind(nanos(since))
        .fetch_one(db)
        .await?)
}
