//! The list of signing sessions: filters, order and pages in SQL.
//!
//! It answers alike fast for every filter and offset: it goes once along one of two indexes
//! that hold all that filters look at (migration 5), and reads the rows of the page alone.
//! The planner is told which index, because it takes every range of dates for a narrow
//! one and would then sort what is left.

use contract::{ListQuery, Sort, SortField};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};
use time::OffsetDateTime;

use super::{
    StoreError, nanos,
    sessions::{StoredSession, complete, oldest_readable_due},
};

/// One page of the sessions that can be read at `now`, and how many there are in all pages at the same moment.
pub(crate) async fn page(
    db: &mut SqliteConnection,
    query: &ListQuery,
    now: OffsetDateTime,
) -> Result<(Vec<StoredSession>, u64), StoreError> {
    let mut snapshot = db.begin().await?;
    let order = Order::of(&query.sort);
    let first = match query.offset {
        0 => None,
        _ => match select_first(query, order, now).build_query_as().fetch_optional(&mut *snapshot).await? {
            Some((lead, id)) => Some(First { lead, id }),
            None => return Ok((Vec::new(), total_from(&mut snapshot, query, order, None, now).await?)),
        },
    };
    let skip = match (&first, order.second) {
        (Some(first), Some(_)) => {
            count_equals(query, order, first, now).build_query_scalar().fetch_one(&mut *snapshot).await?
        }
        _ => 0,
    };
    let rows = select_page(query, order, first.as_ref(), skip, now).build().fetch_all(&mut *snapshot).await?;
    let sessions = complete(&mut snapshot, &rows).await?;

    let found = u64::try_from(sessions.len()).unwrap_or(u64::MAX);
    // A page with room left is the last one; else what comes from its start on has to be counted.
    let rest = if found < u64::from(query.limit) {
        found
    } else {
        total_from(&mut snapshot, query, order, first.as_ref(), now).await?
    };
    Ok((sessions, u64::from(query.offset).saturating_add(rest)))
}

async fn total_from(
    db: &mut SqliteConnection,
    query: &ListQuery,
    order: Order,
    first: Option<&First>,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let total: i64 = count_from(query, order, first, now).build_query_scalar().fetch_one(db).await?;
    Ok(total.try_into().unwrap_or_default())
}

/// A title, or a part of one, without its cases. Both small sigmas are one letter: which one a capital becomes
/// depends on what follows it, and a part of a title does not know.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase().replace('ς', "σ")
}

/// What comes first, and what decides among equals. What is still equal comes in the order of
/// the ids, which is that of creation, in the last direction.
#[derive(Clone, Copy)]
struct Order {
    lead: Sort,
    second: Option<Sort>,
}

impl Order {
    fn of(sorts: &[Sort]) -> Self {
        let lead = sorts.first().copied().unwrap_or(Sort::NEWEST_FIRST);
        let second = sorts.iter().copied().find(|sort| sort.field != lead.field);
        Self { lead, second }
    }

    fn index(self) -> &'static str {
        match self.lead.field {
            SortField::CreatedAt => "session_list_created",
            SortField::DueDate => "session_list_due",
        }
    }

    fn push(self, sql: &mut QueryBuilder<Sqlite>) {
        sql.push(" ORDER BY ");
        for sort in [Some(self.lead), self.second].into_iter().flatten() {
            sql.push(column(sort.field)).push(direction(sort)).push(", ");
        }
        sql.push("id").push(direction(self.second.unwrap_or(self.lead)));
    }
}

fn column(field: SortField) -> &'static str {
    match field {
        SortField::CreatedAt => "created_at",
        SortField::DueDate => "due_at",
    }
}

fn direction(sort: Sort) -> &'static str {
    if sort.descending { " DESC" } else { " ASC" }
}

/// The row at the page's offset, as if the leading field and then the id decided the order.
struct First {
    lead: i64,
    id: String,
}

fn select_first(query: &ListQuery, order: Order, now: OffsetDateTime) -> QueryBuilder<Sqlite> {
    let lead = column(order.lead.field);
    let mut sql = QueryBuilder::new(format!("SELECT {lead}, id FROM session INDEXED BY {}", order.index()));
    filter(&mut sql, query, None, now);
    Order { second: None, ..order }.push(&mut sql);
    sql.push(" LIMIT 1 OFFSET ").push_bind(i64::from(query.offset));
    sql
}

