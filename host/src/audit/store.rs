//! Counts by the hour in `host.db`, and what is asked of them.

use super::ledger::{Counter, Ledger, Verdict};
use super::listing::AuditLine;
use super::rows;
use crate::capability::sqlite::{
    Database, EngineError, EngineStatement, EngineStep, EngineValue, Migration, MigrationError, Role,
};
use crate::components::clock;
use crate::limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const SET: &str = "audit";

const TABLE: &str = "\
CREATE TABLE usage (
  component TEXT NOT NULL,
  version INTEGER NOT NULL,
  hour INTEGER NOT NULL,            -- since 1970
  resource TEXT NOT NULL,           -- as in lists of grants: `sqlite main: read entry`
  verdict TEXT NOT NULL CHECK (verdict IN ('allowed', 'denied')),
  calls INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,         -- of the last call, to a few seconds
  PRIMARY KEY (component, hour, version, resource, verdict)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_hour ON usage (hour);
CREATE INDEX usage_denied ON usage (last_ms) WHERE verdict = 'denied';
";

const ADD: &str = "\
INSERT INTO usage (component, version, hour, resource, verdict, calls, last_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, last_ms = excluded.last_ms";

/// Hours before ?1 go, and the oldest ones where there are more rows than ?2.
const PRUNE: &str = "\
DELETE FROM usage WHERE hour < max(?1, coalesce((SELECT hour + 1 FROM usage ORDER BY hour DESC LIMIT 1 OFFSET ?2), 0))";

const USAGE: &str = "\
SELECT resource, verdict, sum(calls), max(last_ms) FROM usage
WHERE component = ?1 AND hour >= ?2 GROUP BY resource, verdict ORDER BY resource, verdict";

/// Changes, and for each hour what was denied in it.
const LINES: &str = "\
SELECT time_ms AS time, actor, action, component, version, detail, 1 AS calls FROM audit
WHERE ?1 IS NULL OR component = ?1
UNION ALL
SELECT last_ms, 'component', 'denied', component, version, resource, calls FROM usage
WHERE verdict = 'denied' AND (?1 IS NULL OR component = ?1)
ORDER BY time DESC LIMIT ?2";

const NOTE: &str = "\
INSERT INTO audit (time_ms, actor, action, component, version, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("host.db: {0}")]
    Database(EngineError),
    #[error("host.db: {0}")]
    Schema(MigrationError),
    #[error("host.db holds a row of the audit that this program cannot read")]
    Row,
}

/// How often a component asked for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    pub resource: String,
    pub verdict: Verdict,
    pub calls: u64,
    /// When it did so last, to a few seconds.
    pub last_ms: i64,
}

pub struct Store {
    database: Arc<Database>,
    role: Arc<Role>,
    /// The hour in which old rows were dropped last.
    pruned: AtomicI64,
}

impl Store {
    pub async fn open(database: Arc<Database>) -> Result<Self, AuditError> {
        let role = Arc::new(Role::host());
        let migration = Migration {
            version: 1,
            name: "create_usage".to_owned(),
            sql: TABLE.to_owned(),
        };
        let migrated = database.migrate(&role, SET, vec![migration]).await;
        migrated.map_err(AuditError::Schema)?;
        Ok(Self {
            database,
            role,
            pruned: AtomicI64::new(0),
        })
    }

    /// What a component asked for in so many hours up to now, all its versions together.
    pub async fn usage(&self, component: &str, hours: u32) -> Result<Vec<Usage>, AuditError> {
        let since = clock::now_ms() / HOUR_MS - i64::from(hours);
        let parameters = vec![EngineValue::Text(component.to_owned()), EngineValue::Integer(since)];
        rows::usage(&self.query(USAGE, parameters).await?)
    }

