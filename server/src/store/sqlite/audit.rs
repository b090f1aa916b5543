//! The audit trail. Triggers refuse whatever is no addition.

use app::model::{Action, AuditFilter, Moment, ObjectKind, Outcome};
use async_trait::async_trait;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{Date, Duration, Time};
use uuid::Uuid;

use crate::{
    audit::{Chain, Record},
    clock::millis,
    rights::Reach,
    store::{
        StoreError,
        audit::{AuditTrail, Stored},
    },
};

/// Reach and filter in SQL.
macro_rules! narrowed {
    () => {
        "WHERE (?1 IS NULL OR chain = ?1) AND (?2 IS NULL OR subject = ?2) AND (?3 IS NULL OR subject = ?3)
           AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR object = ?5)
           AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7)"
    };
}

macro_rules! columns {
    () => {
        "SELECT audit.*, staff.name FROM audit LEFT JOIN staff ON staff.id = audit.subject "
    };
}

/// Binds what `narrowed!` asks for.
macro_rules! bound {
    ($query:expr, $reach:expr, $filter:expr) => {
        $query
            .bind($reach.team())
            .bind($reach.owner())
            .bind($filter.who)
            .bind($filter.what.map(Action::slug))
            .bind($filter.object)
            .bind($filter.from.map(begin))
            .bind($filter.until.map(|day| begin(day.saturating_add(Duration::DAY))))
    };
}

#[async_trait]
impl AuditTrail for SqliteConnection {
    async fn audit_head(&mut self, chain: Uuid) -> Result<(u64, [u8; 32]), StoreError> {
        let row = sqlx::query("SELECT seq, hash FROM audit WHERE chain = ? ORDER BY seq DESC LIMIT 1")
            .bind(chain)
            .fetch_optional(&mut *self)
            .await?;
        row.map_or(Ok((0, [0; 32])), |row| Ok((number(&row)?, hash(&row)?)))
    }

    async fn audit_heads(&mut self) -> Result<Vec<Chain>, StoreError> {
        let rows = sqlx::query(
            "SELECT chain, seq, hash FROM audit
             WHERE (chain, seq) IN (SELECT chain, MAX(seq) FROM audit GROUP BY chain) ORDER BY chain",
        )
        .fetch_all(self)
        .await?;
        rows.iter()
            .map(|row| Ok(Chain { id: row.try_get("chain")?, entries: number(row)?, head: hash(row)? }))
            .collect()
    }

    async fn append_audit(&mut self, record: &Record, hash: [u8; 32]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit (chain, seq, at, issuer, subject, login, ip, action, outcome, object_kind, object, detail,
                 trace, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(record.chain)
        .bind(i64::try_from(record.seq).unwrap_or(i64::MAX))
        .bind(record.at.0)
        .bind(record.issuer.as_deref())
        .bind(record.subject)
        .bind(record.login.as_deref())
        .bind(record.ip.as_deref())
        .bind(record.action.slug())
        .bind(record.outcome.slug())
        .bind(record.object_kind.map(ObjectKind::slug))
        .bind(record.object)
        .bind(record.detail.as_deref())
        .bind(record.trace.as_deref())
        .bind(hash.as_slice())
        .execute(&mut *self)
        .await?;
        Ok(())
    }

    async fn audit_page(&mut self, reach: Reach, filter: &AuditFilter) -> Result<(Vec<Stored>, u64, u32), StoreError> {
        let total: i64 = bound!(sqlx::query_scalar(concat!("SELECT COUNT(*) FROM audit ", narrowed!())), reach, filter)
            .fetch_one(&mut *self)
            .await?;
        let total = u64::try_from(total).unwrap_or_default();
        let pages = total.div_ceil(u64::from(AuditFilter::PAGE_SIZE)).max(1);
        let page = filter.page.clamp(1, u32::try_from(pages).unwrap_or(u32::MAX));
        let rows = bound!(
            sqlx::query(concat!(columns!(), narrowed!(), " ORDER BY audit.id DESC LIMIT ?8 OFFSET ?9")),
            reach,
            filter
        )
        .bind(AuditFilter::PAGE_SIZE)
        .bind(i64::from(page - 1) * i64::from(AuditFilter::PAGE_SIZE))
        .fetch_all(self)
        .await?;
        Ok((rows.iter().map(Stored::from_row).collect::<Result<_, _>>()?, total, page))
    }

    async fn audit_after(
        &mut self,
        reach: Reach,
        filter: &AuditFilter,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        let rows = bound!(
            sqlx::query(concat!(columns!(), narrowed!(), " AND audit.id > ?8 ORDER BY audit.id LIMIT ?9")),
            reach,
            filter
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self)
        .await?;
        rows.iter().map(Stored::from_row).collect()
    }

    async fn audit_in_chains(&mut self, after: (Uuid, u64), limit: u32) -> Result<Vec<(Record, [u8; 32])>, StoreError> {
        let rows =
            sqlx::query("SELECT *, NULL AS name FROM audit WHERE (chain, seq) > (?, ?) ORDER BY chain, seq LIMIT ?")
                .bind(after.0)
                .bind(i64::try_from(after.1).unwrap_or(i64::MAX))
                .bind(limit)
                .fetch_all(self)
                .await?;
        rows.iter().map(|row| Stored::from_row(row).map(|stored| (stored.record, stored.hash))).collect()
    }
}

impl Stored {
    fn from_row(row: &SqliteRow) -> Result<Self, StoreError> {
        let kind = row.try_get::<Option<String>, _>("object_kind")?;
        Ok(Self {
            id: row.try_get("id")?,
            record: Record {
                chain: row.try_get("chain")?,
                seq: number(row)?,
                at: Moment(row.try_get("at")?),
                issuer: row.try_get("issuer")?,
                subject: row.try_get("subject")?,
                login: row.try_get("login")?,
                ip: row.try_get("ip")?,
                action: Action::from_slug(row.try_get("action")?).ok_or(StoreError::Corrupt("audited action"))?,
                outcome: Outcome::from_slug(row.try_get("outcome")?).ok_or(StoreError::Corrupt("audited outcome"))?,
                object_kind: kind
                    .map(|kind| ObjectKind::from_slug(&kind).ok_or(StoreError::Corrupt("audited kind")))
                    .transpose()?,
                object: row.try_get("object")?,
                detail: row.try_get("detail")?,
                trace: row.try_get("trace")?,
            },
            hash: hash(row)?,
            name: row.try_get("name")?,
        })
    }
}

fn number(row: &SqliteRow) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>("seq")?).map_err(|_| StoreError::Corrupt("number of an audit entry"))
}

fn hash(row: &SqliteRow) -> Result<[u8; 32], StoreError> {
    row.try_get::<Vec<u8>, _>("hash")?.try_into().map_err(|_| StoreError::Corrupt("hash of an audit entry"))
}

/// The begin of a day in UTC, as rows count.
fn begin(day: Date) -> i64 {
    millis(day.with_time(Time::MIDNIGHT).assume_utc())
}
