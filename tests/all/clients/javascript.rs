//! The npm client `trailbase`.

use crate::notes;
use guesthouse_tests::npm;

#[test]
fn the_javascript_client_creates_reads_lists_updates_and_deletes() {
    npm::run(&notes::start(), "rows");
}

#[test]
fn the_javascript_client_sees_the_errors_that_it_knows() {
    npm::run(&notes::start(), "errors");
}
