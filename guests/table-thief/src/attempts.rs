//! Every way into an ungranted table that we could think of.

/// One way in.
pub struct Attempt {
    pub name: &'static str,
    pub call: Call,
    pub sql: &'static str,
}

/// Which call of the host it goes through.
pub enum Call {
    Query,
    Execute,
    Batch,
    Transaction,
    Stamp,
}

const fn attempt(name: &'static str, call: Call, sql: &'static str) -> Attempt {
    Attempt { name, call, sql }
}

/// All of them; the names are what the answer shows.
pub const ATTEMPTS: &[Attempt] = &[
    attempt("read", Call::Query, "SELECT secret FROM vault"),
    attempt("read-in-capitals", Call::Query, "SELECT SECRET FROM \"VAULT\""),
    attempt("read-with-schema", Call::Query, "SELECT secret FROM main.vault"),
    attempt("read-nothing-of-it", Call::Query, "SELECT 1 FROM vault"),
    attempt("count", Call::Query, "SELECT count(*) FROM vault"),
    attempt("rowid", Call::Query, "SELECT rowid FROM vault"),
    attempt(
        "join",
        Call::Query,
        "SELECT v.secret FROM bait LEFT JOIN vault v ON true",
    ),
    attempt(
        "subquery",
        Call::Query,
        "SELECT (SELECT max(secret) FROM vault) FROM bait",
    ),
    attempt(
        "exists",
        Call::Query,
        "SELECT EXISTS (SELECT * FROM vault WHERE secret LIKE 'a%')",
    ),
    attempt(
        "order-by",
        Call::Query,
        "SELECT text FROM bait ORDER BY (SELECT secret FROM vault)",
    ),
    attempt(
        "cte",
        Call::Query,
        "WITH stolen AS (SELECT secret FROM vault) SELECT * FROM stolen",
    ),
    attempt(
        "recursive-cte",
        Call::Query,
        "WITH RECURSIVE r(x) AS (SELECT secret FROM vault UNION SELECT x || 'a' FROM r WHERE length(x) < 9) SELECT * FROM r",
    ),
    attempt(
        "shadow",
        Call::Query,
        "WITH bait AS (SELECT secret AS text FROM vault) SELECT text FROM bait",
    ),
    attempt(
        "union",
        Call::Query,
        "SELECT text FROM bait UNION ALL SELECT secret FROM vault",
    ),
    attempt("window", Call::Query, "SELECT first_value(secret) OVER () FROM vault"),
    attempt(
        "granted-view-over-it",
        Call::Query,
        "SELECT secret FROM bait_with_vault",
    ),
    attempt("ungranted-view", Call::Query, "SELECT * FROM vault_view"),
    attempt("ungranted-column", Call::Query, "SELECT hidden FROM mixed"),
    attempt("all-columns", Call::Query, "SELECT * FROM mixed"),
    attempt(
        "ungranted-column-in-where",
        Call::Query,
        "SELECT open FROM mixed WHERE hidden > 'a'",
    ),
    attempt("schema-table", Call::Query, "SELECT sql FROM sqlite_schema"),
    attempt(
        "schema-table-by-its-old-name",
        Call::Query,
        "SELECT sql FROM sqlite_master",
    ),
    attempt(
        "temporary-schema-table",
        Call::Query,
        "SELECT sql FROM sqlite_temp_schema",
    ),
    attempt("table-list", Call::Query, "SELECT name FROM pragma_table_list"),
    attempt("table-info", Call::Query, "PRAGMA table_info(vault)"),
    attempt("pages", Call::Query, "SELECT * FROM dbstat"),
    attempt("migrations", Call::Query, "SELECT * FROM _migration"),
    attempt("stamp", Call::Stamp, "vault"),
    attempt(
        "write-through-query",
        Call::Query,
        "INSERT INTO bait (text) VALUES ('x') RETURNING id",
    ),
    attempt("insert", Call::Execute, "INSERT INTO vault (secret) VALUES ('x')"),
    attempt(
        "replace",
        Call::Execute,
        "REPLACE INTO vault (id, secret) VALUES (1, 'x')",
    ),
    attempt("update", Call::Execute, "UPDATE vault SET secret = 'x'"),
    attempt("delete", Call::Execute, "DELETE FROM vault"),
    attempt("delete-in-batch", Call::Batch, "DELETE FROM vault"),
    attempt("delete-in-transaction", Call::Transaction, "DELETE FROM vault"),
    attempt("read-in-transaction", Call::Transaction, "SELECT secret FROM vault"),
    attempt("trigger", Call::Execute, "DELETE FROM bait"),
    attempt("write-ungranted-column", Call::Execute, "UPDATE mixed SET hidden = 'x'"),
    attempt(
        "insert-with-ungranted-column",
        Call::Execute,
        "INSERT INTO mixed (open, hidden) VALUES ('x', 'y')",
    ),
    attempt(
        "insert-from-it",
        Call::Execute,
        "INSERT INTO bait (text) SELECT secret FROM vault",
    ),
    attempt(
        "update-from-it",
        Call::Execute,
        "UPDATE bait SET text = vault.secret FROM vault",
    ),
    attempt(
        "returning",
        Call::Execute,
        "INSERT INTO bait (text) VALUES ('x') RETURNING (SELECT secret FROM vault)",
    ),
    attempt(
        "upsert",
        Call::Execute,
        "INSERT INTO bait (id, text) VALUES (1, 'x') ON CONFLICT DO UPDATE SET text = (SELECT secret FROM vault)",
    ),
    attempt(
        "write-through-view",
        Call::Execute,
        "UPDATE bait_with_vault SET secret = 'x'",
    ),
    attempt("create-table", Call::Execute, "CREATE TABLE own (id INTEGER)"),
    attempt("create-view", Call::Execute, "CREATE VIEW own AS SELECT * FROM vault"),
    attempt(
        "create-temporary-view",
        Call::Execute,
        "CREATE TEMP VIEW own AS SELECT * FROM vault",
    ),
    attempt(
        "create-temporary-trigger",
        Call::Execute,
        "CREATE TEMP TRIGGER own AFTER INSERT ON bait BEGIN DELETE FROM vault; END",
    ),
    attempt(
        "create-trigger",
        Call::Execute,
        "CREATE TRIGGER own AFTER INSERT ON bait BEGIN DELETE FROM vault; END",
    ),
    attempt(
        "create-virtual-table",
        Call::Execute,
        "CREATE VIRTUAL TABLE own USING fts5(x)",
    ),
    attempt("create-index", Call::Execute, "CREATE INDEX own ON vault (secret)"),
    attempt("alter", Call::Execute, "ALTER TABLE vault RENAME TO bait2"),
    attempt("drop", Call::Execute, "DROP TABLE vault"),
    attempt("drop-trigger", Call::Execute, "DROP TRIGGER spill"),
    attempt(
        "write-schema-table",
        Call::Execute,
        "UPDATE sqlite_schema SET sql = '' WHERE name = 'vault'",
    ),
    attempt("writable-schema", Call::Execute, "PRAGMA writable_schema = ON"),
    attempt("journal-mode", Call::Execute, "PRAGMA journal_mode = DELETE"),
    attempt("user-version", Call::Execute, "PRAGMA user_version = 7"),
    attempt("query-only", Call::Query, "PRAGMA query_only = OFF"),
    attempt("attach", Call::Execute, "ATTACH DATABASE 'host.db' AS other"),
    attempt("detach", Call::Execute, "DETACH DATABASE main"),
    attempt("vacuum-into", Call::Execute, "VACUUM INTO 'copy.db'"),
    attempt("begin", Call::Execute, "BEGIN"),
    attempt("commit", Call::Transaction, "COMMIT"),
    attempt("savepoint", Call::Execute, "SAVEPOINT own"),
    attempt("release", Call::Transaction, "ROLLBACK"),
    attempt("load-extension", Call::Query, "SELECT load_extension('x')"),
    attempt("read-a-file", Call::Query, "SELECT readfile('/etc/passwd')"),
    attempt("two-statements", Call::Execute, "SELECT 1; DELETE FROM vault"),
    attempt(
        "comment-then-statement",
        Call::Query,
        "/* */ SELECT /* */ secret FROM vault -- ",
    ),
    attempt("explain", Call::Query, "EXPLAIN SELECT secret FROM vault"),
];
