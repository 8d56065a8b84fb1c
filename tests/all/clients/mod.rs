//! The published clients of the wire protocol, unmodified, against one set of tables: `clients/fixture`.

use guesthouse_tests::Server;
use guesthouse_tests::binary::project;

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

/// A test of every client for each scenario, so that none has a gap. A scenario is a file of that name beside each client.
macro_rules! scenarios {
    ($($test:ident: $scenario:literal;)*) => {
        /// The npm package.
        mod javascript {
            $(#[test] fn $test() { guesthouse_tests::npm::run(&super::start(), $scenario); })*
        }
        /// The PyPI package.
        mod python {
            $(#[test] fn $test() { guesthouse_tests::pypi::run(&super::start(), $scenario); })*
        }
        /// The package of crates.io.
        mod rust {
            $(#[test] fn $test() { guesthouse_tests::crates_io::run(&super::start(), $scenario); })*
        }
    };
}

scenarios! {
    errors_have_their_status_and_text: "errors";
    filters_find_what_they_say: "filters";
    lists_come_in_order_and_in_pages: "lists";
    references_carry_what_they_lead_to: "expand";
    rows_come_back_as_they_were_sent: "rows";
    transactions_do_all_or_nothing: "transactions";
    views_are_read_and_never_written: "views";
}
