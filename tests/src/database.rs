//! The database files as another program sees them: SQLite as Python has it, which reads and never writes.

use crate::Server;
use serde_json::Value;
use std::process::Command;

/// An SQLite that is older than the server's does not understand all of its triggers, which a reader has no use for: by the pragma it
/// passes them over.
const PROGRAM: &str = r#"
import json, sqlite3, sys
path, sql = sys.argv[1:]
database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
database.execute("PRAGMA writable_schema = ON")
print(json.dumps(database.execute(sql).fetchall()))
"#;

impl Server {
    /// The rows that a statement gives in a database of a running server.
    #[track_caller]
    pub fn rows(&self, database: &str, sql: &str) -> Vec<Vec<Value>> {
        let path = self.data().join(format!("{database}.db"));
        let mut python = Command::new("python3");
        python.args(["-c", PROGRAM]).arg(path).arg(sql);
        let output = python.output().expect("python3 is installed");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{database}: {sql}:\n{errors}");
        serde_json::from_slice(&output.stdout).expect("the program writes JSON")
    }

    /// Fails where a database is damaged.
    #[track_caller]
    pub fn expect_sound(&self, database: &str) {
        let found = self.rows(database, "PRAGMA integrity_check");
        assert_eq!(found, [["ok"]], "{database}.db is damaged");
    }
}
