//! The tables of `host.db` that hold deployments and the audit.

use crate::capability::sqlite::Migration;

pub const SET: &str = "components";

pub fn migrations() -> Vec<Migration> {
    let migration = |version, name: &str, sql: &str| Migration {
        version,
        name: name.to_owned(),
        sql: sql.to_owned(),
    };
    vec![
        migration(1, "create_components", TABLES),
        migration(2, "add_probation", PROBATION),
    ]
}

const TABLES: &str = "\
CREATE TABLE component (
  name TEXT PRIMARY KEY,
  last_version INTEGER NOT NULL,    -- never goes down, so that no number is used twice
  current_version INTEGER,          -- NULL: removed
  deployed_ms INTEGER
) STRICT;
CREATE TABLE version (
  name TEXT NOT NULL REFERENCES component (name),
  number INTEGER NOT NULL,
  digest TEXT NOT NULL,
  manifest TEXT NOT NULL,           -- JSON
  grants TEXT NOT NULL,             -- JSON: what was accepted
  origin TEXT NOT NULL CHECK (origin IN ('builtin', 'upload')),
  replaced INTEGER,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (name, number)
) STRICT;
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  component TEXT NOT NULL,
  version INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE TRIGGER version_never_changes BEFORE UPDATE ON version
  BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
";

const PROBATION: &str = "\
-- NULL: the version that runs was not put on probation
ALTER TABLE component ADD COLUMN probation_until_ms INTEGER;
-- The entry of the audit that says why the version that runs was brought back; NULL: it was not
ALTER TABLE component ADD COLUMN withdrawal INTEGER;
";

/// Keeps the newest versions (?2 of them), the one that runs, the one that it replaced, and the newest built-in, which a removal
/// brings back.
pub const PRUNE: &str = "\
DELETE FROM version WHERE name = ?1
  AND number NOT IN (SELECT number FROM version WHERE name = ?1 ORDER BY number DESC LIMIT ?2)
  AND number IS NOT (SELECT current_version FROM component WHERE name = ?1)
  AND number IS NOT (SELECT replaced FROM version JOIN component USING (name) WHERE name = ?1 AND number = current_version)
  AND number IS NOT (SELECT max(number) FROM version WHERE name = ?1 AND origin = 'builtin')";
