//! Entries in the table `entry`: what a row is, and how it is read and written.

use crate::signing::Signing;
use guesthouse::sqlite::{Database, Error, Row, params};
use serde::Serialize;

/// How many entries a page shows. The host bounds results too; a page should stay short long before that.
pub const PAGE_ENTRIES: i64 = 50;

const COLUMNS: &str =
    "id, name, message, homepage, homepage_title, strftime('%Y-%m-%dT%H:%M:%SZ', signed, 'unixepoch')";

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// Who signed.
    pub name: String,
    /// What they wrote.
    pub message: String,
    /// Their page, an absolute `http` or `https` URL.
    pub homepage: Option<String>,
    /// The title of that page when they signed, if it could be had.
    pub homepage_title: Option<String>,
    /// When, in UTC.
    pub signed: String,
}

impl Entry {
    fn from_row(row: Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            message: row.get(2)?,
            homepage: row.get(3)?,
            homepage_title: row.get(4)?,
            signed: row.get(5)?,
        })
    }
}

/// A page of entries, newest first: those with numbers below `before`, or the newest.
pub async fn list(database: &Database, before: Option<i64>) -> Result<Vec<Entry>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    let parameters = params![before.unwrap_or(i64::MAX), PAGE_ENTRIES];
    let rows = database.query(&sql, parameters).await?;
    rows.iter().map(Entry::from_row).collect()
}

/// One entry.
pub async fn find(database: &Database, id: i64) -> Result<Option<Entry>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE id = ?1");
    let rows = database.query(&sql, params![id]).await?;
    rows.first().map(Entry::from_row).transpose()
}

/// Adds an entry, and returns its number once it is committed.
pub async fn add(database: &Database, signing: &Signing) -> Result<i64, Error> {
    let sql = "INSERT INTO entry (name, message, homepage) VALUES (?1, ?2, ?3)";
    let parameters = params![&signing.name, &signing.message, signing.homepage.as_deref()];
    Ok(database.execute(sql, parameters).await?.last_insert_rowid())
}

/// Gives an entry the title of its homepage.
pub async fn set_title(database: &Database, id: i64, title: &str) -> Result<(), Error> {
    let sql = "UPDATE entry SET homepage_title = ?2 WHERE id = ?1";
    database.execute(sql, params![id, title]).await?;
    Ok(())
}
