//! Links by which people choose their password.

use app::model::Staff;
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use super::staff;
use crate::{
    auth::LoginId,
    clock::millis,
    store::{StoreError, invitations::Invitations},
};

#[async_trait]
impl Invitations for SqliteConnection {
    async fn put_invitation(
        &mut self,
        token: LoginId,
        staff: Uuid,
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        self.forget_invitation(staff).await?;
        sqlx::query("INSERT INTO invitations (token_hash, staff, expires_at) VALUES (?, ?, ?)")
            .bind(token.as_bytes())
            .bind(staff)
            .bind(millis(expires_at))
            .execute(self)
            .await?;
        Ok(())
    }

    async fn invitation(&mut self, token: LoginId, now: OffsetDateTime) -> Result<Option<(Staff, String)>, StoreError> {
        let row = sqlx::query(
            "SELECT staff.id, name, role, team, username FROM invitations JOIN staff ON staff.id = invitations.staff
             WHERE token_hash = ? AND expires_at > ? AND disabled = 0",
        )
        .bind(token.as_bytes())
        .bind(millis(now))
        .fetch_optional(self)
        .await?;
        row.map(|row| Ok((staff::from_row(&row)?, row.try_get("username")?))).transpose()
    }

    async fn forget_invitation(&mut self, staff: Uuid) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM invitations WHERE staff = ?").bind(staff).execute(self).await?;
        Ok(())
    }
}
