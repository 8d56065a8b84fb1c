//! The published client for Python, run by the system's own interpreter.
//!
//! It is installed into a folder of its own below `target/`, once: as long as its requirements and the interpreter stay the
//! same, nothing is fetched again.

use crate::Server;
use crate::binary::project;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const CLIENT: &str = "tests/clients/pypi";
const MISSING: &str = "python3 (3.11 or newer) with pip is needed: on Debian, `apt install python3 python3-pip`";

/// Runs `clients/pypi/<scenario>.py` with the server's address; panics with what it wrote unless it ends well.
#[track_caller]
pub fn run(server: &Server, scenario: &str) {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    let packages = INSTALLED.get_or_init(install);
    let mut python = python();
    python
        .args(["-B", &format!("{scenario}.py")])
        .current_dir(project().join(CLIENT))
        .env("PYTHONPATH", packages)
        .env("GUESTHOUSE_URL", format!("http://{}", server.address()));
    expect_success(python);
}

/// The interpreter, with nothing of whoever runs the tests in its way.
fn python() -> Command {
    let mut command = Command::new("python3");
    command.env_remove("PYTHONHOME").env("PYTHONUTF8", "1");
    command
}

#[track_caller]
fn install() -> PathBuf {
    let requirements = project().join(CLIENT).join("requirements.txt");
    let wanted = format!(
        "{}\n{}",
        expect_success(version()),
        std::fs::read_to_string(&requirements).expect("the requirements are there")
    );
    let folder = project().join("target/test-clients/pypi");
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    // What is there is of other requirements, or half done.
    let _ = std::fs::remove_dir_all(&folder);
    expect_success(pip_install(&requirements, &folder));
    std::fs::write(stamp, wanted).expect("a file can be written");
    folder
}

/// Fails on an interpreter that the client cannot run on.
fn version() -> Command {
    let mut command = python();
    command.args([
        "-c",
        "import sys; print(sys.version); sys.exit(sys.version_info < (3, 11))",
    ]);
    command
}

fn pip_install(requirements: &Path, folder: &Path) -> Command {
    let mut command = python();
    command
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"])
        // The package asks for 3.13, for one annotation: `support.py` says which.
        .arg("--ignore-requires-python")
        .arg("--target")
        .arg(folder)
        .arg("--requirement")
        .arg(requirements);
    command
}

#[track_caller]
fn expect_success(mut command: Command) -> String {
    let output = command.output().expect(MISSING);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{command:?}:\n{text}{}\n({MISSING})",
        String::from_utf8_lossy(&output.stderr)
    );
    text.into_owned()
}
