//! The lines on disk: added at the end, and taken away where there are too many.

use super::error::LogsError;
use super::line::{Entry, Line, Stream};
use super::schema;
use crate::capability::sqlite::{Database, EngineOutcome, EngineStatement, EngineStep, EngineValue, Role};
use crate::components::clock;
use crate::limits;
use std::sync::Arc;

pub struct Store {
    database: Arc<Database>,
    role: Arc<Role>,
}

impl Store {
    pub async fn open(database: Arc<Database>) -> Result<Self, LogsError> {
        let role = Arc::new(Role::host());
        let made = database.migrate(&role, schema::SET, schema::migrations()).await;
        made.map_err(LogsError::Schema)?;
        Ok(Self { database, role })
    }

    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Adds lines in their order, all of them or none.
    pub async fn add(&self, lines: &[Line]) -> Result<(), LogsError> {
        let insert: Arc<str> = schema::INSERT.into();
        let step = |line: &Line| {
            let parameters = vec![
                EngineValue::Integer(line.time_ms),
                text(&line.component),
                integer(line.version),
                text(line.stream.as_str()),
                text(&line.text),
                integer(line.bytes() as u64),
            ];
            step(insert.clone(), parameters)
        };
        self.change(lines.iter().map(step).collect()).await.map(drop)
    }

    /// Takes away the oldest lines of components that have too many, and of all where they are too many together.
    pub async fn prune(&self) -> Result<(), LogsError> {
        let slack = |most: usize| integer((most + most / limits::LOG_PRUNE_SLACK) as u64);
        let too_many = "SELECT component FROM kept WHERE lines > ?1 OR bytes > ?2";
        let (lines, bytes) = (limits::LOG_KEPT_LINES_MAX, limits::LOG_KEPT_BYTES_MAX);
        let found = self.query(too_many, vec![slack(lines), slack(bytes)]).await?;
        for component in found.values {
            let parameters = vec![component, integer(lines as u64), integer(bytes as u64)];
            self.change(vec![step(schema::PRUNE_COMPONENT.into(), parameters)])
                .await?;
        }
        while self.all_bytes().await? > limits::LOG_ALL_KEPT_BYTES_MAX as i64 {
            let oldest = step(
                schema::PRUNE_OLDEST.into(),
                vec![integer(limits::LOG_BATCH_LINES as u64)],
            );
            let forget = step("DELETE FROM kept WHERE lines = 0".into(), Vec::new());
            self.change(vec![oldest, forget]).await?;
        }
        Ok(())
    }

    /// What all lines together have in bytes.
    async fn all_bytes(&self) -> Result<i64, LogsError> {
        let sum = self
            .query("SELECT coalesce(sum(bytes), 0) FROM kept", Vec::new())
            .await?;
        match sum.values.as_slice() {
            [EngineValue::Integer(bytes)] => Ok(*bytes),
            _ => Err(LogsError::NotStored),
        }
    }

    pub async fn has(&self, component: &str) -> Result<bool, LogsError> {
        let found = self
            .query("SELECT 1 FROM kept WHERE component = ?1", vec![text(component)])
            .await?;
        Ok(!found.values.is_empty())
    }

    /// The newest lines of a component before a number, the oldest of them first.
    pub async fn newest(&self, component: &str, before: Option<u64>, count: usize) -> Result<Vec<Entry>, LogsError> {
        let sql = format!(
            "{} WHERE component = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
            schema::SELECT
        );
        let before = integer(before.unwrap_or(u64::MAX));
        let mut lines = self.lines(&sql, component, before, count).await?;
        lines.reverse();
        Ok(lines)
    }

    /// The first lines of a component after a number.
    pub async fn after(&self, component: &str, after: u64, count: usize) -> Result<Vec<Entry>, LogsError> {
        let sql = format!(
            "{} WHERE component = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            schema::SELECT
        );
        self.lines(&sql, component, integer(after), count).await
    }

