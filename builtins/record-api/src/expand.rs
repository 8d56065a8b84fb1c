//! A request's `expand`: the rows that references point at, fetched by the statement that fetches the records.
//!
//! That statement stays whole, as a subquery that the referenced tables are joined to, so that no name in it can come to
//! mean another column. Behind the values of a record come, for each expansion, whether there is such a row and its values.

use guesthouse::sqlite::Value;

use crate::api::Api;
use crate::error::Error;
use crate::expansion::Expansion;
use crate::limits;
use crate::sql::Sql;

/// How the joined tables are called.
const ALIASES: [&str; limits::EXPANSIONS_MAX] = ["e0", "e1", "e2", "e3", "e4"];

/// What one request expands.
#[derive(Debug, Default)]
pub struct Expand<'a>(Vec<Expanded<'a>>);

#[derive(Debug)]
struct Expanded<'a> {
    expansion: &'a Expansion,
    alias: &'static str,
    /// Which value of a row tells whether the referenced row is there. Its values follow.
    presence: usize,
}

impl<'a> Expand<'a> {
    /// Finds what a comma list names. An empty list is none.
    pub fn parse(api: &'a Api, list: &str) -> Result<Self, Error> {
        let names = list.split(',').filter(|_| !list.is_empty());
        let mut presence = api.selected_count();
        let mut expanded: Vec<Expanded<'a>> = Vec::new();
        for (index, name) in names.enumerate() {
            let expansion = api.expansions.iter().find(|expansion| expansion.column == name);
            let (Some(expansion), Some(alias)) = (expansion, ALIASES.get(index)) else {
                return Err(Error::InvalidExpansion);
            };
            expanded.push(Expanded {
                expansion,
                alias,
                presence,
            });
            presence += 1 + expansion.columns.len();
        }
        Ok(Self(expanded))
    }

    /// Joins the referenced rows to what `records` selects; leaves it as it is where nothing is expanded. The order of
    /// the records has to be said again, of columns of `record`.
    pub fn join(&self, records: Sql) -> Sql {
        if self.0.is_empty() {
            return records;
        }
        let mut sql = Sql::new("SELECT record.*");
        for Expanded { expansion, alias, .. } in &self.0 {
            sql.push(", ")
                .push(alias)
                .push(".")
                .identifier(&expansion.key)
                .push(" IS NOT NULL");
            for column in &expansion.columns {
                sql.push(", ").push(alias).push(".").identifier(&column.identifier);
            }
        }
        sql.push(" FROM (").append(records).push(") AS record");
        for Expanded { expansion, alias, .. } in &self.0 {
            sql.push(" LEFT JOIN ")
                .identifier(&expansion.table)
                .push(" AS ")
                .push(alias);
            sql.push(" ON ").push(alias).push(".").identifier(&expansion.key);
            sql.push(" = record.").identifier(&expansion.identifier);
        }
        sql
    }

    /// Whether nothing is expanded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes `,"data":{...}` where the reference in this column is expanded and its row is there.
    pub fn write_data(&self, body: &mut Vec<u8>, column: &str, row: &[Value]) -> Result<(), Error> {
        let Some(expanded) = self.0.iter().find(|expanded| expanded.expansion.column == column) else {
            return Ok(());
        };
        match row.get(expanded.presence..) {
            Some([Value::Integer(1), values @ ..]) => {
                body.extend_from_slice(b",\"data\":");
                expanded.expansion.writer.write(body, values, &Expand::default())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
