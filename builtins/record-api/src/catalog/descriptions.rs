//! The queries that describe tables and views, and their results in the order that `schema` reads them in.

use std::collections::HashMap;

use guesthouse::sqlite::{ColumnDescription, Database, Error as DatabaseError, HostError, Rows, params};

use crate::error::Error;
use crate::schema::view_text::{self, Extreme};
use crate::schema::{Description, Refusal, ViewDescription};
use crate::sql::{Identifier, Sql};

/// The table, if it exists. Names of tables are alike in any case.
const TABLE: &str = "SELECT l.name, l.type, l.strict <> 0, coalesce(s.sql, '') \
     FROM pragma_table_list(?1) AS l LEFT JOIN sqlite_schema AS s ON s.name = l.name \
     WHERE l.schema = 'main' AND l.name = ?1 COLLATE NOCASE";

const COLUMNS: &str =
    "SELECT name, type, \"notnull\" <> 0, dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?1)";

/// Foreign keys of one column, what they reference, and the text and name of the table where that is.
const REFERENCES: &str = "SELECT f.\"from\", coalesce(f.\"to\", k.name), s.sql, s.name \
     FROM pragma_foreign_key_list(?1) AS f \
     JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = f.\"table\" COLLATE NOCASE \
     JOIN pragma_table_xinfo(f.\"table\") AS k ON k.pk = 1 \
     GROUP BY f.id HAVING count(*) = 1";

const VIEWS: &str = "SELECT lower(name), sql FROM sqlite_schema WHERE type = 'view'";

/// All that describes one table or view.
pub struct Described {
    table: Rows,
    columns: Rows,
    references: Rows,
    view: Option<ViewDescription>,
}

impl Described {
    /// As `schema` reads it.
    pub fn description(&self) -> Description<'_> {
        Description {
            table: &self.table,
            columns: &self.columns,
            references: &self.references,
            view: self.view.as_ref(),
        }
    }
}

/// Describes the table or view of this name, or says why it cannot be an API.
pub async fn describe(database: &Database, name: &str) -> Result<Result<Described, Refusal>, Error> {
    match try_describe(database, name).await {
        Ok(described) => Ok(Ok(described)),
        Err(Trouble::Refusal(refusal)) => Ok(Err(refusal)),
        // The schema itself does not compile, such as a view of a table that is gone.
        Err(Trouble::Database(DatabaseError::Host(HostError::Sql(why)))) => Ok(Err(Refusal::Misconfigured(why))),
        Err(Trouble::Database(error)) => Err(Error::of_server(error)),
    }
}

/// Why a table was not described.
enum Trouble {
    Refusal(Refusal),
    Database(DatabaseError),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<DatabaseError> for Trouble {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

async fn try_describe(database: &Database, name: &str) -> Result<Described, Trouble> {
    let [table, columns, references] = only(base_tables(database, &[name.into()]).await?)?;
    let view = match table.first() {
        Some(row) if row.get::<&str>(1)? == "view" => Some(view(database, row.get(0)?, row.get(3)?).await?),
        _ => None,
    };
    Ok(Described {
        table,
        columns,
        references,
        view,
    })
}

/// What describes each of these tables, all on one snapshot.
async fn base_tables(database: &Database, names: &[String]) -> Result<Vec<[Rows; 3]>, DatabaseError> {
    let statements = names
        .iter()
        .flat_map(|name| [TABLE, COLUMNS, REFERENCES].map(|sql| (sql.to_owned(), params![name])));
    let mut results = database.query_all(statements.collect()).await?.into_iter();
    let mut tables = Vec::new();
    while let (Some(table), Some(columns), Some(references)) = (results.next(), results.next(), results.next()) {
        tables.push([table, columns, references]);
    }
    Ok(tables)
}

fn only<T>(things: Vec<T>) -> Result<T, DatabaseError> {
    let count = things.len();
    let mut things = things.into_iter();
    let only = things.next().filter(|_| count == 1);
    only.ok_or_else(|| DatabaseError::Type(format!("{count} results instead of one")))
}

async fn view(database: &Database, name: &str, create_view: &str) -> Result<ViewDescription, Trouble> {
    let rows = database.query(VIEWS, params![]).await?;
    let mut texts = HashMap::new();
    for row in rows.iter() {
        texts.insert(row.get::<String>(0)?, row.get::<&str>(1)?);
    }
    let shape = view_text::shape(name, &texts);
    if shape.is_compound {
        let why = "its view has UNION, INTERSECT or EXCEPT, so that a column may come from several tables";
        return Err(Refusal::Misconfigured(why.into()).into());
    }
    let shown = database.describe(&all_of(name)).await?;
    let mut extremes = Vec::new();
    for Extreme { position, select } in view_text::extremes(create_view) {
        if let Some(origin) = first_column(database, &select).await?.and_then(|column| column.origin) {
            extremes.push((position, origin));
        }
    }
    let direct = shown.iter().filter_map(|column| column.origin.as_ref());
    let origins = direct.chain(extremes.iter().map(|(_, origin)| origin));
    let mut names: Vec<String> = origins.map(|origin| origin.table.clone()).collect();
    names.sort();
    names.dedup();
    let tables = base_tables(database, &names).await?;
    Ok(ViewDescription {
        shown,
        extremes,
        tables,
        has_outer_join: shape.has_outer_join,
    })
}

fn all_of(name: &str) -> String {
    let mut sql = Sql::new("SELECT * FROM ");
    sql.identifier(&Identifier::from_schema(name));
    sql.into_text()
}

/// The first column of a statement that was put together from a view's text; nothing where it does not compile.
async fn first_column(database: &Database, select: &str) -> Result<Option<ColumnDescription>, DatabaseError> {
    match database.describe(select).await {
        Ok(columns) => Ok(columns.into_iter().next()),
        Err(DatabaseError::Host(HostError::Sql(_))) => Ok(None),
        Err(error) => Err(error),
    }
}
