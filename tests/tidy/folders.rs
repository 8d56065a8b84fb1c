//! The files of the project, and what may stand at its top.

use std::path::Path;
use std::process::Command;

/// Folders of the house (README), and the small files that tools demand beside them.
const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "builtins",
    "examples",
    "guests",
    "host",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "sdk-js",
    "sdk-rust",
    "tests",
    "wit",
];

pub fn project() -> &'static Path {
    guesthouse_tests::binary::project()
}

/// Every file that is or would be committed, relative to the project's top. Where git is not to be had, all but build results.
pub fn tracked_files() -> Vec<String> {
    let git = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(project())
        .output();
    let mut files: Vec<String> = match git {
        Ok(output) if output.status.success() => {
            let list = String::from_utf8(output.stdout).expect("our file names are text");
            list.split_terminator('\0').map(String::from).collect()
        }
        _ => walk(""),
    };
    files.retain(|path| project().join(path).is_file());
    files.sort();
    files.dedup();
    files
}

fn walk(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(project().join(folder))
        .expect("a folder can be read")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if entry.path().is_file() {
            files.push(path);
        } else if !["target", "data", "node_modules", ".git", "__pycache__"].contains(&name.as_str()) {
            files.extend(walk(&path));
        }
    }
    files
}

pub fn rust_files() -> Vec<String> {
    tracked_files()
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .collect()
}

/// Files that a tool wrote, or that are others' work taken over unchanged.
pub fn is_generated(path: &str) -> bool {
    path.starts_with("wit/deps/") || path.ends_with("Cargo.lock") || path.ends_with("package-lock.json")
}

#[track_caller]
pub fn read(path: &str) -> String {
    let bytes = std::fs::read(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn nothing_else_stands_at_the_top() {
    let strange: Vec<String> = tracked_files()
        .into_iter()
        .filter(|path| !TOP_LEVEL.contains(&path.split('/').next().unwrap_or_default()))
        .collect();
    assert!(strange.is_empty(), "{strange:#?}");
}

#[test]
fn every_folder_of_the_house_says_what_it_is() {
    for folder in [
        "wit", "host", "builtins", "guests", "sdk-rust", "sdk-js", "examples", "tests",
    ] {
        let has_files = tracked_files()
            .iter()
            .any(|path| path.starts_with(&format!("{folder}/")));
        assert!(
            !has_files || project().join(folder).join("README.md").is_file(),
            "{folder} has no README.md"
        );
    }
}

#[test]
fn no_build_result_is_committed() {
    let built: Vec<String> = tracked_files()
        .into_iter()
        .filter(|path| {
            [".wasm", ".cwasm", ".db", ".so", ".o", ".rlib", ".pyc"]
                .iter()
                .any(|kind| path.ends_with(kind))
        })
        .collect();
    assert!(built.is_empty(), "{built:#?}");
}
