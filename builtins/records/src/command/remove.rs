//! `api remove`: the API goes, the table stays.

use guesthouse::command::Answer;
use guesthouse::sqlite::{Database, params};

use super::configuration::{Configuration, unknown};
use super::failure::Failure;

/// Removes it.
pub async fn remove(database: &Database, name: &str) -> Result<Answer, Failure> {
    let removed = database
        .execute("DELETE FROM _record_api WHERE name = ?1", params![name])
        .await?;
    match removed.changes() {
        0 => Err(unknown(name, Configuration::all(database).await?)),
        _ => Ok(Answer::success(format!(
            "the API {name} is gone; its table and the records in it stay\n"
        ))),
    }
}
