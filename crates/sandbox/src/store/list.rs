//! The list of signing sessions: filters, order and pages in SQL.

use contract::{ListQuery, Sort, SortField};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use time::OffsetDateTime;

use super::{
    StoreError, nanos,
    sessions::{StoredSession, complete, oldest_readable_due},
};

/// One page of the sessions that can be read at `now`, and how many there are in all pages.
pub(crate) async fn page(
    db: &mut SqliteConnection,
    query: &ListQuery,
    now: OffsetDateTime,
) -> Result<(Vec<StoredSession>, u64), StoreError> {
    let mut count = QueryBuilder::new("SELECT count(*) FROM session");
    filter(&mut count, query, now);
    let total: i64 = count.build_query_scalar().fetch_one(&mut *db).await?;

    let mut select = QueryBuilder::new("SELECT * FROM session");
    filter(&mut select, query, now);
    order(&mut select, &query.sort);
    select.push(" LIMIT ").push_bind(i64::from(query.limit)).push(" OFFSET ").push_bind(i64::from(query.offset));
    let rows = select.build().fetch_all(&mut *db).await?;
    Ok((complete(db, &rows).await?, total.try_into().unwrap_or_default()))
}

fn filter(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, now: OffsetDateTime) {
    sql.push(" WHERE deleted_at IS NULL AND due_at > ").push_bind(oldest_readable_due(now));
    let bounds = [
        (" AND created_at >= ", query.created_from),
        (" AND created_at <= ", query.created_to),
        (" AND due_at >= ", query.due_from),
        (" AND due_at <= ", query.due_to),
    ];
    for (condition, bound) in bounds {
        if let Some(bound) = bound {
            sql.push(condition).push_bind(nanos(bound));
        }
    }
    if !query.states.is_empty() {
        sql.push(" AND state IN (");
        let mut states = sql.separated(", ");
        for state in &query.states {
            states.push_bind(state.as_str().to_owned());
        }
        sql.push(")");
    }
    if let Some(text) = &query.title_like {
        // Not LIKE: its wildcards would have to be escaped, and it folds the case of ASCII only.
        sql.push(" AND instr(title_folded, ").push_bind(text.to_lowercase()).push(") > 0");
    }
}

/// Equal rows come in the order of their ids, which is that of their creation, in the last order's direction.
fn order(sql: &mut QueryBuilder<Sqlite>, sorts: &[Sort]) {
    let sorts = if sorts.is_empty() { &[Sort::NEWEST_FIRST] } else { sorts };
    sql.push(" ORDER BY ");
    for sort in sorts {
        let column = match sort.field {
            SortField::CreatedAt => "created_at",
            SortField::DueDate => "due_at",
        };
        sql.push(column).push(direction(sort)).push(", ");
    }
    sql.push("id").push(sorts.last().map_or(" ASC", direction));
}

fn direction(sort: &Sort) -> &'static str {
    if sort.descending { " DESC" } else { " ASC" }
}
