//! The rows of `_record_api`, as they are stored.

use guesthouse::sqlite::{Database, Error as DatabaseError, Row, params};

use super::failure::Failure;

const SELECT: &str = "SELECT name, table_name, acl_world, acl_authenticated, create_access_rule, read_access_rule, \
     update_access_rule, delete_access_rule, schema_access_rule, conflict_resolution, excluded_columns, expand, \
     listing_hard_limit, autofill_missing_user_id_columns, enable_subscriptions FROM _record_api \
     WHERE ?1 IS NULL OR name = ?1 ORDER BY name";

/// What is set of one API.
#[derive(Debug)]
pub struct Configuration {
    pub name: String,
    pub table: String,
    pub world: Option<String>,
    pub authenticated: Option<String>,
    /// In the order of `Operation::ALL`.
    pub rules: [Option<String>; 5],
    pub conflict: Option<String>,
    pub excluded: Option<String>,
    pub expand: Option<String>,
    pub list_records_max: Option<i64>,
    pub autofill: bool,
    pub subscriptions: bool,
}

impl Configuration {
    /// All of them, by name.
    pub async fn all(database: &Database) -> Result<Vec<Self>, Failure> {
        let rows = database.query(SELECT, params![None::<&str>]).await?;
        let read: Result<_, DatabaseError> = rows.iter().map(|row| Self::read(&row)).collect();
        Ok(read?)
    }

    /// The one of this name, if there is one.
    pub async fn find(database: &Database, name: &str) -> Result<Option<Self>, Failure> {
        let rows = database.query(SELECT, params![name]).await?;
        Ok(rows.first().map(|row| Self::read(&row)).transpose()?)
    }

    /// Those of these names; all of them if none is named.
    pub async fn of_names(database: &Database, names: &[String]) -> Result<Vec<Self>, Failure> {
        let mut all = Self::all(database).await?;
        if let Some(name) = names.iter().find(|name| all.iter().all(|one| one.name != **name)) {
            return Err(unknown(name, all));
        }
        all.retain(|one| names.is_empty() || names.contains(&one.name));
        Ok(all)
    }

    fn read(row: &Row<'_>) -> Result<Self, DatabaseError> {
        Ok(Self {
            name: row.get(0)?,
            table: row.get(1)?,
            world: row.get(2)?,
            authenticated: row.get(3)?,
            rules: [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?],
            conflict: row.get(9)?,
            excluded: row.get(10)?,
            expand: row.get(11)?,
            list_records_max: row.get(12)?,
            autofill: row.get(13)?,
            subscriptions: row.get(14)?,
        })
    }
}

/// There is no API of this name.
pub fn unknown(name: &str, all: Vec<Configuration>) -> Failure {
    Failure::Unknown {
        name: name.into(),
        known: all.into_iter().map(|one| one.name).collect(),
    }
}
