//! The contract: every name is documented, errors are typed, and there is no second copy.

use crate::folders::{read, tracked_files};
use std::collections::BTreeMap;

fn contract() -> Vec<String> {
    let files = tracked_files().into_iter();
    files
        .filter(|path| path.starts_with("wit/") && path.ends_with(".wit") && !path.starts_with("wit/deps/"))
        .collect()
}

#[test]
fn every_name_of_the_contract_is_documented() {
    let mut undocumented = Vec::new();
    for path in contract() {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let mut inside_list = false;
        for (number, line) in lines.iter().enumerate() {
            let defines = defines_a_name(line, inside_list);
            inside_list = (inside_list || opens_a_list(line)) && !line.ends_with('}');
            if defines && !is_documented(&lines[..number]) {
                undocumented.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert!(undocumented.is_empty(), "no `///` above: {undocumented:#?}");
}

/// Bodies whose every line is a case, a field or a flag.
fn opens_a_list(line: &str) -> bool {
    line.ends_with('{')
        && ["record ", "variant ", "enum ", "flags "]
            .iter()
            .any(|keyword| line.starts_with(keyword))
}

fn defines_a_name(line: &str, inside_list: bool) -> bool {
    if line.is_empty() || line.starts_with("//") || line.starts_with('}') || line.starts_with('@') {
        return false;
    }
    let keywords = [
        "interface ",
        "world ",
        "record ",
        "variant ",
        "enum ",
        "flags ",
        "resource ",
        "type ",
    ];
    let is_function = line.contains("func(") && !line.starts_with("import ") && !line.starts_with("export ");
    inside_list || keywords.iter().any(|keyword| line.starts_with(keyword)) || is_function
}

/// The line above, attributes aside, is a comment for the reader of the contract.
fn is_documented(above: &[&str]) -> bool {
    above
        .iter()
        .rev()
        .find(|line| !line.starts_with('@'))
        .is_some_and(|line| line.starts_with("///"))
}

#[test]
fn no_error_of_the_contract_is_only_a_text() {
    for path in contract() {
        for (number, line) in read(&path).lines().enumerate() {
            let untyped = line.contains("result<") && line.replace(' ', "").contains(",string>");
            assert!(!untyped, "{path}:{}: {}", number + 1, line.trim());
        }
    }
}

#[test]
fn there_is_one_copy_of_every_contract_file() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for path in tracked_files().into_iter().filter(|path| path.ends_with(".wit")) {
        assert!(path.starts_with("wit/"), "{path}: the contract stands in wit/ only");
        if let Some(other) = seen.insert(read(&path), path.clone()) {
            panic!("{path} and {other} are the same");
        }
    }
    assert!(!seen.is_empty());
}
