//! The list of sessions, narrowed and cut into pages.

use app::model::{ListFilter, Moment};
use async_trait::async_trait;
use sqlx::SqliteConnection;

use crate::{
    rights::Reach,
    store::{
        StoreError,
        sessions::{Found, Lists, SessionRecord},
    },
};

/// The filter in SQL. The stored standing is that of the last event; some
/// changes come by the clock alone.
macro_rules! narrowed {
    () => {
        "WHERE step <> 'abandoned'
           AND (?1 IS NULL OR ?1 =
                CASE WHEN standing IN ('ready', 'blocked', 'stuck', 'link-expired', 'unknown') AND due <= ?2 THEN 'overdue'
                     WHEN standing = 'packaging' AND due <= ?2 THEN 'package-failed'
                     WHEN standing IN ('ready', 'blocked') AND link_expires_at <= ?2 THEN 'link-expired'
                     ELSE standing END)
           AND (?3 IS NULL OR instr(searchable, ?3) > 0)
           AND (?4 IS NULL OR team = ?4)
           AND (?5 IS NULL OR owner = ?5)"
    };
}

/// What `text` of a filter is looked for in.
pub(super) fn searchable(title: &str, signer: &str) -> String {
    format!("{title}\n{signer}").to_lowercase()
}

#[async_trait]
impl Lists for SqliteConnection {
    async fn list_sessions(&mut self, reach: Reach, filter: &ListFilter, now: Moment) -> Result<Found, StoreError> {
        let standing = filter.standing.map(app::model::Standing::slug);
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase);

        let total: i64 = sqlx::query_scalar(concat!("SELECT COUNT(*) FROM sessions ", narrowed!()))
            .bind(standing)
            .bind(now.0)
            .bind(text.as_deref())
            .bind(reach.team())
            .bind(reach.owner())
            .fetch_one(&mut *self)
            .await?;
        let total = u64::try_from(total).unwrap_or_default();
        let pages = total.div_ceil(u64::from(ListFilter::PAGE_SIZE)).max(1);
        let page = filter.page.clamp(1, u32::try_from(pages).unwrap_or(u32::MAX));

        let rows = sqlx::query(concat!(
            "SELECT * FROM sessions ",
            narrowed!(),
            " ORDER BY created_at DESC, id DESC LIMIT ?6 OFFSET ?7"
        ))
        .bind(standing)
        .bind(now.0)
        .bind(text.as_deref())
        .bind(reach.team())
        .bind(reach.owner())
        .bind(ListFilter::PAGE_SIZE)
        .bind(i64::from(page - 1) * i64::from(ListFilter::PAGE_SIZE))
        .fetch_all(self)
        .await?;
        let sessions = rows.iter().map(SessionRecord::from_row).collect::<Result<_, _>>()?;
        Ok(Found { sessions, total, page })
    }
}
