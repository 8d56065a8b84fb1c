//! Words that must not occur, and where.

use crate::folders::{read, rust_files};

/// What the host knows nothing of: each of these is a feature, and features are components.
const FEATURE_WORDS: &[&str] = &["record", "password", "login", "admin", "user"];

/// Names that others gave: a pragma of SQLite, a kind of type in WIT, an option of TCP.
const FOREIGN_NAMES: &[&str] = &[
    "user_version",
    "Type::Record",
    "Val::Record",
    "tcp_user_timeout",
    "TCP_USER_TIMEOUT",
];

#[test]
fn the_host_holds_no_feature() {
    let mut found = Vec::new();
    for path in rust_files().into_iter().filter(|path| path.starts_with("host/src/")) {
        for (number, line) in read(&path).lines().enumerate() {
            let line = FOREIGN_NAMES
                .iter()
                .fold(line.to_string(), |line, name| line.replace(name, ""));
            if words(&line).any(|word| FEATURE_WORDS.contains(&word.as_str())) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// The words of a line in lower case; of identifiers, their parts (`openRecord` has none of the words, `open_record` has two).
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(|character: char| !character.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
}

#[test]
fn nothing_is_silenced_without_a_reason() {
    let mut found = Vec::new();
    for path in rust_files() {
        let source = read(&path);
        for (number, _) in source.match_indices("allow(").chain(source.match_indices("expect(")) {
            let attribute = &source[..number];
            let is_attribute = attribute.ends_with("#[") || attribute.ends_with("#![");
            let until_end = source[number..].split(")]").next().unwrap_or_default();
            if is_attribute && !until_end.contains("reason") {
                found.push(format!("{path}: {}", until_end.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn lints_are_set_for_the_whole_workspace_and_nowhere_else() {
    let manifests = crate::folders::tracked_files()
        .into_iter()
        .filter(|path| path.ends_with("/Cargo.toml"));
    let without: Vec<String> = manifests
        .filter(|path| !read(path).contains("[lints]\nworkspace = true"))
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}
