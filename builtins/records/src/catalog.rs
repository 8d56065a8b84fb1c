//! The APIs, kept in the instance for as long as nothing changed.
//!
//! Every request asks the database for the stamp of `_record_api`, which is another one after any change to that table
//! or to the schema: one cheap call, and what is kept is never stale.

mod descriptions;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use guesthouse::sqlite::{Database, params};

use crate::api::{Api, CONFIGURATION_COLUMNS, Sources};
use crate::error::Error;
use crate::expansion::REFERENCED_COLUMNS;
use crate::limits;
use crate::schema::Refusal;

const CURSOR_SECRET: &str = "SELECT key FROM _record_cursor_key";

thread_local! {
    static DATABASE: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
    static KEPT: RefCell<Kept> = RefCell::new(Kept::default());
}

#[derive(Default)]
struct Kept {
    stamp: Option<u64>,
    apis: HashMap<String, Result<Rc<Api>, Refusal>>,
}

impl Kept {
    fn get(&mut self, stamp: u64, name: &str) -> Option<Result<Rc<Api>, Refusal>> {
        if self.stamp != Some(stamp) {
            self.stamp = Some(stamp);
            self.apis.clear();
        }
        self.apis.get(name).cloned()
    }

    /// Keeps what was read after `stamp` was, unless another request has seen a change since.
    fn put(&mut self, stamp: u64, name: &str, api: Result<Rc<Api>, Refusal>) {
        if self.stamp == Some(stamp) {
            if self.apis.len() >= limits::CACHED_APIS_MAX {
                self.apis.clear();
            }
            self.apis.insert(name.into(), api);
        }
    }
}

/// The database of the records.
pub fn database() -> Result<Rc<Database>, Error> {
    DATABASE.with_borrow_mut(|kept| match kept {
        Some(database) => Ok(Rc::clone(database)),
        None => {
            let database = Rc::new(Database::open("main").map_err(Error::of_server)?);
            *kept = Some(Rc::clone(&database));
            Ok(database)
        }
    })
}

/// The API of this name.
pub async fn api(database: &Database, name: &str) -> Result<Rc<Api>, Error> {
    let api = loop {
        let stamp = stamp(database)?;
        if let Some(api) = KEPT.with_borrow_mut(|kept| kept.get(stamp, name)) {
            break api;
        }
        let api = load(database, name).await?;
        // What was read is of several snapshots. Where something changed between them it is read again, which ends as
        // soon as nobody changes the schema or an API for some hundred microseconds.
        if self::stamp(database)? == stamp {
            KEPT.with_borrow_mut(|kept| kept.put(stamp, name, api.clone()));
            break api;
        }
    };
    api.map_err(|refusal| match refusal {
        Refusal::Unsupported(what) => Error::Unsupported(what),
        Refusal::Misconfigured(why) => Error::Internal(format!("the record API {name} cannot be served: {why}")),
    })
}

/// The API of this name, if its records can be written: those of a view cannot.
pub async fn writable(database: &Database, name: &str) -> Result<Rc<Api>, Error> {
    let api = api(database, name).await?;
    match api.table.is_view {
        true => Err(Error::MethodNotAllowed),
        false => Ok(api),
    }
}

fn stamp(database: &Database) -> Result<u64, Error> {
    database.stamp(&["_record_api"]).map_err(Error::of_server)
}

/// Reads all about an API.
async fn load(database: &Database, name: &str) -> Result<Result<Rc<Api>, Refusal>, Error> {
    let configuration = format!("SELECT {CONFIGURATION_COLUMNS} FROM _record_api WHERE name = ?1");
    let statements = vec![(configuration, params![name]), (CURSOR_SECRET.into(), params![])];
    let results = database.query_all(statements).await.map_err(Error::of_server)?;
    let [configuration, cursor_secret] = &results[..] else {
        return Err(Error::Internal(
            "a query of several statements gave another number of results".into(),
        ));
    };
    let Some(configuration) = configuration.first() else {
        return Err(Error::UnknownApi);
    };
    let table: &str = configuration.get(0).map_err(Error::of_server)?;
    let described = match descriptions::describe(database, table).await? {
        Ok(described) => described,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let expanded = configuration
        .get_named::<Option<&str>>("expand")
        .map_err(Error::of_server)?;
    let referenced = database
        .query(REFERENCED_COLUMNS, params![expanded.map(|_| table)])
        .await;
    let sources = Sources {
        configuration,
        table: described.description(),
        referenced_columns: &referenced.map_err(Error::of_server)?,
        cursor_secret,
    };
    Ok(Api::new(name, &sources).map(Rc::new))
}
