//! The published clients of the wire protocol, unmodified, against one set of tables: `clients/fixture`.

use guesthouse_tests::Server;
use guesthouse_tests::binary::project;
use guesthouse_tests::callers::Key;
use serde_json::Value;

/// Who is signed in, and the last byte of their ids, which are those of the guests of that name.
const CALLERS: [(&str, u8); 2] = [("anna", 1), ("ben", 2)];

/// A server with the tables that every scenario works on.
#[track_caller]
fn start() -> Server {
    let folder = project().join("tests/clients/fixture");
    let mut migrations: Vec<_> = std::fs::read_dir(&folder)
        .expect("the fixture is there")
        .map(|entry| entry.expect("a folder can be read").file_name())
        .collect();
    migrations.sort();
    let mut setup = Server::prepare();
    for migration in migrations {
        let sql = std::fs::read_to_string(folder.join(&migration)).expect("a migration can be read");
        setup = setup.migration(&migration.to_string_lossy(), &sql);
    }
    setup.start()
}

/// The same, where some are known: by keys that look like the tokens that clients read, for they take no others.
#[track_caller]
fn start_with_callers() -> Server {
    let server = start();
    let tokens = std::fs::read(project().join("tests/clients/tokens.json")).expect("the tokens are there");
    let tokens: Value = serde_json::from_slice(&tokens).expect("they are JSON");
    for (index, (name, last)) in CALLERS.into_iter().enumerate() {
        let id = [0x01, 0x89, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, last];
        let key = Key::new(tokens[name].as_str().expect("everybody has one"), &id);
        match index {
            0 => server.deploy_api_keys(&[key]),
            _ => server.add_key(&key),
        }
    }
    server
}

/// The same as `accounts::start`, where people may also come without a name or sign in by a code, and Carol has a second factor.
#[track_caller]
fn start_with_accounts() -> Server {
    let settings = "('enable_anonymous_signin', 1), ('enable_otp_signin', 1), ('user_identifier', 'REQUIRE_EMAIL')";
    let carol = "INSERT INTO _user (email, password_hash, totp_secret)
        SELECT 'carol@example.org', password_hash, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' FROM _user WHERE username = 'alice';";
    let setup = crate::accounts::prepare_with_all(settings);
    setup.migration("U3__carol.sql", carol).start()
}

/// A test of every client for each scenario, so that none has a gap. A scenario is a file of that name beside each client.
macro_rules! scenarios {
    ($($test:ident: $scenario:literal on $start:ident;)*) => {
        /// The npm package.
        mod javascript {
            $(#[test] fn $test() { guesthouse_tests::npm::run(&super::$start(), $scenario); })*
        }
        /// The PyPI package.
        mod python {
            $(#[test] fn $test() { guesthouse_tests::pypi::run(&super::$start(), $scenario); })*
        }
        /// The package of crates.io.
        mod rust {
            $(#[test] fn $test() { guesthouse_tests::crates_io::run(&super::$start(), $scenario); })*
        }
    };
}

scenarios! {
    accounts_are_opened_and_closed: "accounts" on start_with_accounts;
    callers_work_on_their_own_rows: "access" on start_with_callers;
    errors_have_their_status_and_text: "errors" on start;
    filters_find_what_they_say: "filters" on start;
    lists_come_in_order_and_in_pages: "lists" on start;
    references_carry_what_they_lead_to: "expand" on start;
    rows_come_back_as_they_were_sent: "rows" on start;
    subscriptions_tell_of_each_change_in_order: "subscriptions" on start;
    transactions_do_all_or_nothing: "transactions" on start;
    views_are_read_and_never_written: "views" on start;
}
