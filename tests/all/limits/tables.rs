//! Tables that a component was not granted.

use guesthouse_tests::Server;
use serde_json::{Value, json};

const TABLES: &str = "
CREATE TABLE vault (id INTEGER PRIMARY KEY, secret TEXT NOT NULL) STRICT;
INSERT INTO vault (secret) VALUES ('alpha'), ('beta');
CREATE TABLE bait (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
INSERT INTO bait (text) VALUES ('cheese');
CREATE TABLE mixed (id INTEGER PRIMARY KEY, open TEXT, hidden TEXT) STRICT;
INSERT INTO mixed (open, hidden) VALUES ('open', 'hidden');
CREATE VIEW vault_view AS SELECT * FROM vault;
CREATE VIEW bait_with_vault AS SELECT bait.text, vault.secret FROM bait JOIN vault;
CREATE TRIGGER spill AFTER DELETE ON bait BEGIN UPDATE vault SET secret = 'spilled'; END;
INSERT INTO _record_api (name, table_name, acl_world) VALUES
    ('vault', 'vault', 'READ'), ('mixed', 'mixed', 'READ'), ('bait', 'bait', 'READ');
";

fn start() -> Server {
    let server = Server::prepare().migration("U1__vault.sql", TABLES).start();
    server.deploy("table-thief");
    server
}

/// Attempts that are no question of grants: SQLite allows the statement to nobody, or does not know it.
const NOT_ABOUT_GRANTS: [&str; 8] = [
    "create-virtual-table",
    "load-extension",
    "pages",
    "read-a-file",
    "two-statements",
    "vacuum-into",
    "write-schema-table",
    "write-through-view",
];

#[test]
fn every_way_into_an_ungranted_table_is_denied() {
    let server = start();
    let answer = server.get("/table-thief");
    answer.expect_status(200);
    let outcomes = answer.json();
    let outcomes = outcomes.as_object().expect("an object");
    assert!(outcomes.len() > 70, "the thief gave up early");
    let wrong: Vec<(&String, &Value)> = outcomes
        .iter()
        .filter(|(name, outcome)| {
            let outcome = outcome.as_str().unwrap_or_default();
            let denied = outcome.starts_with("Error::Denied");
            let refused = NOT_ABOUT_GRANTS.contains(&name.as_str()) && outcome.starts_with("Error::Sql");
            !(denied || refused)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_denial_changes_nothing_and_shows_nothing() {
    let server = start();
    let answer = server.get("/table-thief");
    for secret in ["alpha", "beta", "hidden\""] {
        assert!(!answer.text().contains(secret), "{secret} got out");
    }
    let vault = server.get("/api/records/v1/vault?order=id").json();
    assert_eq!(
        vault["records"],
        json!([{"id": 1, "secret": "alpha"}, {"id": 2, "secret": "beta"}])
    );
    let bait = server.get("/api/records/v1/bait").json();
    assert_eq!(bait["records"], json!([{"id": 1, "text": "cheese"}]));
    let mixed = server.get("/api/records/v1/mixed").json();
    assert_eq!(mixed["records"], json!([{"id": 1, "open": "open", "hidden": "hidden"}]));
}

#[test]
fn what_was_granted_still_works() {
    let server = start();
    server.get("/table-thief");
    server.get("/table-thief/granted").expect(200, "2 1");
    let mixed = server.get("/api/records/v1/mixed").json();
    assert_eq!(
        mixed["records"],
        json!([{"id": 1, "open": "changed", "hidden": "hidden"}])
    );
}

#[test]
fn any_database_is_none_of_the_host_and_none_that_does_not_exist() {
    let server = Server::prepare()
        .migration("U1__vault.sql", TABLES)
        .file(
            "migrations/other/U1__vault.sql",
            "CREATE TABLE vault (secret TEXT) STRICT;",
        )
        .start();
    let any = "name = \"table-thief\"\nroutes = [\"/table-thief\"]\n[grants.sqlite.\"*\"]\nread = [\"bait\"]\n";
    server.deploy_as("table-thief", any);
    let outcomes = server.get("/table-thief").json();
    assert_eq!(outcomes["other"], "got in");
    for name in ["host", "logs", "missing", "*", "../main", ""] {
        let outcome = outcomes[name].as_str().unwrap_or_default();
        assert!(outcome.starts_with("Error::Denied"), "{name}: {outcome}");
    }
    // In what it opens it has what was granted and nothing more.
    assert_eq!(outcomes["read"], "Error::Denied(\"table vault\")");
    assert!(!server.data().join("missing.db").exists());
}
