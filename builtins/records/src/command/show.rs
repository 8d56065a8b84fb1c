//! `api show`: all that is set of one API.

use guesthouse::command::Answer;
use guesthouse::sqlite::Database;
use record_api::access::Operation;

use super::configuration::{Configuration, unknown};
use super::failure::Failure;
use super::text;

/// Shows it.
pub async fn show(database: &Database, name: &str) -> Result<Answer, Failure> {
    match Configuration::find(database, name).await? {
        Some(one) => Ok(Answer::success(describe(&one))),
        None => Err(unknown(name, Configuration::all(database).await?)),
    }
}

/// What is set, one option a line, called as `api set` calls them.
pub fn describe(one: &Configuration) -> String {
    let mut rows: Vec<[String; 2]> = Vec::new();
    let mut add = |option: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push([option.into(), value.replace('\n', "\n                 ")]);
        }
    };
    let limit = one.list_records_max.map(|limit| limit.to_string());
    add("name", Some(&one.name));
    add("table", Some(&one.table));
    add("world", one.world.as_deref().or(Some("-")));
    add("authenticated", one.authenticated.as_deref().or(Some("-")));
    for operation in Operation::ALL {
        let option = format!("{}-rule", operation.word().to_ascii_lowercase());
        add(&option, one.rules[operation as usize].as_deref());
    }
    add("exclude", one.excluded.as_deref());
    add("expand", one.expand.as_deref());
    add("conflict", one.conflict.as_deref());
    add("limit", limit.as_deref());
    add("autofill", one.autofill.then_some("true"));
    add("subscriptions", one.subscriptions.then_some("true"));
    // As wide as the longest there can be, so that the further lines of a rule stand below its first.
    for row in &mut rows {
        row[0] = format!("{:<15}", row[0]);
    }
    text::columns(&rows)
}
