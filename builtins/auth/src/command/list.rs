//! `guesthouse user list`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use guesthouse::command::Answer;
use guesthouse::sqlite::{Row, blob, params};

use super::Failure;
use crate::database;
use crate::error::Error;

/// As many as are read at once.
const PAGE: u32 = 1000;
/// The most that are shown: what the terminal is sent is bounded, and this is about half of that.
const ACCOUNTS_MAX: usize = 5000;

const SELECT: &str = "SELECT id, coalesce(email, ''), coalesce(unverified_email, ''), coalesce(username, ''), admin,
    totp_secret IS NOT NULL, date(created, 'unixepoch'),
    (SELECT count(*) FROM _session AS s WHERE s.user = u.id AND (s.expires IS NULL OR s.expires > ?2))
    FROM _user AS u WHERE id > ?1 ORDER BY id LIMIT ?3";

pub async fn list() -> Result<Answer, Failure> {
    let database = database::open()?;
    let now = database::now();
    let mut lines = vec![["ID", "EMAIL", "NAME", "CREATED", "SESSIONS", "NOTES"].map(String::from)];
    let mut last = Vec::new();
    loop {
        let page = database
            .query(SELECT, vec![blob(last.as_slice()), now.into(), PAGE.into()])
            .await?;
        let Some(row) = page.iter().last() else { break };
        last = row.get::<&[u8]>(0)?.to_vec();
        for row in page.iter() {
            lines.push(line(row)?);
        }
        if lines.len() > ACCOUNTS_MAX {
            break;
        }
    }
    let count = database.query("SELECT count(*) FROM _user", params![]).await?;
    let count: i64 = count.first().map_or(Ok(0), |row| row.get(0))?;
    Ok(Answer::success(table(&lines, count)))
}

fn line(row: Row<'_>) -> Result<[String; 6], Error> {
    let (email, unverified): (&str, &str) = (row.get(1)?, row.get(2)?);
    let notes = [
        (row.get::<bool>(4)?, "administrator"),
        (row.get::<bool>(5)?, "second factor"),
        (!unverified.is_empty(), "not verified"),
    ];
    let notes: Vec<&str> = notes
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, note)| *note)
        .collect();
    Ok([
        URL_SAFE.encode(row.get::<&[u8]>(0)?),
        if email.is_empty() { unverified } else { email }.to_owned(),
        row.get::<&str>(3)?.to_owned(),
        row.get::<Option<&str>>(6)?.unwrap_or_default().to_owned(),
        row.get::<i64>(7)?.to_string(),
        notes.join(", "),
    ])
}

/// Columns as wide as their widest text, and how many accounts there are beyond those shown.
fn table(lines: &[[String; 6]], count: i64) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    let shown = i64::try_from(lines.len() - 1).unwrap_or(i64::MAX);
    if count > shown {
        text.push_str(&format!("and {} more\n", count - shown));
    }
    text
}
