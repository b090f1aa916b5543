//! Browsers that are signed in.

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
        logins::{Login, Logins, NewLogin, Seen},
    },
};

#[async_trait]
impl Logins for SqliteConnection {
    async fn insert_login(&mut self, login: &NewLogin) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO logins (token_hash, staff_id, created_at, active_at, proved_at, browser, address)
             VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?5)",
        )
        .bind(login.id.as_bytes())
        .bind(login.staff)
        .bind(millis(login.now))
        .bind(&login.browser)
        .bind(&login.address)
        .execute(self)
        .await?;
        Ok(())
    }

    async fn login(&mut self, id: LoginId) -> Result<Option<Login>, StoreError> {
        let row = sqlx::query(
            "SELECT staff.id, staff.name, staff.role, staff.team, logins.created_at, logins.active_at, logins.proved_at,
                 staff.password_hash <> '' AS has_password,
                 EXISTS (SELECT 1 FROM factors WHERE staff = staff.id AND confirmed_at IS NOT NULL) AS has_factor
             FROM logins JOIN staff ON staff.id = logins.staff_id WHERE logins.token_hash = ? AND staff.disabled = 0",
        )
        .bind(id.as_bytes())
        .fetch_optional(self)
        .await?;
        row.map(|row| {
            Ok(Login {
                staff: staff::from_row(&row)?,
                created: Moment(row.try_get("created_at")?),
                active: Moment(row.try_get("active_at")?),
                proved: Moment(row.try_get("proved_at")?),
                has_password: row.try_get("has_password")?,
                has_factor: row.try_get("has_factor")?,
            })
        })
        .transpose()
    }

    async fn logins_of(
        &mut self,
        staff: Uuid,
        created_after: OffsetDateTime,
        active_after: OffsetDateTime,
    ) -> Result<Vec<Seen>, StoreError> {
        let rows = sqlx::query(
            "SELECT token_hash, created_at, active_at, browser, address FROM logins
             WHERE staff_id = ? AND created_at > ? AND active_at > ? ORDER BY active_at DESC, created_at DESC",
        )
        .bind(staff)
        .bind(millis(created_after))
        .bind(millis(active_after))
        .fetch_all(self)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Seen {
                    id: id(row)?,
                    created: Moment(row.try_get("created_at")?),
                    active: Moment(row.try_get("active_at")?),
                    browser: row.try_get("browser")?,
                    address: row.try_get("address")?,
                })
            })
            .collect()
    }

    async fn touch_login(&mut self, id: LoginId, now: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query("UPDATE logins SET active_at = ? WHERE token_hash = ?")
            .bind(millis(now))
            .bind(id.as_bytes())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn renew_login(&mut self, id: LoginId, new: LoginId, now: OffsetDateTime) -> Result<bool, StoreError> {
        let renewed =
            sqlx::query("UPDATE logins SET token_hash = ?, proved_at = ?, active_at = ? WHERE token_hash = ?")
                .bind(new.as_bytes())
                .bind(millis(now))
                .bind(millis(now))
                .bind(id.as_bytes())
                .execute(self)
                .await?;
        Ok(renewed.rows_affected() > 0)
    }

    async fn end_login(&mut self, id: LoginId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM logins WHERE token_hash = ?").bind(id.as_bytes()).execute(self).await?;
        Ok(())
    }

    async fn end_logins_of(&mut self, staff: Uuid) -> Result<u64, StoreError> {
        Ok(sqlx::query("DELETE FROM logins WHERE staff_id = ?").bind(staff).execute(self).await?.rows_affected())
    }

    async fn end_other_logins(&mut self, staff: Uuid, but: LoginId) -> Result<u64, StoreError> {
        let ended = sqlx::query("DELETE FROM logins WHERE staff_id = ? AND token_hash <> ?")
            .bind(staff)
            .bind(but.as_bytes())
            .execute(self)
            .await?;
        Ok(ended.rows_affected())
    }

    async fn end_all_logins_but(&mut self, but: LoginId) -> Result<u64, StoreError> {
        let ended = sqlx::query("DELETE FROM logins WHERE token_hash <> ?").bind(but.as_bytes()).execute(self).await?;
        Ok(ended.rows_affected())
    }

    async fn end_expired_logins(
        &mut self,
        created_before: OffsetDateTime,
        active_before: OffsetDateTime,
    ) -> Result<Vec<(LoginId, Staff)>, StoreError> {
        let rows = sqlx::query(
            "SELECT token_hash, staff.id, staff.name, staff.role, staff.team
             FROM logins JOIN staff ON staff.id = logins.staff_id WHERE logins.created_at <= ? OR active_at <= ?",
        )
        .bind(millis(created_before))
        .bind(millis(active_before))
        .fetch_all(&mut *self)
        .await?;
        let ended =
            rows.iter().map(|row| Ok((id(row)?, staff::from_row(row)?))).collect::<Result<Vec<_>, StoreError>>()?;
        for (id, _) in &ended {
            self.end_login(*id).await?;
        }
        Ok(ended)
    }
}

fn id(row: &SqliteRow) -> Result<LoginId, StoreError> {
    let bytes: Vec<u8> = row.try_get("token_hash")?;
    bytes.try_into().map(LoginId::from_bytes).map_err(|_| StoreError::Corrupt("sign-in"))
}
