//! The table `_user` as migrations and other tables see it.

use crate::accounts::{self, PASSWORD, post};
use guesthouse_tests::Server;
use serde_json::json;

const HASH: &str = "$2b$04$/uaF/uaF/uaF/uaF/uaF/uyUa5B4sNev9rTvA6TvEBWYO4koffwMy";

#[test]
fn two_accounts_cannot_have_the_same_name_or_address() {
    for columns in ["(email) VALUES ('Admin@LOCALHOST')", "(username) VALUES ('ALICE')"] {
        let log = accounts::prepare()
            .migration("U2__more.sql", &format!("INSERT INTO _user {columns};"))
            .start_and_fail();
        assert!(log.contains("UNIQUE constraint failed: _user."), "{log}");
    }
}

#[test]
fn a_row_that_is_no_account_is_refused_with_a_reason() {
    for (columns, said) in [
        ("(email) VALUES ('nobody')", "email: an address"),
        ("(username) VALUES ('a@b')", "username: not empty and without @"),
        (
            "(email, password_hash) VALUES ('a@b', 'secret')",
            "password_hash: of argon2 or bcrypt",
        ),
        ("(id) VALUES (1)", "_user.id"),
        ("(email, admin) VALUES ('a@b', 2)", "admin: 0 or 1"),
    ] {
        let log = Server::prepare()
            .migration("U1__a.sql", &format!("INSERT INTO _user {columns};"))
            .start_and_fail();
        assert!(log.contains(said), "{columns}: {log}");
    }
    let log = accounts::prepare()
        .migration("U2__a.sql", "UPDATE _user SET verified = 1;")
        .start_and_fail();
    assert!(log.contains("verified can only be inserted"), "{log}");
}

#[test]
fn columns_of_older_schemas_are_taken() {
    let sql = format!(
        "INSERT INTO _user (id, email, username, password_hash, verified, admin, totp_secret) VALUES
            (uuid_v7(), 'old@localhost', 'old', '{HASH}', TRUE, FALSE, NULL);
        INSERT INTO _user (id, email, password_hash, verified) VALUES (uuid_v4(), 'other@localhost', '{HASH}', FALSE);
        CREATE TABLE seen (id INTEGER PRIMARY KEY, email TEXT, unverified_email TEXT, verified INTEGER) STRICT;
        INSERT INTO seen (email, unverified_email, verified) SELECT email, unverified_email, verified FROM _user;
        INSERT INTO _record_api (name, table_name, acl_world) VALUES ('seen', 'seen', 'READ');"
    );
    let server = Server::prepare().migration("U1__old.sql", &sql).start();
    let records = server.get("/api/records/v1/seen?order=id").json()["records"].clone();
    assert_eq!(
        records,
        json!([
            {"id": 1, "email": "old@localhost", "unverified_email": null, "verified": null},
            {"id": 2, "email": null, "unverified_email": "other@localhost", "verified": null},
        ])
    );
    let login = |name: &str| post(&server, "login", json!({"email": name, "password": PASSWORD})).status;
    assert_eq!((login("old@localhost"), login("other@localhost")), (200, 401));
}

#[test]
fn no_api_gives_out_accounts() {
    let server = accounts::start();
    for table in ["_user", "_session", "_auth_code", "_auth_setting"] {
        server.get(&format!("/api/records/v1/{table}")).expect(405, "");
    }
}
