//! Messages in the table `chat_message`: what a row is, and how it is read and written.

use crate::visit::Visit;
use guesthouse::sqlite::{Database, Error, Row, params, step};
use serde::Serialize;

/// How many messages a page shows, and how many somebody who comes back is told.
pub const SHOWN: i64 = 50;
/// Messages of all rooms that are kept. Nobody looks further back, and the table must not grow for ever.
const KEPT: i64 = 10_000;

const COLUMNS: &str = "id, room, name, text, strftime('%Y-%m-%dT%H:%M:%SZ', sent, 'unixepoch')";

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its number: larger than those of all that were said before.
    pub id: i64,
    /// Where it was said.
    #[serde(skip)]
    pub room: String,
    /// By whom.
    pub name: String,
    /// What was said.
    pub text: String,
    /// When, in UTC.
    pub sent: String,
}

impl Message {
    fn from_row(row: Row<'_>) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            room: row.get(1)?,
            name: row.get(2)?,
            text: row.get(3)?,
            sent: row.get(4)?,
        })
    }
}

/// The newest messages of a room, oldest first.
pub async fn newest(database: &Database, room: &str) -> Result<Vec<Message>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_message WHERE room = ?1 ORDER BY id DESC LIMIT ?2");
    let rows = database.query(&sql, params![room, SHOWN]).await?;
    let mut messages: Vec<Message> = rows.iter().map(Message::from_row).collect::<Result<_, _>>()?;
    messages.reverse();
    Ok(messages)
}

/// What was said in a room after a message, up to one more than is shown.
pub async fn missed(database: &Database, room: &str, after: i64) -> Result<Vec<Message>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_message WHERE room = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    let rows = database.query(&sql, params![room, after, SHOWN + 1]).await?;
    rows.iter().map(Message::from_row).collect()
}

/// What was said in any room after a message.
pub async fn after(database: &Database, after: i64) -> Result<Vec<Message>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM chat_message WHERE id > ?1 ORDER BY id LIMIT ?2");
    let rows = database.query(&sql, params![after, SHOWN]).await?;
    rows.iter().map(Message::from_row).collect()
}

/// The number of the newest message of any room; 0 where there is none.
pub async fn last(database: &Database) -> Result<i64, Error> {
    let rows = database
        .query("SELECT coalesce(max(id), 0) FROM chat_message", params![])
        .await?;
    rows.first().map_or(Ok(0), |row| row.get(0))
}

/// Adds a message. Nobody is told here: whoever follows the table does that, in the order in which messages were committed.
pub async fn add(database: &Database, visit: &Visit, text: &str) -> Result<(), Error> {
    let insert = "INSERT INTO chat_message (room, name, text) VALUES (?1, ?2, ?3)";
    let forget = "DELETE FROM chat_message WHERE id <= (SELECT max(id) FROM chat_message) - ?1";
    let steps = vec![
        step(insert, params![&visit.room, &visit.name, text]),
        step(forget, params![KEPT]),
    ];
    database.batch(steps).await?;
    Ok(())
}
