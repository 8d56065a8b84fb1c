//! The tables that most tests work on, made as an operator makes them: by a migration.

use guesthouse_tests::Server;
use guesthouse_tests::server::Setup;

/// A table with a key of each kind, all column types, and tables that are not or only partly open.
pub const NOTES: &str = "
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    score REAL,
    data BLOB,
    title TEXT UNIQUE,
    _hidden TEXT
) STRICT;
CREATE TABLE token (
    id BLOB PRIMARY KEY CHECK (is_uuid_v7(id)) DEFAULT (uuid_v7()) NOT NULL,
    value TEXT NOT NULL,
    settings TEXT CHECK (jsonschema_matches('{\"type\": \"object\", \"required\": [\"colour\"]}', settings))
) STRICT;
CREATE TABLE secret (id INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO secret (value) VALUES ('nobody may see this');
INSERT INTO _record_api (name, table_name, acl_world) VALUES
    ('notes', 'note', 'CREATE,READ,UPDATE,DELETE,SCHEMA'),
    ('tokens', 'token', 'CREATE,READ,UPDATE,DELETE,SCHEMA'),
    ('notes_read_only', 'note', 'READ');
INSERT INTO _record_api (name, table_name, acl_authenticated) VALUES ('secrets', 'secret', 'CREATE,READ,UPDATE,DELETE');
INSERT INTO _record_api (name, table_name, acl_world, read_access_rule) VALUES ('guarded', 'note', 'READ', '1 = 0');
";

pub const PATH: &str = "/api/records/v1/notes";

/// A data directory with these tables.
pub fn prepare() -> Setup {
    Server::prepare().migration("U1__notes.sql", NOTES)
}

/// A server with these tables.
#[track_caller]
pub fn start() -> Server {
    prepare().start()
}

/// Creates a note through the API and returns its id.
#[track_caller]
pub fn create(server: &Server, note: serde_json::Value) -> String {
    let answer = server.request("POST", PATH).json(&note).send();
    answer.expect_status(200);
    answer.json()["ids"][0].as_str().expect("ids are strings").to_string()
}

/// How many notes there are.
#[track_caller]
pub fn count(server: &Server) -> i64 {
    let answer = server.get(&format!("{PATH}?count=true&limit=1"));
    answer.expect_status(200);
    answer.json()["total_count"].as_i64().expect("the count was asked for")
}
