//! `api list`: all APIs, one a line.

use guesthouse::command::Answer;
use guesthouse::sqlite::Database;
use record_api::access::Operation;

use super::configuration::Configuration;
use super::failure::Failure;
use super::text;

/// Lists them.
pub async fn list(database: &Database) -> Result<Answer, Failure> {
    let all = Configuration::all(database).await?;
    if all.is_empty() {
        let hint = "no table has an API; `guesthouse api set NAME --table TABLE --world READ` gives it to one\n";
        return Ok(Answer::success(hint));
    }
    let mut rows = vec![["NAME", "TABLE", "WORLD", "AUTHENTICATED", "RULES"].map(str::to_owned)];
    rows.extend(all.into_iter().map(row));
    Ok(Answer::success(text::columns(&rows)))
}

fn row(one: Configuration) -> [String; 5] {
    let ruled = Operation::ALL
        .into_iter()
        .filter(|operation| one.rules[*operation as usize].is_some());
    let ruled: Vec<&str> = ruled.map(Operation::word).collect();
    let or_nothing = |list: Option<String>| list.filter(|list| !list.is_empty()).unwrap_or_else(|| "-".into());
    [
        one.name,
        one.table,
        or_nothing(one.world),
        or_nothing(one.authenticated),
        or_nothing(Some(ruled.join(","))),
    ]
}