    /// As many lines of those that were asked for as one answer may hold.
    async fn lines(
        &self,
        sql: &str,
        component: &str,
        bound: EngineValue,
        count: usize,
    ) -> Result<Vec<Entry>, LogsError> {
        let count = count.min(limits::LOG_ANSWER_LINES_MAX) as u64;
        let found = self.query(sql, vec![text(component), bound, integer(count)]).await?;
        let rows = found.values.chunks_exact(found.columns.len().max(1));
        let lines: Option<Vec<Entry>> = rows.map(entry).collect();
        let mut lines = lines.ok_or(LogsError::NotStored)?;
        let mut bytes = 0;
        let fitting = lines.iter().take_while(|line| {
            bytes += line.text.len();
            bytes <= limits::LOG_ANSWER_BYTES_MAX
        });
        let fitting = fitting.count();
        lines.truncate(fitting);
        Ok(lines)
    }

    async fn query(&self, sql: &str, parameters: Vec<EngineValue>) -> Result<EngineOutcome, LogsError> {
        let statement = EngineStatement::new(sql, parameters);
        let outcome = self.database.query(&self.role, statement).await;
        outcome.map_err(LogsError::Database)
    }

    async fn change(&self, steps: Vec<EngineStep>) -> Result<Vec<EngineOutcome>, LogsError> {
        let outcomes = self.database.batch(&self.role, steps).await;
        outcomes.map_err(LogsError::Database)
    }
}

fn step(sql: Arc<str>, parameters: Vec<EngineValue>) -> EngineStep {
    EngineStep {
        statement: EngineStatement { sql, parameters },
        must_affect: false,
    }
}

fn entry(row: &[EngineValue]) -> Option<Entry> {
    use EngineValue::{Integer, Text};
    let [
        Integer(number),
        Integer(time_ms),
        Integer(version),
        Text(stream),
        Text(text),
    ] = row
    else {
        return None;
    };
    Some(Entry {
        number: u64::try_from(*number).ok()?,
        time: clock::rfc3339_ms(*time_ms),
        version: u64::try_from(*version).ok()?,
        stream: Stream::from_text(stream)?,
        text: text.clone(),
    })
}

fn text(text: &str) -> EngineValue {
    EngineValue::Text(text.to_owned())
}

