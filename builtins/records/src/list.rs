//! GET of many records: filtered, ordered, page by page.

use guesthouse::http::Response;
use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, Row, Rows, Value};
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::encode::write_text;
use record_api::error::Error;
use record_api::expand::Expand;
use record_api::id::Key;
use record_api::query::condition;
use record_api::sql::Sql;

use crate::query::{Direction, ListQuery};
use crate::{json, limits};

/// Answers a page of records.
pub async fn list(database: &Database, api: &Api, caller: &Caller, query: Option<&str>) -> Result<Response, Error> {
    api.authorize(Operation::Read, caller)?;
    let query = ListQuery::parse(query.unwrap_or_default())?;
    let expand = Expand::parse(api, &query.expand)?;
    let plan = Plan::new(api, caller, &query, &expand)?;
    let count = match query.wants_count {
        true => Some(count(api, caller, &query)?),
        false => None,
    };
    let (records, total) = match fetch(database, plan.records, count).await {
        Ok(fetched) => fetched,
        Err(error) => return Err(explain(database, api, caller, &query, error).await),
    };
    let total = total.as_ref().map(total_count).transpose()?;
    let gives_cursor = plan.can_have_cursor && !query.wants_no_cursor;
    Ok(json(body(api, &expand, records.as_ref(), total, gives_cursor)?))
}

/// How a list is answered.
struct Plan {
    /// Nothing where no record was asked for.
    records: Option<Sql>,
    can_have_cursor: bool,
}

impl Plan {
    fn new(api: &Api, caller: &Caller, query: &ListQuery<'_>, expand: &Expand<'_>) -> Result<Self, Error> {
        let limit = limit(api, query)?;
        let key = api.table.key_column();
        // A cursor continues behind a key, so it needs the key to be what is sorted by, and to have an index.
        let is_by_key = (query.order.first()).is_none_or(|first| first.column == key.name);
        let can_have_cursor = is_by_key && !api.table.is_view;
        let after = match &query.cursor {
            None => None,
            Some(_) if !can_have_cursor => return Err(Error::NoCursor),
            Some(cursor) => Some(api.cursors.open(api.table.key_kind, cursor)?),
        };
        let mut sql = api.select.clone();
        let mut condition = Condition::default();
        if let Some(after) = after {
            let direction = query
                .order
                .first()
                .map_or(Direction::Descending, |first| first.direction);
            (condition.begin(&mut sql).identifier(&key.identifier))
                .push(match direction {
                    Direction::Ascending => " > ",
                    Direction::Descending => " < ",
                })
                .bind(after.to_value());
        }
        condition.rule(&mut sql, api, caller);
        condition.filter(&mut sql, api, query)?;
        push_order(&mut sql, api, query, "")?;
        push_page(&mut sql, limit, query.offset);
        if !expand.is_empty() {
            sql = expand.join(sql);
            push_order(&mut sql, api, query, "record.")?;
        }
        Ok(Self {
            records: (limit > 0).then_some(sql),
            can_have_cursor,
        })
    }
}

/// WHERE, and what has to hold.
#[derive(Default)]
struct Condition {
    has_begun: bool,
}

impl Condition {
    /// Begins one more thing that has to hold.
    fn begin<'s>(&mut self, sql: &'s mut Sql) -> &'s mut Sql {
        sql.push(match std::mem::replace(&mut self.has_begun, true) {
            false => " WHERE ",
            true => " AND ",
        })
    }

    /// What the rule keeps from the caller is not in the list.
    fn rule(&mut self, sql: &mut Sql, api: &Api, caller: &Caller) {
        if let Some(rule) = api.access.rule(Operation::Read) {
            rule.push(self.begin(sql), caller, None);
        }
    }

    fn filter(&mut self, sql: &mut Sql, api: &Api, query: &ListQuery<'_>) -> Result<(), Error> {
        match query.filter.group.is_empty() {
            true => Ok(()),
            false => condition::push(self.begin(sql), &api.table, &query.filter.group),
        }
    }
}

fn limit(api: &Api, query: &ListQuery<'_>) -> Result<u64, Error> {
    match query.limit {
        None => Ok(limits::LIST_RECORDS_DEFAULT.min(api.list_records_max)),
        Some(limit) if limit > api.list_records_max => Err(Error::LimitTooLarge(api.list_records_max)),
        Some(limit) => Ok(limit),
    }
}

/// Ends with the key, so that pages by offset neither repeat nor leave out records that are otherwise equal. It goes the
/// way of the column before it, as the end of an index does. `before` is what columns of the records are called by.
fn push_order(sql: &mut Sql, api: &Api, query: &ListQuery<'_>, before: &'static str) -> Result<(), Error> {
    let key = api.table.key_column();
    sql.push(" ORDER BY ");
    let mut last = Direction::Descending;
    for order in &query.order {
        let column = api.table.visible(&order.column).ok_or(Error::Rejected)?;
        push_sorted(sql.push(before), &column.identifier, order.direction);
        if column.name == key.name {
            return Ok(());
        }
        sql.push(", ");
        last = order.direction;
    }
    push_sorted(sql.push(before), &key.identifier, last);
    Ok(())
}

