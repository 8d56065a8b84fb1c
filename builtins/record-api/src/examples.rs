//! Makes APIs as the database would describe them, and callers, for unit tests: here and in those who build on this.

use std::rc::Rc;

use guesthouse::bindings::guesthouse::host::sqlite::Outcome;
use guesthouse::identity::{self, Identity, Proof};
use guesthouse::sqlite::{Rows, Value, params};

use crate::api::{Api, Sources};
use crate::caller::Caller;
use crate::schema::{Description, Refusal};

/// The results of the catalog's queries.
pub struct Described {
    pub configuration: Vec<Value>,
    pub table: Vec<Value>,
    pub columns: Vec<Vec<Value>>,
    pub references: Vec<Vec<Value>>,
    pub referenced_columns: Vec<Vec<Value>>,
}

impl Described {
    /// A table `notes` with a column of every kind, open to all.
    pub fn notes() -> Self {
        let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, stars INTEGER, score REAL, data BLOB, any ANY, \
             meta TEXT CHECK (jsonschema('m', meta)), _secret INTEGER, excluded TEXT, shouted TEXT AS (upper(text))) STRICT";
        Self {
            configuration: configuration("CREATE,READ,UPDATE,DELETE", Some("excluded")),
            table: params!["notes", "table", true, sql],
            columns: vec![
                params!["id", "INTEGER", false, false, 1, 0],
                params!["text", "TEXT", true, false, 0, 0],
                params!["stars", "INTEGER", false, false, 0, 0],
                params!["score", "REAL", false, false, 0, 0],
                params!["data", "BLOB", false, false, 0, 0],
                params!["any", "ANY", false, false, 0, 0],
                params!["meta", "TEXT", false, false, 0, 0],
                params!["_secret", "INTEGER", false, false, 0, 0],
                params!["excluded", "TEXT", false, false, 0, 0],
                params!["shouted", "TEXT", false, false, 0, 2],
            ],
            references: vec![],
            referenced_columns: vec![],
        }
    }

    /// A table `tags` with nothing but a key of this declaration, whose type is BLOB.
    pub fn blob_key(declaration: &str) -> Self {
        let sql = format!("CREATE TABLE tags (id BLOB PRIMARY KEY {declaration}) STRICT");
        Self {
            configuration: configuration("READ", None),
            table: params!["tags", "table", true, sql],
            columns: vec![params!["id", "BLOB", true, false, 1, 0]],
            references: vec![],
            referenced_columns: vec![],
        }
    }

    /// The table `notes` with `stars` and `data` referencing `place`, and both expanded.
    pub fn expanding() -> Self {
        let sql = "CREATE TABLE place (code PRIMARY KEY, plan TEXT CHECK (jsonschema('m', plan)), _secret TEXT) STRICT";
        let reference = |column: &str, key: Option<&str>| {
            let of = |name: &str, is_key: i32| {
                params![name, "TEXT", false, false, is_key, 0, column, "place", key, true, sql]
            };
            [of("code", 1), of("plan", 0), of("_secret", 0)]
        };
        let mut described = Self::notes();
        described.configuration[9] = "stars, data".into();
        described.referenced_columns = [reference("stars", None), reference("data", Some("CODE"))].concat();
        described
    }

    pub fn api(&self) -> Result<Api, Refusal> {
        let configuration = rows(std::slice::from_ref(&self.configuration));
        let [table, columns, references, referenced_columns, cursor_secret] = [
            rows(std::slice::from_ref(&self.table)),
            rows(&self.columns),
            rows(&self.references),
            rows(&self.referenced_columns),
            rows(&[vec![Value::Blob(vec![7; 32])]]),
        ];
        Api::new(
            "notes",
            &Sources {
                configuration: configuration.first().unwrap(),
                table: Description {
                    table: &table,
                    columns: &columns,
                    references: &references,
                    view: None,
                },
                referenced_columns: &referenced_columns,
                cursor_secret: &cursor_secret,
            },
        )
    }
}

fn configuration(world: &str, excluded: Option<&str>) -> Vec<Value> {
    let none = None::<&str>;
    params![
        "notes",
        world,
        none,
        none,
        none,
        none,
        none,
        none,
        excluded,
        none,
        None::<i64>,
        none,
        false,
        true
    ]
}

/// Rows as the host gives them.
pub fn rows(rows: &[Vec<Value>]) -> Rows {
    let width = rows.first().map_or(1, Vec::len);
    Rows::from(Outcome {
        columns: (0..width).map(|index| index.to_string()).collect(),
        values: rows.concat(),
        changes: 0,
        last_insert_rowid: 0,
    })
}

/// The API over `notes`.
pub fn notes() -> Api {
    Described::notes().api().unwrap()
}

/// The same with a `conflict_resolution`.
pub fn api_with(conflict: Option<&str>) -> Api {
    let mut described = Described::notes();
    described.configuration[7] = conflict.into();
    described.api().unwrap()
}

/// Whoever has this id, and proved it by something that only a program sends.
pub fn known(id: Vec<u8>) -> Caller {
    proven(id, Proof::Explicit, None)
}

/// Whoever has this id, and proved it so.
pub fn proven(id: Vec<u8>, proof: Proof, request_token: Option<&str>) -> Caller {
    Caller::of(&Identity {
        caller: Some(Rc::new(identity::Caller {
            id,
            roles: Vec::new(),
            proof,
            session: None,
            request_token: request_token.map(str::to_owned),
            expires: None,
            claims: Vec::new(),
        })),
        response_headers: Vec::new(),
    })
}