fn integer(number: u64) -> EngineValue {
    EngineValue::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::sqlite::{Databases, Settings};

    async fn store() -> (tempfile::TempDir, Databases, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let databases = Databases::new(folder.path(), Settings::default());
        let store = Store::open(databases.open("logs").expect("a database")).await;
        (folder, databases, store.expect("a store"))
    }

    fn line(component: &str, text: impl Into<String>) -> Line {
        Line {
            time_ms: 1,
            component: component.into(),
            version: 2,
            stream: Stream::Stdout,
            text: text.into(),
        }
    }

    async fn add(store: &Store, component: &str, count: usize, text: &str) {
        let lines: Vec<Line> = (0..count)
            .map(|number| line(component, format!("{number} {text}")))
            .collect();
        for batch in lines.chunks(limits::LOG_BATCH_LINES) {
            store.add(batch).await.expect("they are written");
        }
    }

    async fn kept(store: &Store, component: &str) -> (usize, usize) {
        let sql = "SELECT lines, bytes FROM kept WHERE component = ?1";
        let found = store.query(sql, vec![text(component)]).await.expect("a count");
        let [EngineValue::Integer(lines), EngineValue::Integer(bytes)] = found.values[..] else {
            panic!("{found:?}")
        };
        let counted = "SELECT count(*), sum(bytes) FROM line WHERE component = ?1";
        let counted = store.query(counted, vec![text(component)]).await.expect("a count");
        assert_eq!(counted.values, found.values, "they are counted as they are");
        (lines as usize, bytes as usize)
    }

    fn texts(lines: &[Entry]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[tokio::test]
    async fn lines_come_back_in_their_order_from_either_end_and_whatever_they_hold() {
        let (_folder, databases, store) = store().await;
        let odd = "\0\u{1b}[2J\u{fffd}\"'";
        let lines = [
            line("page", "a"),
            line("other", "b"),
            line("page", odd),
            line("page", "c"),
        ];
        store.add(&lines).await.expect("they are written");
        let newest = store.newest("page", None, 2).await.expect("lines");
        assert_eq!(texts(&newest), [odd, "c"]);
        let before = store.newest("page", Some(newest[0].number), 2).await.expect("lines");
        assert_eq!(texts(&before), ["a"]);
        let after = store.after("page", before[0].number, 1).await.expect("lines");
        assert_eq!(after, newest[..1]);
        assert_eq!((&*after[0].time, after[0].version), ("1970-01-01T00:00:00.001Z", 2));
        assert!(store.has("other").await.expect("an answer"));
        assert!(!store.has("nobody").await.expect("an answer"));
        databases.close().await;
    }

    #[tokio::test]
    async fn an_answer_is_bounded_in_lines_and_bytes() {
        let (_folder, databases, store) = store().await;
        add(&store, "page", limits::LOG_ANSWER_LINES_MAX + 1, "").await;
        let lines = store.newest("page", None, usize::MAX).await.expect("lines");
        assert_eq!(lines.len(), limits::LOG_ANSWER_LINES_MAX);
        let long = "x".repeat(limits::LOG_LINE_BYTES_MAX);
        add(&store, "long", limits::LOG_ANSWER_LINES_MAX, &long).await;
        for lines in [
            store.newest("long", None, 1000).await.expect("lines"),
            store.after("long", 0, 1000).await.expect("lines"),
        ] {
            let bytes: usize = lines.iter().map(|line| line.text.len()).sum();
            assert!(bytes <= limits::LOG_ANSWER_BYTES_MAX && lines.len() > 200, "{bytes}");
        }
        databases.close().await;
    }

    #[tokio::test]
    async fn of_each_component_the_newest_lines_stay() {
        let (_folder, databases, store) = store().await;
        add(&store, "other", 10, "").await;
        let most = limits::LOG_KEPT_LINES_MAX;
        let slack = most / limits::LOG_PRUNE_SLACK;
        add(&store, "page", most + slack, "").await;
        store.prune().await.expect("it works");
        assert_eq!(kept(&store, "page").await.0, most + slack, "not for a few");
        add(&store, "page", 1, "the last").await;
        store.prune().await.expect("it works");
        assert_eq!(kept(&store, "page").await.0, most);
        let newest = store.newest("page", None, 1).await.expect("lines");
        assert_eq!(texts(&newest), ["0 the last"]);
        assert_eq!(kept(&store, "other").await.0, 10);
        databases.close().await;
    }

    #[tokio::test]
    async fn long_lines_are_bounded_in_bytes() {
        let (_folder, databases, store) = store().await;
        let long = "x".repeat(limits::LOG_LINE_BYTES_MAX);
        add(&store, "page", limits::LOG_KEPT_BYTES_MAX / long.len() * 3 / 2, &long).await;
        store.prune().await.expect("it works");
        let (lines, bytes) = kept(&store, "page").await;
        assert!(bytes <= limits::LOG_KEPT_BYTES_MAX, "{bytes}");
        assert!(bytes > limits::LOG_KEPT_BYTES_MAX - 2 * long.len(), "{lines}, {bytes}");
        databases.close().await;
    }

    #[tokio::test]
    async fn all_components_together_are_bounded_and_the_oldest_lines_go() {
        let (_folder, databases, store) = store().await;
        add(&store, "oldest", 1, "").await;
        let each = integer((limits::LOG_KEPT_BYTES_MAX / 2) as u64);
        let count = limits::LOG_ALL_KEPT_BYTES_MAX / (limits::LOG_KEPT_BYTES_MAX / 2);
        let fill = "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1) \
             INSERT INTO line (time_ms, component, version, stream, text, bytes) \
             SELECT 1, 'c' || i, 1, 'host', '', ?2 FROM n";
        let fill = step(fill.into(), vec![integer(count as u64), each]);
        store.change(vec![fill]).await.expect("they are written");
        add(&store, "newest", 2 * limits::LOG_BATCH_LINES, "").await;
        store.prune().await.expect("it works");
        let bytes = store.all_bytes().await.expect("a sum");
        assert!(bytes <= limits::LOG_ALL_KEPT_BYTES_MAX as i64, "{bytes}");
        assert!(!store.has("oldest").await.expect("an answer"));
        assert_eq!(
            store.newest("newest", None, 1).await.expect("lines").len(),
            1,
            "the newest stay"
        );
        databases.close().await;
    }
}
