//! Sessions, their documents and results, and what is left to delete at the API.
//!
//! A session changes in one way: it is read in a write transaction, changed as a
//! value, and [`save`]d, which also records the event when its standing changed.
//!
//! It is found only within a [`Reach`], and what belongs to it only by its record.
//! The portal's own rounds over all sessions say so by their names.

pub mod documents;
pub mod health;
pub mod leftovers;
mod list;
pub mod results;

use app::model::{Moment, SessionId, Standing, TeamId};
use contract::{DocumentCollectionId, Language, LifecycleState, Sha256Digest, SigningSessionId};
use sqlx::{Row, sqlite::SqliteRow};
use uuid::Uuid;

use super::{Connection, StoreError, events};
use crate::{
    rights::Reach,
    sessions::{Facts, Packaging, Step, standing},
};

pub use list::{Found, list};

/// A session that somebody wants sent, on its way into its first row.
#[derive(Debug)]
pub struct NewSessionRow<'a> {
    /// Its id, which is also its external reference at the API.
    pub id: SessionId,
    /// Who sends it.
    pub owner: Uuid,
    /// The owner's team, whose it stays.
    pub team: TeamId,
    /// What the browser calls this attempt; unique per owner.
    pub idempotency_key: &'a str,
    /// Hash of the request, to tell a repetition from another request.
    pub request_hash: Sha256Digest,
    /// Title shown to the signer.
    pub title: &'a str,
    /// Who is to sign, as staff wrote it.
    pub signer: &'a str,
    /// When it must be signed.
    pub due: Moment,
    /// What the signer consents to.
    pub sign_text: Option<&'a str>,
    /// Language of the signer's pages.
    pub language: &'a Language,
}

/// A session's row.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRecord {
    /// Its id, which is also its external reference at the API.
    pub id: SessionId,
    /// Who sent it.
    pub owner: Uuid,
    /// Whose it is.
    pub team: TeamId,
    /// Hash of the request that made it.
    pub request_hash: Sha256Digest,
    /// Title shown to the signer.
    pub title: String,
    /// Who is to sign, as staff wrote it.
    pub signer: String,
    /// When it must be signed.
    pub due: Moment,
    /// What the signer consents to.
    pub sign_text: Option<String>,
    /// Language of the signer's pages.
    pub language: Language,
    /// How far the portal got with sending it.
    pub step: Step,
    /// When the request that creates it at the API was about to go.
    pub send_started: Option<Moment>,
    /// Listings after the quiet time that did not show it.
    pub clean_scans: u32,
    /// The API's collection of its documents.
    pub collection: Option<DocumentCollectionId>,
    /// The API's id of it.
    pub upstream: Option<SigningSessionId>,
    /// The state that the API last reported.
    pub api_state: Option<LifecycleState>,
    /// Whether the API said that this state is final.
    pub api_final: bool,
    /// Whether the API said that it has no such session (any more).
    pub gone: bool,
    /// How its sealed package stands.
    pub packaging: Packaging,
    /// When the signing link dies, if it is known.
    pub link_expires: Option<Moment>,
    /// Why the signer rejected, if a reason was given.
    pub reject_reason: Option<String>,
    /// Why it was not sent, if it was not.
    pub failure: Option<String>,
    /// When it was made.
    pub created: Moment,
    /// When anything about it last changed.
    pub updated: Moment,
    /// The standing of its last event.
    announced: Standing,
}

impl SessionRecord {
    /// How it stands at `now`.
    #[must_use]
    pub fn standing(&self, now: Moment) -> Standing {
        let Self { step, api_state, due, gone, .. } = self;
        standing(&Facts { step: *step, api_state: api_state.clone(), due: *due, gone: *gone }, now)
    }

    /// Whether the API said that it is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.api_state == Some(LifecycleState::Signed)
    }

    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        let text = |column| row.try_get::<String, _>(column);
        let moment = |column| row.try_get::<Option<i64>, _>(column).map(|millis| millis.map(Moment));
        Ok(Self {
            id: SessionId(row.try_get("id")?),
            owner: row.try_get("owner")?,
            team: TeamId(row.try_get("team")?),
            request_hash: digest(row.try_get("request_hash")?, "request hash")?,
            title: text("title")?,
            signer: text("signer")?,
            due: Moment(row.try_get("due")?),
            sign_text: row.try_get("sign_text")?,
            language: Language::from(text("language")?),
            step: text("step")?.parse().map_err(|_| StoreError::Corrupt("step"))?,
            send_started: moment("send_started_at")?,
            clean_scans: row.try_get("clean_scans")?,
            collection: row.try_get::<Option<Uuid>, _>("collection")?.map(DocumentCollectionId::new),
            upstream: row.try_get::<Option<Uuid>, _>("upstream_session")?.map(SigningSessionId::new),
            api_state: row.try_get::<Option<String>, _>("api_state")?.map(LifecycleState::from),
            api_final: row.try_get("api_final")?,
            gone: row.try_get("gone")?,
            packaging: text("packaging")?.parse().map_err(|_| StoreError::Corrupt("packaging"))?,
            link_expires: moment("link_expires_at")?,
            reject_reason: row.try_get("reject_reason")?,
            failure: row.try_get("failure")?,
            created: Moment(row.try_get("created_at")?),
            updated: Moment(row.try_get("updated_at")?),
            announced: standing_of(&text("standing")?)?,
        })
    }
}

