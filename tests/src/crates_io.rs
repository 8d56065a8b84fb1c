//! The published client for Rust, in a program of its own that is built when the first test asks for it.

use crate::Server;
use crate::binary::project;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

const CLIENT: &str = "tests/clients/crates-io";

/// Runs `clients/crates-io/src/<scenario>.rs` with the server's address; panics with what it wrote unless it ends well.
#[track_caller]
pub fn run(server: &Server, scenario: &str) {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let mut program = Command::new(BUILT.get_or_init(build));
    program
        .arg(scenario)
        .env("GUESTHOUSE_URL", format!("http://{}", server.address()));
    expect_success(program);
}

/// Not a member of the workspace: the client's dependencies take longer to build than these tests, and are nobody else's.
#[track_caller]
fn build() -> PathBuf {
    let folder = project().join("target/test-clients/crates-io");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--quiet", "--locked", "--target-dir"])
        .arg(&folder)
        .current_dir(project().join(CLIENT));
    // Meant for the build of these tests, or pointing elsewhere.
    for variable in ["RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(variable);
    }
    expect_success(cargo);
    folder.join("debug/guesthouse-client-tests")
}

#[track_caller]
fn expect_success(mut command: Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