    /// The newest lines of the audit, of one component or of all.
    pub async fn lines(&self, component: Option<&str>, limit: usize) -> Result<Vec<AuditLine>, AuditError> {
        let component = component.map_or(EngineValue::Null, |name| EngineValue::Text(name.to_owned()));
        let limit = limit.min(limits::AUDIT_LINES_LISTED_MAX);
        let parameters = vec![component, rows::integer(limit as u64)];
        rows::lines(&self.query(LINES, parameters).await?)
    }

    /// Writes one line of the audit about something that is stored elsewhere.
    pub async fn note(&self, actor: &str, action: &str, detail: &str) -> Result<(), AuditError> {
        let text = |text: &str| EngineValue::Text(text.to_owned());
        let parameters = vec![
            EngineValue::Integer(clock::now_ms()),
            text(actor),
            text(action),
            text(""),
            EngineValue::Integer(0),
            text(detail),
        ];
        self.write(vec![step(NOTE, parameters)]).await
    }

    /// Adds what was counted since the last time.
    pub(super) async fn add(&self, ledgers: &[Arc<Ledger>]) -> Result<(), AuditError> {
        let now = clock::now_ms();
        let mut new = Vec::new();
        for ledger in ledgers {
            for counter in ledger.all() {
                for verdict in [Verdict::Allowed, Verdict::Denied] {
                    let calls = counter.take_new(verdict);
                    if calls > 0 {
                        new.push(New::of(ledger, counter.clone(), verdict, calls));
                    }
                }
            }
        }
        let mut chunks = new.chunks(limits::AUDIT_STEPS_MAX);
        for chunk in chunks.by_ref() {
            if let Err(error) = self.write(chunk.iter().map(|new| new.step(now)).collect()).await {
                // Neither is what would have followed.
                chunk.iter().chain(chunks.flatten()).for_each(New::give_back);
                return Err(error);
            }
        }
        self.prune(now / HOUR_MS).await
    }

    async fn prune(&self, hour: i64) -> Result<(), AuditError> {
        if self.pruned.swap(hour, Ordering::Relaxed) == hour {
            return Ok(());
        }
        let oldest = EngineValue::Integer(hour - i64::from(limits::USAGE_HOURS_KEPT));
        let rows = rows::integer(limits::USAGE_ROWS_KEPT as u64);
        self.write(vec![step(PRUNE, vec![oldest, rows])]).await
    }

    async fn write(&self, steps: Vec<EngineStep>) -> Result<(), AuditError> {
        let written = self.database.batch(&self.role, steps).await;
        written.map(drop).map_err(AuditError::Database)
    }

    async fn query(&self, sql: &str, parameters: Vec<EngineValue>) -> Result<rows::Rows, AuditError> {
        let sql = sql.into();
        let queried = self
            .database
            .query(&self.role, EngineStatement { sql, parameters })
            .await;
        queried.map_err(AuditError::Database)
    }
}

/// Calls that are not stored yet.
struct New<'a> {
    ledger: &'a Ledger,
    counter: Arc<Counter>,
    verdict: Verdict,
    calls: u64,
}

impl<'a> New<'a> {
    fn of(ledger: &'a Ledger, counter: Arc<Counter>, verdict: Verdict, calls: u64) -> Self {
        Self {
            ledger,
            counter,
            verdict,
            calls,
        }
    }

    fn step(&self, now: i64) -> EngineStep {
        let text = |text: &str| EngineValue::Text(text.to_owned());
        step(
            ADD,
            vec![
                text(&self.ledger.component),
                rows::integer(self.ledger.version),
                EngineValue::Integer(now / HOUR_MS),
                text(self.counter.resource()),
                text(self.verdict.as_str()),
                rows::integer(self.calls),
                EngineValue::Integer(now),
            ],
        )
    }

    fn give_back(&self) {
        self.counter.give_back(self.verdict, self.calls);
    }
}

fn step(sql: &str, parameters: Vec<EngineValue>) -> EngineStep {
    let sql = sql.into();
    EngineStep {
        statement: EngineStatement { sql, parameters },
        must_affect: false,
    }
}

#[cfg(test)]
mod tests;
