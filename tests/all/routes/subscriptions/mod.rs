//! `/api/records/v1/{api}/subscribe/{id}`.

mod access;
mod changes_of_access;
mod columns;
mod filters;
mod framing;
mod record;
mod refused;
mod resume;
mod rules;
mod sessions;
mod writers;

use guesthouse_tests::Server;
use guesthouse_tests::events::Events;
use guesthouse_tests::server::Setup;
use serde_json::{Value, json};

/// A table with a column of every kind, and APIs over it that differ in what they show to whom.
const TABLES: &str = "
CREATE TABLE room (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO room VALUES (1, 'blue');
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
    score REAL,
    data BLOB,
    any ANY,
    title TEXT COLLATE NOCASE,
    meta TEXT CHECK (jsonschema_matches('{\"type\": \"object\"}', meta)),
    room INTEGER REFERENCES room(id),
    owner BLOB,
    _hidden TEXT,
    internal TEXT,
    twice INTEGER AS (stars * 2) STORED,
    loud TEXT AS (upper(text))
) STRICT;
CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT) STRICT;
CREATE VIEW seen AS SELECT id, text FROM note;
INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions, excluded_columns, expand) VALUES
    ('notes', 'note', 'CREATE,READ,UPDATE,DELETE', 1, 'internal', 'room');
INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions) VALUES
    ('all', 'note', 'CREATE,READ,UPDATE,DELETE', 1),
    ('others', 'other', 'CREATE,READ', 1),
    ('silent', 'note', 'READ', 0),
    ('views', 'seen', 'READ', 1),
    ('unreadable', 'note', 'CREATE', 1);
INSERT INTO _record_api (name, table_name, acl_authenticated, enable_subscriptions) VALUES ('known', 'note', 'READ', 1);
INSERT INTO _record_api (name, table_name, acl_world, enable_subscriptions, read_access_rule) VALUES
    ('good', 'note', 'READ', 1, '_ROW_.stars >= 3'),
    ('own', 'note', 'READ', 1, '_ROW_.owner = _USER_.id'),
    ('of_rooms', 'note', 'READ', 1, 'EXISTS (SELECT 1 FROM room WHERE room.id = _ROW_.room)'),
    ('not_hidden', 'note', 'READ', 1, '_ROW_._hidden IS NULL AND _ROW_.internal IS NOT ''x'''),
    ('computed', 'note', 'READ', 1, '_ROW_.loud = ''A''');
";

const NOTES: &str = "/api/records/v1/all";

fn prepare() -> Setup {
    Server::prepare().migration("U1__notes.sql", TABLES)
}

#[track_caller]
fn start() -> Server {
    prepare().start()
}

fn path(api: &str, id: &str) -> String {
    format!("/api/records/v1/{api}/subscribe/{id}")
}

/// Listens to all records of an API.
#[track_caller]
fn subscribe(server: &Server, api: &str) -> Events {
    server.events(&path(api, "*"))
}

/// Creates a note, and returns its id.
#[track_caller]
fn create(server: &Server, note: Value) -> String {
    let answer = server.request("POST", NOTES).json(&note).send();
    answer.expect_status(200);
    answer.json()["ids"][0].as_str().expect("ids are texts").to_owned()
}

#[track_caller]
fn update(server: &Server, id: &str, change: Value) {
    let path = format!("{NOTES}/{id}");
    server.request("PATCH", &path).json(&change).send().expect_status(200);
}

#[track_caller]
fn delete(server: &Server, id: &str) {
    server
        .request("DELETE", &format!("{NOTES}/{id}"))
        .send()
        .expect_status(200);
}

/// The next events, each as its name and the text of its record.
#[track_caller]
fn told(events: &mut Events, count: usize) -> Vec<(String, String)> {
    (0..count).map(|_| name_and_text(&events.expect_json())).collect()
}

fn name_and_text(event: &Value) -> (String, String) {
    let fields = event.as_object().expect("an event is an object");
    let (name, record) = fields.iter().find(|(name, _)| *name != "seq").expect("it has a name");
    let text = record["text"].as_str().or_else(|| record["message"].as_str());
    (name.clone(), text.unwrap_or_default().to_owned())
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(name, text)| ((*name).into(), (*text).into()))
        .collect()
}

/// That access was denied, and nothing more.
#[track_caller]
fn expect_denied(events: &mut Events) {
    let last: Vec<Value> = events.expect_end().iter().map(|event| event.json()).collect();
    let [last] = &last[..] else {
        panic!("one last event was expected: {last:?}");
    };
    assert_eq!(last["Error"], json!({"status": 1, "message": "Access denied"}));
}
