//! Packages for Python, run by the system's own interpreter: the published client, and servers that the tests talk to.
//!
//! Those that a folder requires are installed into a folder of its own below `target/`, once: as long as the requirements and the
//! interpreter stay the same, nothing is fetched again.

use crate::Server;
use crate::binary::project;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

const CLIENT: &str = "tests/clients/pypi";
const MISSING: &str = "python3 (3.11 or newer) with pip is needed: on Debian, `apt install python3 python3-pip`";

/// Runs `clients/pypi/<scenario>.py` with the server's address; panics with what it wrote unless it ends well.
#[track_caller]
pub fn run(server: &Server, scenario: &str) {
    let mut python = python_with(CLIENT);
    python
        .args(["-B", &format!("{scenario}.py")])
        .current_dir(project().join(CLIENT))
        .env("GUESTHOUSE_URL", format!("http://{}", server.address()));
    expect_success(python);
}

/// The interpreter with what the `requirements.txt` of a folder names.
#[track_caller]
pub fn python_with(folder: &'static str) -> Command {
    static INSTALLED: Mutex<BTreeMap<&str, PathBuf>> = Mutex::new(BTreeMap::new());
    // One that failed to install fails again, with its reason.
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    let packages = installed.entry(folder).or_insert_with(|| install(folder));
    let mut python = python();
    python.env("PYTHONPATH", packages);
    python
}

/// The interpreter, with nothing of whoever runs the tests in its way.
fn python() -> Command {
    let mut command = Command::new("python3");
    command.env_remove("PYTHONHOME").env("PYTHONUTF8", "1");
    command
}

#[track_caller]
fn install(folder: &str) -> PathBuf {
    let requirements = project().join(folder).join("requirements.txt");
    let wanted = format!(
        "{}\n{}",
        expect_success(version()),
        std::fs::read_to_string(&requirements).expect("the requirements are there")
    );
    let name = Path::new(folder).file_name().expect("a folder has a name");
    let folder = project().join("target/test-clients").join(name);
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
