//! The APIs, kept in the instance for as long as nothing changed.
//!
//! Every request asks the database for the stamp of `_record_api`, which is another one after any change to that table
//! or to the schema: one cheap call, and what is kept is never stale.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use guesthouse::sqlite::{Database, Rows, params};

use crate::api::{Api, CONFIGURATION_COLUMNS, Sources};
use crate::error::Error;
use crate::expansion::REFERENCED_COLUMNS;
use crate::limits;
use crate::schema::{Description, Refusal};

/// The table of the API, if it exists. Names of tables are alike in any case.
const TABLE: &str = "SELECT l.name, l.type, l.strict <> 0, coalesce(s.sql, '') \
     FROM pragma_table_list((SELECT table_name FROM _record_api WHERE name = ?1)) AS l \
     LEFT JOIN sqlite_schema AS s ON s.name = l.name \
     WHERE l.schema = 'main' AND l.name = (SELECT table_name FROM _record_api WHERE name = ?1) COLLATE NOCASE";

const COLUMNS: &str = "SELECT name, type, \"notnull\" <> 0, dflt_value IS NOT NULL, pk, hidden \
     FROM pragma_table_xinfo((SELECT table_name FROM _record_api WHERE name = ?1))";

/// Foreign keys of one column, what they reference, and the text of the table where that is.
const REFERENCES: &str = "SELECT f.\"from\", coalesce(f.\"to\", k.name), s.sql \
     FROM pragma_foreign_key_list((SELECT table_name FROM _record_api WHERE name = ?1)) AS f \
     JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = f.\"table\" COLLATE NOCASE \
     JOIN pragma_table_xinfo(f.\"table\") AS k ON k.pk = 1 \
     GROUP BY f.id HAVING count(*) = 1";

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
    let stamp = database.stamp(&["_record_api"]).map_err(Error::of_server)?;
    let api = match KEPT.with_borrow_mut(|kept| kept.get(stamp, name)) {
        Some(api) => api,
        None => {
            let api = load(database, name).await?;
            KEPT.with_borrow_mut(|kept| kept.put(stamp, name, api.clone()));
            api
        }
    };
    api.map_err(|refusal| match refusal {
        Refusal::Unsupported(what) => Error::Unsupported(what),
        Refusal::Misconfigured(why) => Error::Internal(format!("the record API {name} cannot be served: {why}")),
    })
}

/// Reads all about an API on one snapshot of the database.
async fn load(database: &Database, name: &str) -> Result<Result<Rc<Api>, Refusal>, Error> {
    let configuration = format!("SELECT {CONFIGURATION_COLUMNS} FROM _record_api WHERE name = ?1");
    let statements = vec![
        (configuration, params![name]),
        (TABLE.into(), params![name]),
        (COLUMNS.into(), params![name]),
        (REFERENCES.into(), params![name]),
        (REFERENCED_COLUMNS.into(), params![name]),
        (CURSOR_SECRET.into(), params![]),
    ];
    let results = database.query_all(statements).await.map_err(Error::of_server)?;
    read(name, &results)
}

fn read(name: &str, results: &[Rows]) -> Result<Result<Rc<Api>, Refusal>, Error> {
    let [
        configuration,
        table,
        columns,
        references,
        referenced_columns,
        cursor_secret,
    ] = results
    else {
        return Err(Error::Internal(
            "a query of several statements gave another number of results".into(),
        ));
    };
    let Some(configuration) = configuration.first() else {
        return Err(Error::UnknownApi);
    };
    let sources = Sources {
        configuration,
        table: Description {
            table,
            columns,
            references,
        },
        referenced_columns,
        cursor_secret,
    };
    Ok(Api::new(name, &sources).map(Rc::new))
}
