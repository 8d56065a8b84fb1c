//! What is committed speaks of the project alone: it must read the same on everybody's machine.

use crate::folders::{is_generated, read, tracked_files};

#[test]
fn no_file_names_a_folder_of_one_machine() {
    // Put together here, so that this file does not contain them itself.
    let folders: Vec<String> = ["work", "home", "root", "Users"]
        .iter()
        .map(|name| format!("/{name}/"))
        .collect();
    let mut found = Vec::new();
    for path in tracked_files().into_iter().filter(|path| !is_generated(path)) {
        for (number, line) in read(&path).lines().enumerate() {
            if folders.iter().any(|folder| begins_a_path(line, folder)) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether `folder` stands in the line as the begin of an absolute path (and not inside `a/work/b` or a URL).
fn begins_a_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|character| !(character.is_alphanumeric() || "._-~}/*$".contains(character)))
    })
}

#[test]
fn lock_files_name_no_host_that_packages_were_fetched_from() {
    let public = [
        "https://github.com/rust-lang/crates.io-index",
        "https://registry.npmjs.org/",
    ];
    for path in tracked_files()
        .into_iter()
        .filter(|path| path.ends_with("Cargo.lock") || path.ends_with("package-lock.json"))
    {
        for line in read(&path)
            .lines()
            .filter(|line| line.contains("source = ") || line.contains("\"resolved\""))
        {
            assert!(public.iter().any(|host| line.contains(host)), "{path}: {line}");
        }
    }
}

#[test]
fn scripts_stop_at_the_first_failure_and_can_be_run() {
    for path in tracked_files() {
        let text = read(&path);
        if !text.starts_with("#!") || !text.lines().next().is_some_and(|line| line.contains("bash")) {
            continue;
        }
        assert!(
            text.contains("set -euo pipefail"),
            "{path} does not stop at the first failure"
        );
        use std::os::unix::fs::PermissionsExt;
        let mode = crate::folders::project()
            .join(&path)
            .metadata()
            .expect("it is there")
            .permissions()
            .mode();
        assert!(mode & 0o100 != 0, "{path} cannot be run");
    }
}
