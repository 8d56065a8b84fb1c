//! JavaScript: the published client, run by node against a server, and components made with our SDK.

use crate::Server;
use crate::binary::project;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

const CLIENT: &str = "tests/clients/npm";
const SDK: &str = "sdk-js";

/// Runs `clients/npm/<scenario>.mjs` with the server's address; panics with what it wrote unless it ends well.
#[track_caller]
pub fn run(server: &Server, scenario: &str) {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| install(CLIENT, &["ci"]));
    let mut node = Command::new("node");
    node.arg(format!("{scenario}.mjs"))
        .current_dir(project().join(CLIENT))
        .env("GUESTHOUSE_URL", format!("http://{}", server.address()));
    expect_success(node);
}

/// The component that the SDK makes of a file, such as `examples/hello-js/app.js`.
#[track_caller]
pub fn component(file: &str) -> PathBuf {
    install_sdk();
    let wasm = project()
        .join("target/test-components")
        .join(file)
        .with_extension("wasm");
    std::fs::create_dir_all(wasm.parent().expect("it is inside a folder")).expect("a folder can be made");
    let mut node = Command::new("node");
    node.current_dir(project())
        .arg(format!("{SDK}/bin/guesthouse-build.mjs"))
        .arg(file)
        .arg("-o")
        .arg(&wasm);
    expect_success(node);
    wasm
}

/// Runs the SDK's own tests.
#[track_caller]
pub fn test_sdk() {
    install_sdk();
    let mut npm = Command::new("npm");
    npm.args(["test"]).current_dir(project().join(SDK));
    expect_success(npm);
}

/// Not `npm ci`: that refuses the lock file where the compiler's binaries for other systems are not to be had.
fn install_sdk() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| install(SDK, &["install", "--no-save"]));
}

/// Installs what the lock file of a folder names.
#[track_caller]
pub(crate) fn install(folder: &str, how: &[&str]) {
    let mut npm = Command::new("npm");
    npm.args(how)
        .args(["--no-audit", "--no-fund"])
        .current_dir(project().join(folder));
    expect_success(npm);
}

#[track_caller]
fn expect_success(mut command: Command) {
    let output = command.output().expect("node and npm are installed");
    assert!(
        output.status.success(),
        "{command:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
