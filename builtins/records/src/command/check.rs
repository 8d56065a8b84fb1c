//! `api check`: what everybody can do who is not signed in, and how many records they see.

use std::fmt::Write;

use guesthouse::command::Answer;
use guesthouse::sqlite::Database;
use record_api::access::Operation;
use record_api::api::Api;
use record_api::caller::Caller;
use record_api::catalog::{self, Served};
use record_api::sql::Sql;

use super::configuration::Configuration;
use super::failure::Failure;
use super::text;
use crate::list;

/// Looks at all APIs, or those that are named.
pub async fn check(database: &Database, names: &[String]) -> Result<Answer, Failure> {
    let mut output = String::new();
    for one in Configuration::of_names(database, names).await? {
        let says = match catalog::examine(&one.name).await? {
            Ok(Served { database, api, .. }) => open(&database, &api, &one).await?,
            Err(refusal) => format!("  nothing: it cannot be served: {refusal}\n"),
        };
        writeln!(output, "{} ({})\n{says}", one.name, one.table).expect("writing to a string cannot fail");
    }
    Ok(Answer::success(output.trim_end().to_owned() + "\n"))
}

/// What of an API is open, one operation a line.
async fn open(database: &Database, api: &Api, one: &Configuration) -> Result<String, Failure> {
    let mut rows = Vec::new();
    for operation in Operation::ALL {
        let writes = matches!(operation, Operation::Create | Operation::Update | Operation::Delete);
        if !api.access.world().contains(&operation) || (writes && api.table.is_view) {
            continue;
        }
        let rule = one.rules[operation as usize].as_deref();
        let what = match (api.access.mistake(operation), operation) {
            (Some(mistake), _) => format!("nothing: the rule has a mistake: {mistake}"),
            (None, Operation::Read) => seen(database, api).await?,
            (None, Operation::Create) => "records of any kind".into(),
            (None, Operation::Update | Operation::Delete) => "all records".into(),
            (None, Operation::Schema) => "what records look like".into(),
        };
        let rule = rule.map_or_else(String::new, |rule| format!("where {}", rule.replace('\n', " ")));
        rows.push([format!("  {}", operation.word()), what, rule]);
    }
    Ok(match rows.is_empty() {
        true => "  nothing\n".into(),
        false => text::columns(&rows),
    })
}

/// How many records a caller sees whom nobody knows, by the rule as it is evaluated for a list.
async fn seen(database: &Database, api: &Api) -> Result<String, Failure> {
    let mut all = Sql::new("SELECT count(*) FROM ");
    all.identifier(&api.table.identifier);
    let (all, parameters) = all.into_parts();
    let all = database.query(&all, parameters).await?;
    let all: i64 = all.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(match list::count_seen(database, api, &Caller::anonymous()).await {
        Ok(seen) => format!("{seen} of {all} records"),
        Err(why) => format!("nothing: the rule cannot be evaluated: {why}"),
    })
}
