//! The outbox on disk: what was sent, and where it is.

use super::error::MailError;
use super::message::{Attachment, Message};
use super::{rows, schema};
use crate::capability::sqlite::{Database, EngineError, EngineOutcome, EngineStatement, EngineStep, EngineValue, Role};
use crate::components::clock;
use crate::limits;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub struct Outbox {
    database: Arc<Database>,
    role: Arc<Role>,
}

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Kept,
    Waiting,
    Relayed,
    Failed,
}

/// A message in the outbox, all but its contents.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub number: u64,
    pub time_ms: i64,
    pub component: String,
    pub message_id: String,
    pub state: State,
    /// What went wrong last.
    pub detail: String,
    pub tries: u32,
    pub message: Message,
}

/// What of a message is dropped once it is relayed.
#[derive(Serialize, Deserialize)]
struct Contents {
    text: String,
    html: Option<String>,
    attachments: Vec<Attachment>,
}

/// A message as it is stored.
pub struct Draft {
    head: String,
    contents: String,
}

impl Draft {
    pub fn new(mut message: Message) -> Result<Self, MailError> {
        let contents = json(&Contents {
            text: std::mem::take(&mut message.text),
            html: message.html.take(),
            attachments: std::mem::take(&mut message.attachments),
        })?;
        match contents.len() > limits::MAIL_STORED_BYTES_MAX {
            true => Err(super::message::too_many_bytes()),
            false => Ok(Self {
                head: json(&message)?,
                contents,
            }),
        }
    }
}

impl State {
    pub fn as_str(&self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Waiting => "waiting",
            State::Relayed => "relayed",
            State::Failed => "failed",
        }
    }
}

impl Outbox {
    pub async fn open(database: Arc<Database>) -> Result<Self, MailError> {
        let role = Arc::new(Role::host());
        let made = database.migrate(&role, schema::SET, schema::migrations()).await;
        made.map_err(MailError::Schema)?;
        Ok(Self { database, role })
    }

    /// Adds a message and returns its number. Old ones go where there are too many.
    pub async fn add(&self, component: &str, message_id: &str, state: State, draft: Draft) -> Result<u64, MailError> {
        let bytes = integer(draft.head.len() + draft.contents.len());
        let parameters = vec![
            EngineValue::Integer(clock::now_ms()),
            text(component),
            text(message_id),
            text(state.as_str()),
            EngineValue::Text(draft.head),
            EngineValue::Text(draft.contents),
            bytes,
            integer(limits::MAIL_WAITING_MAX),
            integer(limits::MAIL_WAITING_BYTES_MAX),
        ];
        let insert = EngineStep {
            statement: EngineStatement::new(schema::INSERT, parameters),
            must_affect: true,
        };
        match self.database.batch(&self.role, vec![insert, prune()]).await {
            Ok(outcomes) => Ok(outcomes
                .first()
                .map_or(0, |outcome| outcome.last_insert_rowid.unsigned_abs())),
            Err(EngineError::Unmet(_)) => Err(MailError::TooMany),
            Err(error) => Err(MailError::Database(error)),
        }
    }

