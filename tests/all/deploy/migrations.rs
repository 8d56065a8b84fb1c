//! Migrations that a component brings along.

use guesthouse_tests::cli::Printed;
use guesthouse_tests::{Server, guests};

/// A component with one migration and `schema = ["own"]`.
fn deploy_with_migration(server: &Server, sql: &str) -> Printed {
    let grants = "[grants.sqlite.main]\nread = [\"own\"]\nwrite = [\"own\"]\nschema = [\"own\"]\n";
    let folder = guests::folder_with_manifest(&format!("name = \"maker\"\nroutes = [\"/maker\"]\n{grants}"));
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    std::fs::write(migrations.join("U1__own.sql"), sql).expect("a file can be written");
    server.deploy_from(&guests::component("hello"), &folder.path().join("component.toml"))
}

fn start() -> Server {
    crate::notes::start()
}

#[test]
fn a_migration_that_fails_stops_the_deploy_and_is_named() {
    let server = start();
    let refused = deploy_with_migration(
        &server,
        "CREATE TABLE own (id INTEGER PRIMARY KEY) STRICT; INSERT INTO own VALUES ('x');",
    );
    refused.expect_failure(&["U1__own"]);
    server.get("/maker").expect_status(404);
    // Nothing of it is left: the same table can be made now.
    deploy_with_migration(&server, "CREATE TABLE own (id INTEGER PRIMARY KEY) STRICT;").expect_success();
    server.get("/maker").expect_status(200);
}

#[test]
fn a_migration_cannot_touch_what_was_not_granted() {
    let server = start();
    crate::notes::create(&server, serde_json::json!({"text": "mine"}));
    for sql in [
        "CREATE TABLE other (id INTEGER PRIMARY KEY) STRICT;",
        "DROP TABLE note;",
        "ALTER TABLE note ADD COLUMN own TEXT;",
        "INSERT INTO note (text) VALUES ('x');",
        "DELETE FROM note;",
        "UPDATE _record_api SET acl_world = 'READ' WHERE name = 'secrets';",
        "CREATE VIEW own AS SELECT * FROM secret; CREATE TABLE own2 AS SELECT * FROM own;",
        "CREATE TABLE own (id INTEGER PRIMARY KEY, value TEXT) STRICT; INSERT INTO own (value) SELECT value FROM secret;",
        "CREATE TRIGGER own AFTER INSERT ON note BEGIN DELETE FROM note; END;",
        "ATTACH DATABASE 'host.db' AS own;",
        "PRAGMA writable_schema = ON;",
        "DELETE FROM _migration;",
    ] {
        let printed = deploy_with_migration(&server, sql);
        assert_eq!(printed.code, 1, "{sql} was applied: {}", printed.stdout);
    }
    assert_eq!(crate::notes::count(&server), 1);
    server.get("/maker").expect_status(404);
    server.get("/api/records/v1/secrets").expect_status(403);
}

#[test]
fn a_component_gets_the_tables_that_its_migration_makes() {
    let mut server = Server::start();
    server.deploy("sleeper");
    server.get("/sleeper/write").expect(200, "1");
    // The same migration is not applied twice.
    server.deploy("sleeper");
    server.restart();
    server.get("/sleeper/count").expect(200, "1");
}
