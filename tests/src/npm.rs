//! The published JavaScript client, run by node against a server.

use crate::Server;
use crate::binary::project;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Runs `clients/npm/<scenario>.mjs` with the server's address; panics with what it wrote unless it ends well.
#[track_caller]
pub fn run(server: &Server, scenario: &str) {
    let output = Command::new("node")
        .arg(format!("{scenario}.mjs"))
        .current_dir(installed())
        .env("GUESTHOUSE_URL", format!("http://{}", server.address()))
        .output()
        .expect("node is installed");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The folder with the scenarios, once npm has put the client there.
fn installed() -> PathBuf {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    let folder = project().join("tests/clients/npm");
    INSTALLED.get_or_init(|| {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(&folder);
        let output = npm.output().expect("npm is installed");
        assert!(
            output.status.success(),
            "npm ci failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    });
    folder
}
