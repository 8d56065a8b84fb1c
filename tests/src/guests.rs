//! The components of `guests/` and `examples/`, built for `wasm32-wasip2` when the first test asks for one.

use crate::binary::project;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Builds with the toolchain that the project sets up for components, which need not be the one that built these tests.
const BUILD: &str = r#"eval "$(sdk-rust/wasm-toolchain.sh)" && exec cargo build --profile component \
    --target wasm32-wasip2 --target-dir target/guests "$@""#;

/// The component of `guests/<name>`, as cargo built it: without its manifest.
pub fn component(guest: &str) -> PathBuf {
    built(&format!("guests/{guest}"))
}

/// The component of `examples/<name>`.
pub fn example(name: &str) -> PathBuf {
    built(&format!("examples/{name}"))
}

/// The manifest of `guests/<name>`.
pub fn manifest_path(guest: &str) -> PathBuf {
    project().join("guests").join(guest).join("component.toml")
}

/// Its text, for tests that change a line of it.
pub fn manifest(guest: &str) -> String {
    std::fs::read_to_string(manifest_path(guest)).expect("a guest has a manifest")
}

/// A folder with a manifest of the test's own. Migrations may be put beside it.
pub fn folder_with_manifest(manifest: &str) -> TempDir {
    let folder = TempDir::with_prefix("guesthouse-component-").expect("a temporary folder can be made");
    std::fs::write(folder.path().join("component.toml"), manifest).expect("a file can be written");
    folder
}

/// Folders of `guests/`.
pub fn names() -> Vec<String> {
    crates_in("guests")
}

fn built(folder: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(build_all);
    let file = format!(
        "target/guests/wasm32-wasip2/component/{}.wasm",
        package(folder).replace('-', "_")
    );
    let path = project().join(file);
    assert!(path.is_file(), "{} was not built", path.display());
    path
}

/// The name of the package in a folder.
fn package(folder: &str) -> String {
    let manifest =
        std::fs::read_to_string(project().join(folder).join("Cargo.toml")).expect("a package has a manifest");
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = "));
    name.expect("a package has a name").trim_matches('"').to_string()
}

fn build_all() {
    let mut command = Command::new("bash");
    command.current_dir(project()).args(["-euc", BUILD, "bash"]);
    for folder in ["guests", "examples"] {
        for name in crates_in(folder) {
            command.args(["-p", &package(&format!("{folder}/{name}"))]);
        }
    }
    // Of the cargo that runs these tests, not of the one that builds components.
    for variable in [
        "CARGO",
        "RUSTC",
        "RUSTDOC",
        "RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET",
    ] {
        command.env_remove(variable);
    }
    let output = command.output().expect("bash is installed");
    assert!(
        output.status.success(),
        "the guests do not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn crates_in(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(project().join(folder)).expect("the folder exists");
    let crates = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut names: Vec<String> = crates
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
