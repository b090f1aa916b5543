//! What is still to be done, and how large all is.

use app::model::Moment;
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection};

use crate::store::{
    StoreError,
    backlog::{Backlog, Backlogs},
};

#[async_trait]
impl Backlogs for SqliteConnection {
    async fn backlog(&mut self) -> Result<Backlog, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM sessions WHERE step IN ('sending', 'unknown')) AS unconfirmed,
                    (SELECT COUNT(*) FROM leftovers) AS leftovers,
                    (SELECT MIN(since) FROM leftovers) AS leftover_since",
        )
        .fetch_one(self)
        .await?;
        let number = |column| Ok::<_, StoreError>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default());
        Ok(Backlog {
            unconfirmed: number("unconfirmed")?,
            leftovers: number("leftovers")?,
            leftover_since: row.try_get::<Option<i64>, _>("leftover_since")?.map(Moment),
        })
    }

    async fn database_bytes(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let bytes: i64 = sqlx::query_scalar(sql).fetch_one(self).await?;
        Ok(u64::try_from(bytes).unwrap_or_default())
    }
}
