//! The built-in replaced by another provider of identities, while requests are under way.

use guesthouse_tests::callers::Key;
use guesthouse_tests::{Server, under_load};

use crate::accounts::{self, ALICE, Tokens, sign_in};

/// Its row's id, in hexadecimal, is what the key will stand for.
const NOTES: &str = "
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
INSERT INTO note (text) VALUES ('hello');
INSERT INTO _record_api (name, table_name, acl_world) VALUES ('open', 'note', 'READ');
INSERT INTO _record_api (name, table_name, acl_authenticated) VALUES ('known', 'note', 'READ');
";

fn read_by_token(server: &Server, api: &str, caller: &Tokens) -> u16 {
    let request = server.request("GET", &format!("/api/records/v1/{api}/1"));
    request.header("authorization", &caller.bearer()).send().status
}

fn read_by_key(server: &Server) -> u16 {
    server.get_as("good", "/api/records/v1/known/1").status
}

#[test]
fn another_provider_counts_from_the_next_request_and_a_rollback_restores_accounts() {
    let server = accounts::prepare().migration("U3__notes.sql", NOTES).start();
    let alice = sign_in(&server, ALICE);
    assert_eq!(
        (read_by_token(&server, "known", &alice), read_by_key(&server)),
        (200, 403)
    );

    let ask = || assert_eq!(read_by_token(&server, "open", &alice), 200);
    under_load::while_asked(ask, || {
        for round in 0..5 {
            server.deploy_in_place_of("auth", "api-keys");
            if round == 0 {
                server.add_key(&Key::new("good", b"somebody"));
            }
            assert_eq!(
                (read_by_token(&server, "known", &alice), read_by_key(&server)),
                (403, 200)
            );
            server.get("/api/auth/v1/status").expect_status(404);

            let back = server.cli(&["components", "rollback", "auth", "--version", "1"]);
            back.expect_success();
            assert_eq!(
                (read_by_token(&server, "known", &alice), read_by_key(&server)),
                (200, 403)
            );
        }
    });
    sign_in(&server, ALICE);
}

#[test]
fn a_replacement_stays_when_the_server_starts_again() {
    let mut server = accounts::start();
    server.deploy_in_place_of("auth", "api-keys");
    server.stop();
    server.start_again();
    server.get("/api/auth/v1/status").expect_status(404);
    server.add_key(&Key::new("good", b"somebody"));
    server
        .cli(&["components", "rollback", "auth", "--version", "1"])
        .expect_success();
    sign_in(&server, ALICE);
}
