//! How one server spells the requests of the scenarios.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::subscription::Subscription;
use crate::request;
use crate::row::{self, Change, Row};
use crate::scenario::Scenario;

/// The record APIs that are compared have the same shape: `GET` and `PATCH` of `<records>/<id>`, `GET` and `POST` of `<records>`.
pub struct Dialect {
    /// The command line: program, data directory, address to listen on.
    pub command: fn(&Path, &Path, SocketAddr) -> Command,
    /// Answered with 200 once the server is up.
    pub ready: &'static str,
    pub hello: &'static str,
    pub records: &'static str,
    /// How to hear of every row that is inserted there.
    pub subscription: Option<Subscription>,
    /// The same rows, for their owner alone.
    pub owned: Option<&'static str>,
    /// The query string of a list of the 20 newest rows of one age.
    pub list: fn(u64) -> String,
    /// Where a list's answer holds its rows.
    pub rows: &'static str,
    /// The id of a preloaded row.
    pub id: fn(u64) -> String,
    /// Whether preloaded rows are sent with their id, because the server would not number them.
    pub sends_ids: bool,
    /// The id in the answer to an insert.
    pub inserted_id: fn(&Value) -> Option<&str>,
}

/// Where requests go, and who sends those that are not anybody's.
#[derive(Clone, Copy)]
pub struct Addressee<'a> {
    pub host: &'a str,
    /// As the field `authorization` has it.
    pub authorization: Option<&'a str>,
}

impl Dialect {
    /// Replaces what is in `out` by request `number` of the scenario.
    pub fn write(&self, scenario: Scenario, to: Addressee<'_>, number: u64, out: &mut Vec<u8>) {
        let host = to.host;
        let mut get_as_owner =
            |path: &str| request::write_authorized::<()>(out, "GET", host, path, to.authorization, None);
        match scenario {
            Scenario::Hello => request::write::<()>(out, "GET", host, self.hello, None),
            Scenario::Read => request::write::<()>(out, "GET", host, &self.row_path(number), None),
            Scenario::SignedIn => get_as_owner(&self.row_path(number)),
            Scenario::Owned => {
                let records = self.owned.expect("only servers that have it are asked");
                get_as_owner(&format!("{records}/{}", (self.id)(row::spread(number))));
            }
            Scenario::List => request::write::<()>(out, "GET", host, &self.list_path(number), None),
            Scenario::Update => {
                request::write(
                    out,
                    "PATCH",
                    host,
                    &self.row_path(number),
                    Some(&Change::numbered(number)),
                );
            }
            Scenario::Insert => request::write(out, "POST", host, self.records, Some(&Row::inserted(number))),
        }
    }

    pub fn path_of_id(&self, id: &str) -> String {
        format!("{}/{id}", self.records)
    }

    fn row_path(&self, number: u64) -> String {
        self.path_of_id(&(self.id)(row::spread(number)))
    }

    fn list_path(&self, number: u64) -> String {
        format!("{}?{}", self.records, (self.list)(number % row::AGES))
    }
}
