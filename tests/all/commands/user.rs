//! `guesthouse user ...`, which the built-in `auth` brings.

use crate::accounts::{self, ALICE, PASSWORD, Tokens, claims, is_signed_in, post, sign_in};
use guesthouse_tests::Server;
use guesthouse_tests::cli;
use serde_json::json;

fn login(server: &Server, who: &str, password: &str) -> u16 {
    post(server, "login", json!({"email_or_username": who, "password": password})).status
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let server = accounts::start();
    for (arguments, said) in [
        (
            &["user", "promote", "nobody"][..],
            "there is no account nobody; `guesthouse user list` shows all",
        ),
        (&["user", "verify", "alice"], "alice has no address to verify"),
        (
            &["user", "change-email", "alice", "x"],
            "`x` is no address that mail could be sent to",
        ),
        (
            &["user", "change-email", "alice", "admin@localhost"],
            "another account has the address admin@localhost",
        ),
        (
            &["user", "add", "a b", "--no-password"],
            "`a b` is no name: 3 to 32 letters and digits",
        ),
        (
            &["user", "add", ALICE, "--no-password"],
            "there is an account alice@example.org already",
        ),
        (&["user", "delete", "bm9ib2R5bm9ib2R5bm9ib2Q="], "there is no account"),
    ] {
        server.cli(arguments).expect_failure(&[said]);
    }
    server
        .cli_with_input(&["user", "add", "bob"], "short\n")
        .expect_failure(&["at least 8 characters"]);
    let misused = server.cli(&["user", "frobnicate"]);
    assert_eq!(misused.code, 2);
    assert!(
        misused.stderr.contains("Usage: guesthouse user <COMMAND>"),
        "{}",
        misused.stderr
    );
    let help = server.cli(&["user", "--help"]).expect_success().stdout;
    assert!(
        help.contains("change-password") && help.contains("invalidate-sessions"),
        "{help}"
    );
}

#[test]
fn an_account_that_is_added_can_sign_in_whether_or_not_a_server_runs() {
    let mut server = Server::start();
    let add = |arguments: &[&str], input: &str| cli::run_with_input(server.data(), arguments, input.as_bytes());
    let added = add(&["user", "add", "bob", "--admin"], "correct horse\n").expect_success();
    assert_eq!(added.stdout, "added the administrator bob\n");
    assert_eq!(login(&server, "bob", "correct horse"), 200);
    server.stop();
    let added = cli::run_with_input(server.data(), &["user", "add", "carol@example.org"], b"battery staple");
    assert_eq!(added.expect_success().stdout, "added the account carol@example.org\n");
    server.start_again();
    let carol = Tokens::of(&post(
        &server,
        "login",
        json!({"email": "carol@example.org", "password": "battery staple"}),
    ));
    assert_eq!(claims(&carol.auth)["admin"], serde_json::Value::Null);
}

#[test]
fn the_list_shows_who_there_is() {
    let server = accounts::start();
    sign_in(&server, ALICE);
    let list = server.cli(&["user", "list"]).expect_success().stdout;
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.len(), 4, "{list}");
    let of = |name: &str| {
        lines
            .iter()
            .find(|line| line.contains(&name))
            .unwrap_or_else(|| panic!("{list}"))
    };
    assert_eq!(of(ALICE)[2], "alice");
    assert_eq!(of(ALICE)[4], "1");
    assert_eq!(of("new@example.org")[5..], ["not", "verified"]);
    assert_eq!(of("admin@localhost").last(), Some(&"administrator"));
}

#[test]
fn an_account_can_be_changed_and_deleted() {
    let server = accounts::start();
    let run = |arguments: &[&str]| server.cli(&[&["user"], arguments].concat()).expect_success().stdout;
    assert_eq!(login(&server, "new", PASSWORD), 401);
    assert_eq!(run(&["verify", "new"]), "new@example.org is verified\n");
    assert_eq!(login(&server, "new", PASSWORD), 200);
    assert_eq!(run(&["promote", ALICE]), "alice@example.org is an administrator now\n");
    let alice = sign_in(&server, ALICE);
    assert_eq!(claims(&alice.auth)["admin"], true);
    run(&["demote", "alice"]);
    assert!(claims(&sign_in(&server, ALICE).auth).get("admin").is_none());
    run(&["change-email", "alice", "alice@localhost"]);
    assert_eq!(
        (
            login(&server, ALICE, PASSWORD),
            login(&server, "alice@localhost", PASSWORD)
        ),
        (401, 200)
    );
    assert!(is_signed_in(&server, &alice));
    run(&["invalidate-sessions", "alice"]);
    assert!(!is_signed_in(&server, &alice));
    let id = claims(&alice.auth)["sub"].as_str().expect("an id").to_owned();
    run(&["delete", &id]);
    assert_eq!(login(&server, "alice", PASSWORD), 401);
}

#[test]
fn a_new_password_ends_all_sessions() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    server
        .cli_with_input(&["user", "change-password", "alice"], "short")
        .expect_failure(&["at least 8 characters"]);
    server
        .cli_with_input(&["user", "change-password", "alice"], "correct horse\n")
        .expect_success();
    assert!(!is_signed_in(&server, &alice));
    assert_eq!(
        (login(&server, ALICE, PASSWORD), login(&server, ALICE, "correct horse")),
        (401, 200)
    );
}

#[test]
fn all_accounts_are_imported_or_none() {
    let server = Server::start();
    let hash = "$2b$04$/uaF/uaF/uaF/uaF/uaF/uyUa5B4sNev9rTvA6TvEBWYO4koffwMy";
    let one = json!({"email": "one@example.org", "username": "one", "password_hash": hash, "admin": true}).to_string();
    let two = json!({"username": "two", "password_hash": hash}).to_string();
    let import = |text: &str| server.cli_with_input(&["user", "import"], text);
    import(&format!("{one}\n{{\n{}\n", r#"{"username": "a b"}"#))
        .expect_failure(&["line 2: ", "line 3: `a b` is no name"]);
    import(&format!("{one}\n{two}\n{two}\n"))
        .expect_failure(&["nothing was added: UNIQUE constraint failed: _user.username"]);
    import(r#"{"username": "plain", "password_hash": "secret"}"#)
        .expect_failure(&["password_hash: of argon2 or bcrypt"]);
    assert_eq!(login(&server, "one", PASSWORD), 401);
    assert_eq!(
        import(&format!("{one}\n\n{two}")).expect_success().stdout,
        "added 2 accounts\n"
    );
    assert_eq!(
        (login(&server, "one", PASSWORD), login(&server, "two", PASSWORD)),
        (200, 200)
    );
}
