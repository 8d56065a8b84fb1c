//! What all scenarios use: the client, lists of keys, and one way to expect an error.

use serde_json::Value;
use std::fmt::Debug;
use trailbase_client::{Client, Error, ListResponse, RecordApi};

/// Where the server under test is.
pub fn url() -> String {
    std::env::var("GUESTHOUSE_URL").expect("the tests say where the server is")
}

/// The published client, of nobody in particular.
pub fn client() -> Client {
    Client::new(url().as_str(), None).expect("that is a URL")
}

/// An API of the server under test.
pub fn api(name: &str) -> RecordApi {
    client().records(name)
}

/// Panics unless the request was refused with this status, which is all that this client shows.
#[track_caller]
pub fn expect_error<T: Debug>(status: u16, result: Result<T, Error>) {
    match result {
        Err(Error::HttpStatus(actual)) => assert_eq!(actual.as_u16(), status),
        other => panic!("expected {status}, got {other:?}"),
    }
}

/// The keys of the rows of a page.
pub fn ids(page: &ListResponse<Value>) -> Vec<i64> {
    let id = |row: &Value| row["id"].as_i64().expect("the keys are integers");
    page.records.iter().map(id).collect()
}
