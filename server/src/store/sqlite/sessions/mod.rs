//! Sessions, their documents and results, and what is left to delete at the API.

mod documents;
mod health;
pub(super) mod json;
mod leftovers;
mod list;
mod results;

use app::model::{CollectionId, Moment, Packaging, SessionId, Standing, TeamId};
use async_trait::async_trait;
use contract::{Language, LifecycleState, Sha256Digest, SigningSessionId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    rights::Reach,
    sessions::Step,
    store::{
        StoreError,
        events::Events,
        sessions::{NewSessionRow, SessionRecord, Sessions},
    },
};

#[async_trait]
impl Sessions for SqliteConnection {
    async fn insert_session(&mut self, new: &NewSessionRow<'_>, now: Moment) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sessions (id, collection, owner, team, position, stage, settings, title, signer, due, sign_text,
                 language, searchable, step, standing, created_at, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.0)
        .bind(new.collection.0)
        .bind(new.owner)
        .bind(new.team.0)
        .bind(new.position)
        .bind(new.signer.stage)
        .bind(json::write(new.signer)?)
        .bind(new.title)
        .bind(&new.signer.label)
        .bind(new.due.0)
        .bind(new.signer.sign_text.as_deref())
        .bind(new.signer.language.as_str())
        .bind(list::searchable(new.title, &new.signer.label))
        .bind(Step::Planned.name())
        .bind(Standing::Sending.slug())
        .bind(now.0)
        .bind(now.0)
        .execute(&mut *self)
        .await?;
        self.append_event(new.id, Standing::Sending, now).await
    }

    async fn session(&mut self, reach: Reach, id: SessionId) -> Result<Option<SessionRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM sessions WHERE id = ?1 AND (?2 IS NULL OR team = ?2) AND (?3 IS NULL OR owner = ?3)",
        )
        .bind(id.0)
        .bind(reach.team())
        .bind(reach.owner())
        .fetch_optional(self)
        .await?;
        row.as_ref().map(SessionRecord::from_row).transpose()
    }

    async fn session_by_upstream(&mut self, id: SigningSessionId) -> Result<Option<SessionRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM sessions WHERE upstream_session = ?")
            .bind(id.uuid())
            .fetch_optional(self)
            .await?;
        row.as_ref().map(SessionRecord::from_row).transpose()
    }

    async fn sessions_in_steps(&mut self, steps: [Step; 2]) -> Result<Vec<SessionRecord>, StoreError> {
        let [one, other] = steps;
        let rows = sqlx::query("SELECT * FROM sessions WHERE step IN (?, ?) ORDER BY created_at, id")
            .bind(one.name())
            .bind(other.name())
            .fetch_all(self)
            .await?;
        rows.iter().map(SessionRecord::from_row).collect()
    }

    async fn any_open_session(&mut self) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT 1 FROM sessions WHERE step = 'sent' AND api_final = 0 AND gone = 0
             UNION ALL SELECT 1 FROM collections WHERE step = 'unknown' LIMIT 1",
        )
        .fetch_optional(self)
        .await?;
        Ok(row.is_some())
    }

    async fn open_sessions(&mut self) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM sessions WHERE step = 'sent' AND api_final = 0 AND gone = 0")
            .fetch_all(self)
            .await?;
        rows.iter().map(SessionRecord::from_row).collect()
    }

    async fn overtaken_by_the_clock(&mut self, now: Moment) -> Result<Vec<SessionRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM sessions
             WHERE (standing IN ('ready', 'blocked', 'stuck', 'link-expired', 'packaging', 'unknown')
                    AND step = 'sent' AND due <= ?1)
                OR (standing IN ('ready', 'blocked') AND link_expires_at <= ?1)",
        )
        .bind(now.0)
        .fetch_all(self)
        .await?;
        rows.iter().map(SessionRecord::from_row).collect()
    }

    async fn save_session(&mut self, session: &SessionRecord, now: Moment) -> Result<(), StoreError> {
        let standing = session.standing(now);
        sqlx::query(
            "UPDATE sessions SET step = ?, send_started_at = ?, clean_scans = ?, upstream_session = ?, renewed_as = ?,
                 api_state = ?, api_final = ?, gone = ?, packaging = ?, link_expires_at = ?, reject_reason = ?, failure = ?,
                 standing = ?, updated_at = ?
             WHERE id = ?",
        )
        .bind(session.step.name())
        .bind(session.send_started.map(|at| at.0))
        .bind(session.clean_scans)
        .bind(session.upstream.map(SigningSessionId::uuid))
        .bind(session.renewed_as.map(|id| id.0))
        .bind(session.api_state.as_ref().map(LifecycleState::as_str))
        .bind(session.api_final)
        .bind(session.gone)
        .bind(session.packaging.slug())
        .bind(session.link_expires.map(|at| at.0))
        .bind(session.reject_reason.as_deref())
        .bind(session.failure.as_deref())
        .bind(standing.slug())
        .bind(now.0)
        .bind(session.id.0)
        .execute(&mut *self)
        .await?;
        if standing == session.announced {
            return Ok(());
        }
        self.append_event(session.id, standing, now).await
    }
}

impl SessionRecord {
    pub(in crate::store::sqlite) fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        let text = |column| row.try_get::<String, _>(column);
        let moment = |column| row.try_get::<Option<i64>, _>(column).map(|millis| millis.map(Moment));
        Ok(Self {
            id: SessionId(row.try_get("id")?),
            owner: row.try_get("owner")?,
            team: TeamId(row.try_get("team")?),
            collection: CollectionId(row.try_get("collection")?),
            position: row.try_get("position")?,
            planned: json::read(row.try_get("settings")?, "settings")?,
            renewed_as: row.try_get::<Option<Uuid>, _>("renewed_as")?.map(SessionId),
            title: text("title")?,
            signer: text("signer")?,
            due: Moment(row.try_get("due")?),
            sign_text: row.try_get("sign_text")?,
            language: Language::from(text("language")?),
            step: text("step")?.parse().map_err(|_| StoreError::Corrupt("step"))?,
            send_started: moment("send_started_at")?,
            clean_scans: row.try_get("clean_scans")?,
            upstream: row.try_get::<Option<Uuid>, _>("upstream_session")?.map(SigningSessionId::new),
            api_state: row.try_get::<Option<String>, _>("api_state")?.map(LifecycleState::from),
            api_final: row.try_get("api_final")?,
            gone: row.try_get("gone")?,
            packaging: Packaging::from_slug(&text("packaging")?).ok_or(StoreError::Corrupt("packaging"))?,
            link_expires: moment("link_expires_at")?,
            reject_reason: row.try_get("reject_reason")?,
            failure: row.try_get("failure")?,
            created: Moment(row.try_get("created_at")?),
            updated: Moment(row.try_get("updated_at")?),
            announced: standing_of(&text("standing")?)?,
        })
    }
}

pub(super) fn standing_of(slug: &str) -> Result<Standing, StoreError> {
    Standing::from_slug(slug).ok_or(StoreError::Corrupt("standing"))
}

pub(super) fn digest(bytes: Vec<u8>, what: &'static str) -> Result<Sha256Digest, StoreError> {
    bytes.try_into().map(Sha256Digest::new).map_err(|_| StoreError::Corrupt(what))
}

fn optional_digest(bytes: Option<Vec<u8>>, what: &'static str) -> Result<Option<Sha256Digest>, StoreError> {
    bytes.map(|bytes| digest(bytes, what)).transpose()
}
