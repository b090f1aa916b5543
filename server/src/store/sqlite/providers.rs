//! [`Providers`] in SQLite.

use app::model::{Moment, Staff};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::staff;
use crate::{
    auth::LoginId,
    clock::millis,
    store::{
        StoreError,
        providers::{Comers, ProviderLogin, Providers, Trip},
    },
};

#[async_trait]
impl Providers for SqliteConnection {
    async fn begin_trip(&mut self, trip: &Trip) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO provider_trips
                 (state_hash, cookie_hash, provider, nonce, verifier, return_to, previous, again, begun_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(trip.state.as_bytes())
        .bind(trip.cookie.as_bytes())
        .bind(&trip.provider)
        .bind(&trip.nonce)
        .bind(&trip.verifier)
        .bind(&trip.return_to)
        .bind(trip.previous.as_ref().map(LoginId::as_bytes))
        .bind(trip.again)
        .bind(trip.begun.0)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn end_trip(&mut self, state: LoginId, cookie: LoginId) -> Result<Option<Trip>, StoreError> {
        let row = sqlx::query("DELETE FROM provider_trips WHERE state_hash = ? AND cookie_hash = ? RETURNING *")
            .bind(state.as_bytes())
            .bind(cookie.as_bytes())
            .fetch_optional(self)
            .await?;
        row.map(|row| {
            Ok(Trip {
                state,
                cookie,
                provider: row.try_get("provider")?,
                nonce: row.try_get("nonce")?,
                verifier: row.try_get("verifier")?,
                return_to: row.try_get("return_to")?,
                previous: row.try_get::<Option<Vec<u8>>, _>("previous")?.map(login_id).transpose()?,
                again: row.try_get("again")?,
                begun: Moment(row.try_get("begun_at")?),
            })
        })
        .transpose()
    }

    async fn known_as(&mut self, issuer: &str, subject: &str) -> Result<Option<Uuid>, StoreError> {
        let known = "SELECT staff FROM identities WHERE issuer = ? AND subject = ?";
        Ok(sqlx::query_scalar(known).bind(issuer).bind(subject).fetch_optional(self).await?)
    }

    async fn put_identity(
        &mut self,
        issuer: &str,
        subject: &str,
        staff: Uuid,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO identities (issuer, subject, staff, seen_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (issuer, subject) DO UPDATE SET seen_at = excluded.seen_at",
        )
        .bind(issuer)
        .bind(subject)
        .bind(staff)
        .bind(millis(now))
        .execute(self)
        .await?;
        Ok(())
    }

    async fn has_identity(&mut self, staff: Uuid) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 FROM identities WHERE staff = ?").bind(staff).fetch_optional(self).await?;
        Ok(found.is_some())
    }

    async fn put_provider_login(&mut self, id: LoginId, login: &ProviderLogin) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO provider_logins (token_hash, provider, issuer, subject, sid, auth_time, acr)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id.as_bytes())
        .bind(&login.provider)
        .bind(&login.issuer)
        .bind(&login.subject)
        .bind(&login.sid)
        .bind(login.auth_time.map(|at| at.0))
        .bind(&login.acr)
        .execute(&mut *self)
        .await?;
        sqlx::query("UPDATE logins SET proved_at = ? WHERE token_hash = ?")
            .bind(login.auth_time.map_or(0, |at| at.0))
            .bind(id.as_bytes())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn provider_login(&mut self, id: LoginId) -> Result<Option<ProviderLogin>, StoreError> {
        let row = sqlx::query("SELECT * FROM provider_logins WHERE token_hash = ?")
            .bind(id.as_bytes())
            .fetch_optional(self)
            .await?;
        row.map(|row| {
            Ok(ProviderLogin {
                provider: row.try_get("provider")?,
                issuer: row.try_get("issuer")?,
                subject: row.try_get("subject")?,
                sid: row.try_get("sid")?,
                auth_time: row.try_get::<Option<i64>, _>("auth_time")?.map(Moment),
                acr: row.try_get("acr")?,
            })
        })
        .transpose()
    }

    async fn logins_at(
        &mut self,
        issuer: &str,
        subject: Option<&str>,
        sid: Option<&str>,
    ) -> Result<Vec<(LoginId, Staff)>, StoreError> {
        let rows = sqlx::query(
            "SELECT provider_logins.token_hash, staff.id, staff.name, staff.role, staff.team
             FROM provider_logins
             JOIN logins ON logins.token_hash = provider_logins.token_hash
             JOIN staff ON staff.id = logins.staff_id
             WHERE issuer = ?1 AND (?2 IS NULL OR subject = ?2) AND (?3 IS NULL OR sid = ?3)
                 AND NOT (?2 IS NULL AND ?3 IS NULL)",
        )
        .bind(issuer)
        .bind(subject)
        .bind(sid)
        .fetch_all(self)
        .await?;
        rows.iter().map(|row: &SqliteRow| Ok((login_id(row.try_get("token_hash")?)?, staff::from_row(row)?))).collect()
    }

    async fn take_notice(&mut self, issuer: &str, jti: &str, expires_at: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO logout_notices (issuer, jti, expires_at) VALUES (?, ?, ?)")
            .bind(issuer)
            .bind(jti)
            .bind(millis(expires_at))
            .execute(self)
            .await?;
        Ok(())
    }

    async fn forget_trips(&mut self, begun_before: OffsetDateTime, now: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM provider_trips WHERE begun_at < ?")
            .bind(millis(begun_before))
            .execute(&mut *self)
            .await?;
        sqlx::query("DELETE FROM logout_notices WHERE expires_at < ?").bind(millis(now)).execute(self).await?;
        Ok(())
    }

    async fn comers(&mut self, issuer: &str) -> Result<Comers, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) AS people, MAX(seen_at) AS last FROM identities WHERE issuer = ?")
            .bind(issuer)
            .fetch_one(self)
            .await?;
        Ok(Comers { people: row.try_get("people")?, last: row.try_get::<Option<i64>, _>("last")?.map(Moment) })
    }
}

fn login_id(bytes: Vec<u8>) -> Result<LoginId, StoreError> {
    bytes.try_into().map(LoginId::from_bytes).map_err(|_| StoreError::Corrupt("sign-in"))
}