/// How many rows with the leading value of `first` stand on earlier pages.
///
/// No index has the order of two fields, and sorting everything costs several times what
/// going along an index does. So the page starts with a value of the leading field, and
/// only the rows from there to its end are sorted.
fn count_equals(query: &ListQuery, order: Order, first: &First, now: OffsetDateTime) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new(format!("SELECT count(*) FROM session INDEXED BY {}", order.index()));
    filter(&mut sql, query, None, now);
    sql.push(" AND ").push(column(order.lead.field)).push(" = ").push_bind(first.lead);
    sql.push(if order.lead.descending { " AND id > " } else { " AND id < " }).push_bind(first.id.clone());
    sql
}

fn select_page(
    query: &ListQuery,
    order: Order,
    first: Option<&First>,
    skip: i64,
    now: OffsetDateTime,
) -> QueryBuilder<Sqlite> {
    // The page is found in the index, and only then are its rows read.
    let mut sql = QueryBuilder::new("SELECT session.* FROM (SELECT rowid AS found FROM session INDEXED BY ");
    sql.push(order.index());
    filter(&mut sql, query, first.map(|_| order), now);
    match first {
        Some(first) if order.second.is_some() => {
            sql.push(" AND ").push(column(order.lead.field)).push(onward(order)).push_bind(first.lead);
        }
        Some(first) => from(&mut sql, order, first),
        None => {}
    }
    order.push(&mut sql);
    sql.push(" LIMIT ").push_bind(i64::from(query.limit)).push(" OFFSET ").push_bind(skip);
    sql.push(") CROSS JOIN session ON session.rowid = found");
    order.push(&mut sql);
    sql
}

/// How many rows there are from `first` on, or in all.
fn count_from(query: &ListQuery, order: Order, first: Option<&First>, now: OffsetDateTime) -> QueryBuilder<Sqlite> {
    // Without a start, the index that a range of dates makes short.
    let index = match first {
        Some(_) => order.index(),
        None if query.created_from.or(query.created_to).is_some() => "session_list_created",
        None => "session_list_due",
    };
    let mut sql = QueryBuilder::new(format!("SELECT count(*) FROM session INDEXED BY {index}"));
    filter(&mut sql, query, first.map(|_| order), now);
    if let Some(first) = first {
        from(&mut sql, order, first);
    }
    sql
}

fn from(sql: &mut QueryBuilder<Sqlite>, order: Order, first: &First) {
    sql.push(" AND (").push(column(order.lead.field)).push(", id)").push(onward(order));
    sql.push("(").push_bind(first.lead).push(", ").push_bind(first.id.clone()).push(")");
}

fn onward(order: Order) -> &'static str {
    if order.lead.descending { " <= " } else { " >= " }
}

/// All conditions, but for those that hold from `after` on in its order: the planner takes one bound for the
/// place in the index where it starts, and that must be the one of `after`.
fn filter(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, after: Option<Order>, now: OffsetDateTime) {
    sql.push(" WHERE deleted_at IS NULL");
    let bounds = [
        (SortField::DueDate, " > ", Some(oldest_readable_due(now))),
        (SortField::DueDate, " >= ", query.due_from.map(nanos)),
        (SortField::DueDate, " <= ", query.due_to.map(nanos)),
        (SortField::CreatedAt, " >= ", query.created_from.map(nanos)),
        (SortField::CreatedAt, " <= ", query.created_to.map(nanos)),
    ];
    for (field, comparison, bound) in bounds {
        let is_implied = after.is_some_and(|Order { lead, .. }| {
            let is_lower = comparison != " <= ";
            lead.field == field && is_lower != lead.descending
        });
        if let Some(bound) = bound.filter(|_| !is_implied) {
            sql.push(" AND ").push(column(field)).push(comparison).push_bind(bound);
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
        sql.push(" AND instr(title_folded, ").push_bind(fold(text)).push(") > 0");
    }
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