fn push_sorted(sql: &mut Sql, column: &record_api::sql::Identifier, direction: Direction) {
    sql.identifier(column).push(match direction {
        Direction::Ascending => " ASC",
        Direction::Descending => " DESC",
    });
}

fn push_page(sql: &mut Sql, limit: u64, offset: u64) {
    // Both were checked against limits that are far below what an integer of SQLite holds.
    sql.push(" LIMIT ").bind(Value::Integer(limit.cast_signed()));
    if offset > 0 {
        sql.push(" OFFSET ").bind(Value::Integer(offset.cast_signed()));
    }
}

/// How many records the caller sees in all.
pub async fn count_seen(database: &Database, api: &Api, caller: &Caller) -> Result<i64, DatabaseError> {
    let mut sql = from(api);
    Condition::default().rule(&mut sql, api, caller);
    let (sql, parameters) = sql.into_parts();
    let rows = database.query(&sql, parameters).await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Counts what the rule and the filter let through, on whatever page.
fn count(api: &Api, caller: &Caller, query: &ListQuery<'_>) -> Result<Sql, Error> {
    let mut condition = Condition::default();
    let mut sql = from(api);
    condition.rule(&mut sql, api, caller);
    condition.filter(&mut sql, api, query)?;
    Ok(sql)
}

fn from(api: &Api) -> Sql {
    let mut sql = Sql::new("SELECT count(*) FROM ");
    sql.identifier(&api.table.identifier).push(" AS _ROW_");
    sql
}

/// Tells a filter that cannot be evaluated, which is the client's mistake, from a rule, which is the operator's.
async fn explain(
    database: &Database,
    api: &Api,
    caller: &Caller,
    query: &ListQuery<'_>,
    error: DatabaseError,
) -> Error {
    let is_in_doubt = matches!(error, DatabaseError::Host(HostError::Sql(_))) && !query.filter.group.is_empty();
    if !is_in_doubt || api.access.rule(Operation::Read).is_none() {
        return api.of_ruled(Operation::Read, error);
    }
    match count_seen(database, api, caller).await {
        Ok(_) => Error::of_request(error),
        Err(error) => api.of_ruled(Operation::Read, error),
    }
}

/// Runs what is to be run: both on one snapshot, so that they agree.
async fn fetch(
    database: &Database,
    records: Option<Sql>,
    count: Option<Sql>,
) -> Result<(Option<Rows>, Option<Rows>), DatabaseError> {
    match (records.map(Sql::into_parts), count.map(Sql::into_parts)) {
        (None, None) => Ok((None, None)),
        (Some((sql, parameters)), None) => {
            let rows = database.query(&sql, parameters).await;
            rows.map(|rows| (Some(rows), None))
        }
        (None, Some((sql, parameters))) => {
            let rows = database.query(&sql, parameters).await;
            rows.map(|rows| (None, Some(rows)))
        }
        (Some(records), Some(count)) => {
            let results = database.query_all(vec![records, count]).await;
            results.map(|results| {
                let mut results = results.into_iter();
                (results.next(), results.next())
            })
        }
    }
}

fn total_count(rows: &Rows) -> Result<i64, Error> {
    let count = rows.first().map(|row| row.get(0));
    count.unwrap_or(Ok(0)).map_err(Error::of_server)
}

fn body(
    api: &Api,
    expand: &Expand<'_>,
    records: Option<&Rows>,
    total: Option<i64>,
    gives_cursor: bool,
) -> Result<Vec<u8>, Error> {
    let count = records.map_or(0, Rows::len);
    let mut body = Vec::with_capacity(128 + count * 256);
    body.push(b'{');
    let last = records.filter(|_| gives_cursor).and_then(last_row);
    if let Some(key) = last.and_then(|row| Key::from_value(api.table.key_kind, row.values().get(api.key_index)?)) {
        body.extend_from_slice(b"\"cursor\":");
        write_text(&mut body, &api.cursors.seal(key));
        body.push(b',');
    }
    if let Some(total) = total {
        body.extend_from_slice(b"\"total_count\":");
        body.extend_from_slice(total.to_string().as_bytes());
        body.push(b',');
    }
    body.extend_from_slice(b"\"records\":[");
    for (index, row) in records.into_iter().flat_map(Rows::iter).enumerate() {
        if index > 0 {
            body.push(b',');
        }
        api.writer.write(&mut body, row.values(), expand)?;
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

fn last_row(rows: &Rows) -> Option<Row<'_>> {
    rows.iter().last()
}

#[cfg(test)]
mod tests;
