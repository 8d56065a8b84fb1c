//! The references of a table whose rows answers can carry: what an API's `expand` names.

use guesthouse::sqlite::{Row, Rows};

use crate::checks;
use crate::encode::RecordWriter;
use crate::schema::{Column, Refusal, Table, read_column};
use crate::sql::Identifier;

/// Every column of every table that a single column of the table `?1` references: what [`read_column`] reads of it,
/// and then the referencing column, the referenced table and its key (nothing where the reference leaves it out),
/// whether that table is STRICT, and its text.
pub const REFERENCED_COLUMNS: &str = "SELECT c.name, c.type, c.\"notnull\" <> 0, c.dflt_value IS NOT NULL, c.pk, c.hidden, \
         f.\"from\", s.name, f.\"to\", l.strict <> 0, s.sql \
     FROM (SELECT id, \"table\", \"from\", \"to\" \
         FROM pragma_foreign_key_list(?1) \
         GROUP BY id HAVING count(*) = 1) AS f \
     JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = f.\"table\" COLLATE NOCASE \
     JOIN pragma_table_list(s.name) AS l ON l.schema = 'main' \
     JOIN pragma_table_xinfo(s.name) AS c \
     ORDER BY f.id, c.cid";

/// A column that references rows of another table, which an answer can carry.
#[derive(Debug)]
pub struct Expansion {
    /// The referencing column.
    pub column: String,
    pub identifier: Identifier,
    /// The referenced table.
    pub table: Identifier,
    /// Its key, which the column holds.
    pub key: Identifier,
    /// Those of its columns that clients may see.
    pub columns: Vec<Column>,
    pub writer: RecordWriter,
}

impl Expansion {
    /// Makes those that the API's `expand` names, or says why one cannot be.
    pub fn read_all<'a>(
        table: &Table,
        names: impl Iterator<Item = &'a str>,
        referenced_columns: &Rows,
    ) -> Result<Vec<Self>, Refusal> {
        names.map(|name| Self::read(table, name, referenced_columns)).collect()
    }

    fn read(table: &Table, name: &str, referenced_columns: &Rows) -> Result<Self, Refusal> {
        let refuse = |why: &str| Refusal::Misconfigured(format!("it expands {name}, which {why}"));
        let Some(column) = table.visible(name) else {
            return Err(refuse("is no column of its table that clients may see"));
        };
        let rows = rows_of(name, referenced_columns)?;
        let Some(first) = rows.first() else {
            return Err(refuse("references no table"));
        };
        let (referenced, key, is_strict) = (
            first.get::<&str>(7)?,
            first.get::<Option<&str>>(8)?,
            first.get::<bool>(9)?,
        );
        if referenced.starts_with('_') {
            return Err(refuse(&format!(
                "references {referenced}: tables named _... stay inside"
            )));
        }
        if !is_strict {
            return Err(refuse(&format!("references {referenced}, which is not STRICT")));
        }
        let Some(key) = key_of(&rows, key)? else {
            return Err(refuse(&format!(
                "does not reference the key of {referenced}, or that is several columns"
            )));
        };
        let checks = checks::find(first.get(10)?);
        let columns: Vec<Column> = rows
            .iter()
            .map(|row| read_column(row, true, &checks))
            .collect::<Result<_, _>>()?;
        let columns: Vec<Column> = columns.into_iter().filter(|column| !column.is_hidden).collect();
        Ok(Self {
            column: name.into(),
            identifier: column.identifier.clone(),
            table: Identifier::from_schema(referenced),
            key: Identifier::from_schema(key),
            writer: RecordWriter::new(&columns, &[]),
            columns,
        })
    }
}

/// The columns of the table that the column references. Where it references several, the first counts.
fn rows_of<'r>(name: &str, referenced_columns: &'r Rows) -> Result<Vec<Row<'r>>, Refusal> {
    let mut rows: Vec<Row<'r>> = Vec::new();
    for row in referenced_columns.iter() {
        let is_of_first = match rows.first() {
            Some(first) => row.get::<&str>(7)? == first.get::<&str>(7)?,
            None => true,
        };
        if is_of_first && row.get::<&str>(6)?.eq_ignore_ascii_case(name) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The only column of the table's key, if that is what is referenced.
fn key_of<'r>(rows: &[Row<'r>], referenced: Option<&str>) -> Result<Option<&'r str>, Refusal> {
    let mut keys = Vec::new();
    for row in rows {
        if row.get::<i64>(4)? > 0 {
            keys.push(row.get::<&str>(0)?);
        }
    }
    Ok(match keys[..] {
        [key] if referenced.is_none_or(|referenced| referenced.eq_ignore_ascii_case(key)) => Some(key),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
