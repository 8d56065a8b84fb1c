//! The table of `host.db` that holds the outbox.

use crate::capability::sqlite::Migration;

pub const SET: &str = "mail";

pub fn migrations() -> Vec<Migration> {
    vec![Migration {
        version: 1,
        name: "create_mail".to_owned(),
        sql: TABLE.to_owned(),
    }]
}

const TABLE: &str = "\
CREATE TABLE mail (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  component TEXT NOT NULL,
  message_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('kept', 'waiting', 'relayed', 'failed')),
  detail TEXT NOT NULL DEFAULT '',   -- what went wrong last
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_ms INTEGER NOT NULL,
  head TEXT NOT NULL,                -- JSON: all but the contents
  contents TEXT,                     -- JSON; NULL once it is relayed
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_waiting ON mail (next_try_ms) WHERE state = 'waiting';
";

/// One more message, if there is room among those that wait (?8 messages, ?9 bytes).
pub const INSERT: &str = "\
INSERT INTO mail (time_ms, component, message_id, state, next_try_ms, head, contents, bytes)
SELECT ?1, ?2, ?3, ?4, ?1, ?5, ?6, ?7
WHERE (SELECT count(*) < ?8 AND coalesce(sum(bytes), 0) + ?7 <= ?9 FROM mail WHERE state = 'waiting')";

/// Of those that wait no longer the newest stay: ?1 messages, ?2 bytes.
pub const PRUNE: &str = "\
DELETE FROM mail WHERE number IN (
  SELECT number FROM (
    SELECT number, row_number() OVER newest_first AS place, sum(bytes) OVER newest_first AS total
    FROM mail WHERE state <> 'waiting' WINDOW newest_first AS (ORDER BY number DESC)
  ) WHERE place > ?1 OR total > ?2
)";

/// The columns, in the order in which `rows` takes them, but for the contents.
pub const SELECT: &str = "SELECT number, time_ms, component, message_id, state, detail, tries, head FROM mail";