/// Stores a plan.
///
/// # Errors
/// [`StoreError::Duplicate`] when the owner used the key before; otherwise as [`StoreError`] says.
pub async fn insert(connection: &mut Connection, new: &NewSessionRow<'_>, now: Moment) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, owner, team, idempotency_key, request_hash, title, signer, due, sign_text, language,
             searchable, step, standing, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.0)
    .bind(new.owner)
    .bind(new.team.0)
    .bind(new.idempotency_key)
    .bind(new.request_hash.bytes().as_slice())
    .bind(new.title)
    .bind(new.signer)
    .bind(new.due.0)
    .bind(new.sign_text)
    .bind(new.language.as_str())
    .bind(list::searchable(new.title, new.signer))
    .bind(Step::Planned.name())
    .bind(Standing::Sending.slug())
    .bind(now.0)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    events::append(connection, new.id, Standing::Sending, now).await
}

/// Finds a session within reach.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find(
    connection: &mut Connection,
    reach: Reach,
    id: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM sessions WHERE id = ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3)",
    )
    .bind(id.0)
    .bind(reach.team())
    .bind(reach.owner())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(SessionRecord::from_row).transpose()
}

/// Finds the session that an owner made under an idempotency key.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find_by_key(
    connection: &mut Connection,
    owner: Uuid,
    key: &str,
) -> Result<Option<SessionRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE owner = ? AND idempotency_key = ?")
        .bind(owner)
        .bind(key)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(SessionRecord::from_row).transpose()
}

/// Finds the session that the API knows by this id.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn find_by_upstream(
    connection: &mut Connection,
    id: SigningSessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE upstream_session = ?")
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(SessionRecord::from_row).transpose()
}

/// Sessions in one of two steps, oldest first.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn in_steps(connection: &mut Connection, steps: [Step; 2]) -> Result<Vec<SessionRecord>, StoreError> {
    let [one, other] = steps;
    let rows = sqlx::query("SELECT * FROM sessions WHERE step IN (?, ?) ORDER BY created_at, id")
        .bind(one.name())
        .bind(other.name())
        .fetch_all(connection)
        .await?;
    rows.iter().map(SessionRecord::from_row).collect()
}

/// Whether there is any session that can still change, or of which it is unknown
/// whether the API has it.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn any_open(connection: &mut Connection) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 FROM sessions WHERE (step = 'sent' AND api_final = 0 AND gone = 0) OR step = 'unknown' LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Sessions that the API has and that can still change.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn open_at_api(connection: &mut Connection) -> Result<Vec<SessionRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM sessions WHERE step = 'sent' AND api_final = 0 AND gone = 0")
        .fetch_all(connection)
        .await?;
    rows.iter().map(SessionRecord::from_row).collect()
}

/// Sessions whose due date passed since their last event.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn newly_overdue(connection: &mut Connection, now: Moment) -> Result<Vec<SessionRecord>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM sessions
         WHERE step = 'sent' AND standing IN ('ready', 'blocked', 'unknown') AND due <= ?",
    )
    .bind(now.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(SessionRecord::from_row).collect()
}

/// Writes what can change about a session, and the event when its standing changed.
///
/// # Errors
/// As [`StoreError`] says.
pub async fn save(connection: &mut Connection, session: &SessionRecord, now: Moment) -> Result<(), StoreError> {
    let standing = session.standing(now);
    sqlx::query(
        "UPDATE sessions SET step = ?, send_started_at = ?, clean_scans = ?, collection = ?, upstream_session = ?,
             api_state = ?, api_final = ?, gone = ?, packaging = ?, link_expires_at = ?, reject_reason = ?, failure = ?,
             standing = ?, updated_at = ?
         WHERE id = ?",
    )
    .bind(session.step.name())
    .bind(session.send_started.map(|at| at.0))
    .bind(session.clean_scans)
    .bind(session.collection.map(DocumentCollectionId::uuid))
    .bind(session.upstream.map(SigningSessionId::uuid))
    .bind(session.api_state.as_ref().map(LifecycleState::as_str))
    .bind(session.api_final)
    .bind(session.gone)
    .bind(session.packaging.name())
    .bind(session.link_expires.map(|at| at.0))
    .bind(session.reject_reason.as_deref())
    .bind(session.failure.as_deref())
    .bind(standing.slug())
    .bind(now.0)
    .bind(session.id.0)
    .execute(&mut *connection)
    .await?;
    if standing == session.announced {
        return Ok(());
    }
    events::append(connection, session.id, standing, now).await
}

pub(super) fn standing_of(slug: &str) -> Result<Standing, StoreError> {
    Standing::from_slug(slug).ok_or(StoreError::Corrupt("standing"))
}

fn digest(bytes: Vec<u8>, what: &'static str) -> Result<Sha256Digest, StoreError> {
    bytes.try_into().map(Sha256Digest::new).map_err(|_| StoreError::Corrupt(what))
}

fn optional_digest(bytes: Option<Vec<u8>>, what: &'static str) -> Result<Option<Sha256Digest>, StoreError> {
    bytes.map(|bytes| digest(bytes, what)).transpose()
}
