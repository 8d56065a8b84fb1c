//! The published clients of the wire protocol, unmodified, against one set of tables: `clients/fixture`.

use guesthouse_tests::Server;
use guesthouse_tests::binary::project;

/// A server with the tables that every scenario works on.
#[track_caller]
fn start() -> Server {
    let mut setup = Server::prepare();
    for migration in ["U1__tables.sql", "U2__apis.sql"] {
        let path = project().join("tests/clients/fixture").join(migration);
        let sql = std::fs::read_to_string(path).expect("the fixture is there");
        setup = setup.migration(migration, &sql);
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
    references_carry_what_they_lead_to: "expand";
    filters_find_what_they_say: "filters";
    lists_come_in_order_and_in_pages: "lists";
    rows_come_back_as_they_were_sent: "rows";
}