    /// Up to so many, newest first, without their contents.
    pub async fn list(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, MailError> {
        let sql = format!("{} WHERE number < ?1 ORDER BY number DESC LIMIT ?2", schema::SELECT);
        let before = before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
        let parameters = vec![EngineValue::Integer(before), integer(limit)];
        rows::entries(&self.query(&sql, parameters).await?)
    }

    /// One message, with its contents if they are still kept.
    pub async fn get(&self, number: u64) -> Result<Option<Entry>, MailError> {
        let sql = format!("{} WHERE number = ?1", schema::SELECT);
        let mut entries = rows::entries(&self.query(&sql, vec![integer_u64(number)]).await?)?;
        let Some(mut entry) = entries.pop() else {
            return Ok(None);
        };
        let contents = self
            .query("SELECT contents FROM mail WHERE number = ?1", vec![integer_u64(number)])
            .await?;
        // It may have been relayed, or dropped, between the two.
        if let Some(EngineValue::Text(contents)) = contents.values.first() {
            let contents: Contents = serde_json::from_str(contents).map_err(|_| MailError::NotStored)?;
            (entry.message.text, entry.message.html) = (contents.text, contents.html);
            entry.message.attachments = contents.attachments;
        }
        Ok(Some(entry))
    }

    /// Up to `limit` and `more` messages that wait, and when each is to be tried next, the earliest first.
    pub async fn waiting(&self, limit: usize, more: usize) -> Result<Vec<(u64, i64)>, MailError> {
        let sql = "SELECT number, next_try_ms FROM mail WHERE state = 'waiting' ORDER BY next_try_ms, number LIMIT ?1";
        let outcome = self.query(sql, vec![integer(limit + more)]).await?;
        let one = |row: &[EngineValue]| match row {
            [EngineValue::Integer(number), EngineValue::Integer(next_try_ms)] => {
                Some((u64::try_from(*number).ok()?, *next_try_ms))
            }
            _ => None,
        };
        let rows = outcome.values.chunks_exact(2);
        rows.map(one).collect::<Option<_>>().ok_or(MailError::NotStored)
    }

    /// The relay took it: nobody needs its contents any longer.
    pub async fn relayed(&self, number: u64) -> Result<(), MailError> {
        let sql = "UPDATE mail SET state = 'relayed', detail = '', tries = tries + 1, contents = NULL, bytes = length(head) WHERE number = ?1";
        self.change(sql, vec![integer_u64(number)]).await
    }

    /// It will not be tried again.
    pub async fn failed(&self, number: u64, why: &str) -> Result<(), MailError> {
        let sql = "UPDATE mail SET state = 'failed', detail = ?2, tries = tries + 1 WHERE number = ?1";
        self.change(sql, vec![integer_u64(number), text(why)]).await
    }

    /// It will be tried again then.
    pub async fn postpone(&self, number: u64, why: &str, next_try_ms: i64) -> Result<(), MailError> {
        let sql = "UPDATE mail SET detail = ?2, tries = tries + 1, next_try_ms = ?3 WHERE number = ?1";
        let parameters = vec![integer_u64(number), text(why), EngineValue::Integer(next_try_ms)];
        self.change(sql, parameters).await
    }

    async fn change(&self, sql: &str, parameters: Vec<EngineValue>) -> Result<(), MailError> {
        let change = EngineStep {
            statement: EngineStatement::new(sql, parameters),
            must_affect: false,
        };
        let changed = self.database.batch(&self.role, vec![change, prune()]).await;
        changed.map(drop).map_err(MailError::Database)
    }

    async fn query(&self, sql: &str, parameters: Vec<EngineValue>) -> Result<EngineOutcome, MailError> {
        let statement = EngineStatement::new(sql, parameters);
        self.database
            .query(&self.role, statement)
            .await
            .map_err(MailError::Database)
    }
}

fn prune() -> EngineStep {
    let parameters = vec![
        integer(limits::MAIL_FINISHED_MAX),
        integer(limits::MAIL_FINISHED_BYTES_MAX),
    ];
    EngineStep {
        statement: EngineStatement::new(schema::PRUNE, parameters),
        must_affect: false,
    }
}

fn json(value: &impl Serialize) -> Result<String, MailError> {
    serde_json::to_string(value).map_err(|_| MailError::NotStored)
}

fn text(text: &str) -> EngineValue {
    EngineValue::Text(text.to_owned())
}

fn integer(number: usize) -> EngineValue {
    integer_u64(number as u64)
}

fn integer_u64(number: u64) -> EngineValue {
    EngineValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::message::Mailbox;
    use super::*;
    use crate::capability::sqlite::{Databases, Settings};

    fn message(text: &str) -> Message {
        let mailbox = Mailbox {
            name: None,
            address: "a@example.org".into(),
        };
        Message {
            sender: None,
            reply_to: None,
            recipients: vec![mailbox],
            hidden_recipients: Vec::new(),
            subject: "Hello".into(),
            text: text.into(),
            html: Some("<p>Hello</p>".into()),
            attachments: vec![Attachment {
                file_name: "a".into(),
                content_type: "text/plain".into(),
                contents: vec![0, 255],
            }],
        }
    }

    async fn outbox() -> (tempfile::TempDir, Databases, Outbox) {
        let folder = tempfile::tempdir().expect("a folder");
        let databases = Databases::new(folder.path(), Settings::default());
        let outbox = Outbox::open(databases.open("host").expect("a database")).await;
        (folder, databases, outbox.expect("an outbox"))
    }

    async fn add(outbox: &Outbox, state: State) -> Result<u64, MailError> {
        let draft = Draft::new(message("A text")).expect("a draft");
        outbox.add("page", "<1@example.org>", state, draft).await
    }

    async fn run(outbox: &Outbox, sql: &str, parameters: Vec<EngineValue>) {
        outbox.change(sql, parameters).await.expect("a change");
    }

    #[tokio::test]
    async fn a_message_comes_back_as_it_was_and_loses_its_contents_once_it_is_relayed() {
        let (_folder, databases, outbox) = outbox().await;
        let number = add(&outbox, State::Waiting).await.expect("a number");
        let entry = outbox.get(number).await.expect("an answer").expect("an entry");
        assert_eq!((&entry.state, &entry.message), (&State::Waiting, &message("A text")));
        outbox
            .postpone(number, "later", entry.time_ms + 5)
            .await
            .expect("postponed");
        assert_eq!(
            outbox.waiting(1, 0).await.expect("a list"),
            [(number, entry.time_ms + 5)]
        );
        outbox.relayed(number).await.expect("relayed");
        let entry = outbox.get(number).await.expect("an answer").expect("an entry");
        assert_eq!(
            (&entry.state, entry.tries, entry.detail.as_str()),
            (&State::Relayed, 2, "")
        );
        assert_eq!((entry.message.text.as_str(), entry.message.attachments.len()), ("", 0));
        assert_eq!(outbox.waiting(1, 0).await.expect("a list"), []);
        databases.close().await;
    }

    #[tokio::test]
    async fn number_and_bytes_of_what_waits_are_bounded() {
        let (_folder, databases, outbox) = outbox().await;
        let most = limits::MAIL_WAITING_MAX;
        let fill = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
             INSERT INTO mail (time_ms, component, message_id, state, next_try_ms, head, bytes) \
             SELECT 0, 'page', '', 'waiting', 0, '{}', 1 FROM n";
        run(&outbox, fill, vec![integer(most - 1)]).await;
        add(&outbox, State::Waiting).await.expect("the last one");
        assert!(matches!(add(&outbox, State::Waiting).await, Err(MailError::TooMany)));
        run(&outbox, "DELETE FROM mail WHERE number > 1", Vec::new()).await;
        add(&outbox, State::Waiting).await.expect("there is room again");
        let large = integer(limits::MAIL_WAITING_BYTES_MAX - 10);
        run(&outbox, "UPDATE mail SET bytes = ?1 WHERE number = 1", vec![large]).await;
        assert!(matches!(add(&outbox, State::Waiting).await, Err(MailError::TooMany)));
        databases.close().await;
    }

    #[tokio::test]
    async fn of_what_waits_no_longer_only_the_newest_stay() {
        let (_folder, databases, outbox) = outbox().await;
        let waiting = add(&outbox, State::Waiting).await.expect("a number");
        let fill = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
             INSERT INTO mail (time_ms, component, message_id, state, next_try_ms, head, bytes) \
             SELECT 0, 'page', '', 'kept', 0, '{}', 1 FROM n";
        run(&outbox, fill, vec![integer(limits::MAIL_FINISHED_MAX)]).await;
        let newest = add(&outbox, State::Kept).await.expect("a number");
        let count = outbox
            .query("SELECT count(*) FROM mail", Vec::new())
            .await
            .expect("a count");
        assert_eq!(
            count.values,
            [integer(limits::MAIL_FINISHED_MAX + 1)],
            "and the one that waits"
        );
        let large = integer(limits::MAIL_FINISHED_BYTES_MAX - 10);
        run(
            &outbox,
            "UPDATE mail SET bytes = ?1 WHERE number = ?2",
            vec![large, integer_u64(newest)],
        )
        .await;
        let entries = outbox
            .query("SELECT number FROM mail ORDER BY number", Vec::new())
            .await
            .expect("a list");
        assert!(
            entries.values.len() <= 12,
            "the older ones had to go: {}",
            entries.values.len()
        );
        assert_eq!(entries.values.first(), Some(&integer_u64(waiting)));
        databases.close().await;
    }

    #[test]
    fn contents_that_grow_as_they_are_stored_are_refused() {
        let grown = message(&"\"".repeat(limits::MAIL_STORED_BYTES_MAX / 2));
        assert!(matches!(Draft::new(grown), Err(MailError::TooLarge(_))));
    }
}
