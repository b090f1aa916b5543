//! Whether the signing API answers.

use app::model::Moment;
use async_trait::async_trait;
use sqlx::SqliteConnection;

use crate::store::{StoreError, sessions::health::Health};

#[async_trait]
impl Health for SqliteConnection {
    async fn stale_since(&mut self) -> Result<Option<Moment>, StoreError> {
        let since: Option<i64> = sqlx::query_scalar("SELECT stale_since FROM upstream_health").fetch_one(self).await?;
        Ok(since.map(Moment))
    }

    async fn api_is_silent(&mut self, now: Moment) -> Result<(), StoreError> {
        sqlx::query("UPDATE upstream_health SET stale_since = COALESCE(stale_since, ?)")
            .bind(now.0)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn api_answers(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE upstream_health SET stale_since = NULL").execute(self).await?;
        Ok(())
    }
}
