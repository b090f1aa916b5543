//! Second factors, in SQLite.

use app::model::TeamId;
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    clock::millis,
    store::{
        StoreError,
        factors::{Factor, Factors},
    },
};

#[async_trait]
impl Factors for SqliteConnection {
    async fn factor(&mut self, staff: Uuid) -> Result<Option<Factor>, StoreError> {
        let row =
            sqlx::query("SELECT secret, confirmed_at IS NOT NULL AS confirmed, last_step FROM factors WHERE staff = ?")
                .bind(staff)
                .fetch_optional(self)
                .await?;
        row.map(|row| {
            Ok(Factor {
                secret: row.try_get("secret")?,
                is_confirmed: row.try_get("confirmed")?,
                last_step: row.try_get("last_step")?,
            })
        })
        .transpose()
    }

    async fn offer_factor(&mut self, staff: Uuid, secret: &[u8]) -> Result<(), StoreError> {
        self.remove_factor(staff).await?;
        sqlx::query("INSERT INTO factors (staff, secret) VALUES (?, ?)").bind(staff).bind(secret).execute(self).await?;
        Ok(())
    }

    async fn confirm_factor(&mut self, staff: Uuid, now: OffsetDateTime) -> Result<(), StoreError> {
        sqlx::query("UPDATE factors SET confirmed_at = ? WHERE staff = ?")
            .bind(millis(now))
            .bind(staff)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn use_step(&mut self, staff: Uuid, step: i64) -> Result<(), StoreError> {
        sqlx::query("UPDATE factors SET last_step = ? WHERE staff = ?").bind(step).bind(staff).execute(self).await?;
        Ok(())
    }

    async fn remove_factor(&mut self, staff: Uuid) -> Result<bool, StoreError> {
        // Its recovery codes go with it.
        let removed = sqlx::query("DELETE FROM factors WHERE staff = ?").bind(staff).execute(self).await?;
        Ok(removed.rows_affected() > 0)
    }

    async fn put_recovery_codes(&mut self, staff: Uuid, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM recovery_codes WHERE staff = ?").bind(staff).execute(&mut *self).await?;
        for hash in hashes {
            sqlx::query("INSERT INTO recovery_codes (staff, code_hash) VALUES (?, ?)")
                .bind(staff)
                .bind(hash.as_slice())
                .execute(&mut *self)
                .await?;
        }
        Ok(())
    }

    async fn use_recovery_code(&mut self, staff: Uuid, hash: [u8; 32]) -> Result<bool, StoreError> {
        let used = sqlx::query("DELETE FROM recovery_codes WHERE staff = ? AND code_hash = ?")
            .bind(staff)
            .bind(hash.as_slice())
            .execute(self)
            .await?;
        Ok(used.rows_affected() > 0)
    }

    async fn recovery_codes(&mut self, staff: Uuid) -> Result<u32, StoreError> {
        let count = "SELECT COUNT(*) FROM recovery_codes WHERE staff = ?";
        Ok(sqlx::query_scalar(count).bind(staff).fetch_one(self).await?)
    }

    async fn with_factor(&mut self) -> Result<Vec<(Uuid, TeamId)>, StoreError> {
        let rows = sqlx::query("SELECT staff.id, team FROM factors JOIN staff ON staff.id = factors.staff ORDER BY id")
            .fetch_all(self)
            .await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, TeamId(row.try_get("team")?)))).collect()
    }
}
