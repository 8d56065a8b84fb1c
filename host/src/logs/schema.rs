//! The tables of `logs.db`.

use crate::capability::sqlite::Migration;

pub const SET: &str = "logs";

pub fn migrations() -> Vec<Migration> {
    vec![Migration {
        version: 1,
        name: "create_logs".to_owned(),
        sql: TABLES.to_owned(),
    }]
}

const TABLES: &str = "\
CREATE TABLE line (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  component TEXT NOT NULL,
  version INTEGER NOT NULL,
  stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr', 'host')),
  text TEXT NOT NULL,
  bytes INTEGER NOT NULL            -- what it counts against the limits
) STRICT;
CREATE INDEX line_of_component ON line (component);
CREATE TABLE kept (                 -- the lines of each component, counted
  component TEXT PRIMARY KEY,
  lines INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE TRIGGER line_is_counted AFTER INSERT ON line BEGIN
  INSERT INTO kept (component, lines, bytes) VALUES (NEW.component, 1, NEW.bytes)
    ON CONFLICT (component) DO UPDATE SET lines = lines + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER line_is_counted_no_more AFTER DELETE ON line BEGIN
  UPDATE kept SET lines = lines - 1, bytes = bytes - OLD.bytes WHERE component = OLD.component;
END;
";

pub const INSERT: &str = "\
INSERT INTO line (time_ms, component, version, stream, text, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// The columns, in the order in which the store takes them.
pub const SELECT: &str = "SELECT number, time_ms, version, stream, text FROM line";

/// Of one component (?1) the newest stay: ?2 lines, ?3 bytes.
pub const PRUNE_COMPONENT: &str = "\
DELETE FROM line WHERE component = ?1 AND number <= (
  SELECT max(number) FROM (
    SELECT number, row_number() OVER newest_first AS place, sum(bytes) OVER newest_first AS total
    FROM line WHERE component = ?1 WINDOW newest_first AS (ORDER BY number DESC)
  ) WHERE place > ?2 OR total > ?3
)";

/// The oldest lines go, whoever's they are: ?1 of them.
pub const PRUNE_OLDEST: &str = "DELETE FROM line WHERE number IN (SELECT number FROM line ORDER BY number LIMIT ?1)";
