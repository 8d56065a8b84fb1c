//! The APIs, kept in the instance for as long as nothing changed.
//!
//! Every request asks the database for the stamp of `_record_api`, which is another one after any change to that table
//! or to the schema: one cheap call, and what is kept is never stale. An API over another database asks there too.

mod descriptions;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use guesthouse::sqlite::{Database, Error as DatabaseError, params};

use crate::api::{Api, CONFIGURATION_COLUMNS, Sources};
use crate::error::Error;
use crate::expansion::REFERENCED_COLUMNS;
use crate::limits;
use crate::schema::Refusal;

const CURSOR_SECRET: &str = "SELECT key FROM _record_cursor_key";

/// The database in which the APIs are configured, and where their tables are unless they say otherwise.
const MAIN: &str = "main";

thread_local! {
    static DATABASES: RefCell<HashMap<String, Rc<Database>>> = RefCell::default();
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// An API and the database in which its table is.
#[derive(Clone)]
pub struct Served {
    pub api: Rc<Api>,
    pub database: Rc<Database>,
    /// The name of the database.
    pub database_name: Rc<str>,
}

/// What was read about an API.
#[derive(Clone)]
struct Entry {
    api: Result<Rc<Api>, Refusal>,
    database: Rc<Database>,
    database_name: Rc<str>,
    /// The stamp of the schema from before the table was read, in a database other than the main one.
    schema_stamp: Option<u64>,
}

impl Entry {
    fn served(self, name: &str) -> Result<Served, Error> {
        let api = self.api.map_err(|refusal| refused(name, refusal))?;
        Ok(Served {
            api,
            database: self.database,
            database_name: self.database_name,
        })
    }

    fn is_fresh(&self) -> Result<bool, Error> {
        match self.schema_stamp {
            None => Ok(true),
            Some(stamp) => Ok(schema_stamp(&self.database)? == stamp),
        }
    }
}

#[derive(Default)]
struct Kept {
    stamp: Option<u64>,
    apis: HashMap<String, Entry>,
}

impl Kept {
    fn get(&mut self, stamp: u64, name: &str) -> Option<Entry> {
        if self.stamp != Some(stamp) {
            self.stamp = Some(stamp);
            self.apis.clear();
        }
        self.apis.get(name).cloned()
    }

    /// Keeps what was read after `stamp` was, unless another request has seen a change since.
    fn put(&mut self, stamp: u64, name: &str, entry: Entry) {
        if self.stamp == Some(stamp) {
            if self.apis.len() >= limits::CACHED_APIS_MAX {
                self.apis.clear();
            }
            self.apis.insert(name.into(), entry);
        }
    }
}

fn database(name: &str) -> Result<Rc<Database>, DatabaseError> {
    DATABASES.with_borrow_mut(|databases| match databases.get(name) {
        Some(database) => Ok(Rc::clone(database)),
        None => {
            let database = Rc::new(Database::open(name)?);
            databases.insert(name.into(), Rc::clone(&database));
            Ok(database)
        }
    })
}

/// The API of this name.
pub async fn api(name: &str) -> Result<Served, Error> {
    let main = main_database()?;
    for _ in 0..limits::CATALOG_READS_MAX {
        let stamp = stamp(&main)?;
        let kept = KEPT.with_borrow_mut(|kept| kept.get(stamp, name));
        if let Some(entry) = kept
            && entry.is_fresh()?
        {
            return entry.served(name);
        }
        let entry = match load(&main, name).await? {
            Ok(entry) => entry,
            Err(refusal) => return Err(refused(name, refusal)),
        };
        // What was read is of several snapshots. Where something changed between them it is read again.
        if self::stamp(&main)? == stamp && entry.is_fresh()? {
            KEPT.with_borrow_mut(|kept| kept.put(stamp, name, entry.clone()));
            return entry.served(name);
        }
    }
    Err(Error::Busy)
}

/// The same, read afresh; says where it cannot be served.
pub async fn examine(name: &str) -> Result<Result<Served, Refusal>, Error> {
    let main = main_database()?;
    let entry = load(&main, name).await?;
    Ok(entry.and_then(|entry| {
        entry.api.map(|api| Served {
            api,
            database: entry.database,
            database_name: entry.database_name,
        })
    }))
}

/// The database of the configuration.
pub fn main_database() -> Result<Rc<Database>, Error> {
    database(MAIN).map_err(Error::of_server)
}

/// The API of this name, if its records can be written: those of a view cannot.
pub async fn writable(name: &str) -> Result<Served, Error> {
    let served = api(name).await?;
    match served.api.table.is_view {
        true => Err(Error::MethodNotAllowed),
        false => Ok(served),
    }
}

fn refused(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Unsupported(what) => Error::Unsupported(what),
        Refusal::Misconfigured(why) => Error::Internal(format!("the record API {name} cannot be served: {why}")),
    }
}

fn stamp(main: &Database) -> Result<u64, Error> {
    main.stamp(&["_record_api"]).map_err(Error::of_server)
}

fn schema_stamp(database: &Database) -> Result<u64, Error> {
    database.stamp(&[]).map_err(Error::of_server)
}

/// Where the table of an API is, by the name that its configuration gives: `table`, or `database.table`.
fn place(table_name: &str) -> (&str, &str) {
    table_name.split_once('.').unwrap_or((MAIN, table_name))
}

/// Reads all about an API: its configuration in the main database, then its table where that is. The inner error is nothing
/// to keep: a database that is there a moment later changes no stamp of this one.
async fn load(main: &Database, name: &str) -> Result<Result<Entry, Refusal>, Error> {
    let configuration = format!("SELECT {CONFIGURATION_COLUMNS} FROM _record_api WHERE name = ?1");
    let statements = vec![(configuration, params![name]), (CURSOR_SECRET.into(), params![])];
    let results = main.query_all(statements).await.map_err(Error::of_server)?;
    let [configuration, cursor_secret] = &results[..] else {
        return Err(Error::Internal(
            "a query of several statements gave another number of results".into(),
        ));
    };
    let Some(configuration) = configuration.first() else {
        return Err(Error::UnknownApi);
    };
    let (place, table) = place(configuration.get(0).map_err(Error::of_server)?);
    let Ok(database) = database(place) else {
        return Ok(Err(Refusal::Misconfigured(format!("there is no database {place}"))));
    };
    let schema_stamp = match place {
        MAIN => None,
        _ => Some(schema_stamp(&database)?),
    };
    let entry = |api: Result<Api, Refusal>| Entry {
        api: api.map(Rc::new),
        database: Rc::clone(&database),
        database_name: place.into(),
        schema_stamp,
    };
    let described = match descriptions::describe(&database, table).await? {
        Ok(described) => described,
        Err(refusal) => return Ok(Ok(entry(Err(refusal)))),
    };
    let expanded = configuration
        .get_named::<Option<&str>>("expand")
        .map_err(Error::of_server)?;
    let referenced = (database.query(REFERENCED_COLUMNS, params![expanded.map(|_| table)])).await;
    let sources = Sources {
        configuration,
        table: described.description(),
        referenced_columns: &referenced.map_err(Error::of_server)?,
        cursor_secret,
    };
    Ok(Ok(entry(Api::new(name, &sources))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_may_be_in_another_database() {
        assert_eq!(place("note"), ("main", "note"));
        assert_eq!(place("main.note"), ("main", "note"));
        assert_eq!(place("other.a.b"), ("other", "a.b"));
    }
}
