//! Widgets, in SQLite.

use app::model::{EmbedField, Moment, SessionId, Standing, TeamId, Widget, WidgetKind, WidgetTheme};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::store::{StoreError, widgets::Widgets};

#[async_trait]
impl Widgets for SqliteConnection {
    async fn add_widget(&mut self, widget: &Widget) -> Result<(), StoreError> {
        let fields: Vec<&str> = widget.fields.iter().map(|field| field.slug()).collect();
        sqlx::query(
            "INSERT INTO widgets (id, public_id, name, kind, theme, team, origins, fields, standing, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(widget.id)
        .bind(&widget.public_id)
        .bind(&widget.name)
        .bind(widget.kind.slug())
        .bind(widget.theme.slug())
        .bind(widget.team.0)
        .bind(widget.origins.join("\n"))
        .bind(fields.join(" "))
        .bind(widget.standing.map(Standing::slug))
        .bind(widget.created.0)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn live_widget(&mut self, public_id: &str) -> Result<Option<Widget>, StoreError> {
        let row = sqlx::query("SELECT * FROM widgets WHERE public_id = ? AND revoked_at IS NULL")
            .bind(public_id)
            .fetch_optional(self)
            .await?;
        row.as_ref().map(from_row).transpose()
    }

    async fn all_widgets(&mut self, team: Option<TeamId>) -> Result<Vec<Widget>, StoreError> {
        let rows = sqlx::query("SELECT * FROM widgets WHERE ?1 IS NULL OR team = ?1 ORDER BY created_at DESC, id DESC")
            .bind(team.map(|team| team.0))
            .fetch_all(self)
            .await?;
        rows.iter().map(from_row).collect()
    }

    async fn revoke_widget(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError> {
        let revoke = "UPDATE widgets SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL";
        sqlx::query(revoke).bind(now.0).bind(id).execute(self).await?;
        Ok(())
    }

    async fn touch_widget(&mut self, id: Uuid, now: Moment) -> Result<(), StoreError> {
        sqlx::query("UPDATE widgets SET used_at = ? WHERE id = ?").bind(now.0).bind(id).execute(self).await?;
        Ok(())
    }

    async fn revoke_token(&mut self, id: Uuid, expires: Moment, now: Moment) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM revoked_tokens WHERE expires_at <= ?").bind(now.0).execute(&mut *self).await?;
        let insert = "INSERT INTO revoked_tokens (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(id).bind(expires.0).execute(self).await?;
        Ok(())
    }

    async fn is_token_revoked(&mut self, id: Uuid) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM revoked_tokens WHERE id = ?").bind(id).fetch_optional(self).await?;
        Ok(row.is_some())
    }

    async fn next_due(&mut self, team: TeamId, now: Moment, limit: u32) -> Result<Vec<SessionId>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM sessions
             WHERE team = ? AND step = 'sent' AND api_final = 0 AND gone = 0 AND due > ? ORDER BY due, id LIMIT ?",
        )
        .bind(team.0)
        .bind(now.0)
        .bind(limit)
        .fetch_all(self)
        .await?;
        ids(&rows)
    }

    async fn sessions_beside(&mut self, team: TeamId, session: SessionId) -> Result<Vec<SessionId>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM sessions WHERE team = ?1 AND (id = ?2
                 OR collection = (SELECT collection FROM sessions WHERE id = ?2 AND team = ?1)) ORDER BY created_at, id",
        )
        .bind(team.0)
        .bind(session.0)
        .fetch_all(self)
        .await?;
        ids(&rows)
    }

    async fn last_event_of(&mut self, team: TeamId, session: SessionId) -> Result<u64, StoreError> {
        let seq: i64 = sqlx::query_scalar(
            "SELECT COALESCE(MAX(seq), 0) FROM events JOIN sessions ON sessions.id = events.session
             WHERE session = ? AND team = ?",
        )
        .bind(session.0)
        .bind(team.0)
        .fetch_one(self)
        .await?;
        Ok(u64::try_from(seq).unwrap_or_default())
    }

    async fn last_event_in(&mut self, team: TeamId) -> Result<u64, StoreError> {
        // From the newest event back to the first of the team: that is seldom far.
        let seq: Option<i64> = sqlx::query_scalar(
            "SELECT seq FROM events WHERE EXISTS
                 (SELECT 1 FROM sessions WHERE sessions.id = events.session AND team = ?) ORDER BY seq DESC LIMIT 1",
        )
        .bind(team.0)
        .fetch_optional(self)
        .await?;
        Ok(seq.and_then(|seq| u64::try_from(seq).ok()).unwrap_or_default())
    }
}

fn ids(rows: &[SqliteRow]) -> Result<Vec<SessionId>, StoreError> {
    rows.iter().map(|row| Ok(SessionId(row.try_get("id")?))).collect()
}

fn from_row(row: &SqliteRow) -> Result<Widget, StoreError> {
    let text = |name| row.try_get::<String, _>(name);
    let fields = text("fields")?;
    let fields = fields.split_whitespace().map(|slug| EmbedField::from_slug(slug).ok_or(StoreError::Corrupt("field")));
    let standing: Option<String> = row.try_get("standing")?;
    let standing = standing.map(|slug| Standing::from_slug(&slug).ok_or(StoreError::Corrupt("standing")));
    Ok(Widget {
        id: row.try_get("id")?,
        public_id: text("public_id")?,
        name: text("name")?,
        kind: WidgetKind::from_slug(&text("kind")?).ok_or(StoreError::Corrupt("kind of widget"))?,
        theme: WidgetTheme::from_slug(&text("theme")?).ok_or(StoreError::Corrupt("theme"))?,
        team: TeamId(row.try_get("team")?),
        origins: text("origins")?.lines().map(str::to_owned).collect(),
        fields: fields.collect::<Result<_, _>>()?,
        standing: standing.transpose()?,
        created: Moment(row.try_get("created_at")?),
        used: row.try_get::<Option<i64>, _>("used_at")?.map(Moment),
        revoked: row.try_get::<Option<i64>, _>("revoked_at")?.map(Moment),
    })
}
