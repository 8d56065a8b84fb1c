//! The shape of source files.

use crate::folders::{is_generated, project, read, rust_files, tracked_files};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// Functions that are longer, with their length: this list may only shrink.
const LONGER_FUNCTIONS: &[(&str, &str, usize)] = &[];

#[test]
fn every_rust_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = rust_files()
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of: {silent:#?}");
}

#[test]
fn no_file_is_too_long() {
    let written = |path: &String| {
        [
            ".rs", ".wit", ".js", ".mjs", ".ts", ".py", ".sh", ".sql", ".css", ".html",
        ]
        .iter()
        .any(|kind| path.ends_with(kind))
    };
    let long: Vec<_> = tracked_files()
        .into_iter()
        .filter(|path| written(path) && !is_generated(path))
        .map(|path| (read(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > FILE_LINES_MAX)
        .collect();
    assert!(long.is_empty(), "more than {FILE_LINES_MAX} lines: {long:#?}");
}

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for path in rust_files() {
        for (name, lines) in functions(&read(&path)) {
            let known = LONGER_FUNCTIONS.contains(&(path.as_str(), name.as_str(), lines));
            if lines > FUNCTION_LINES_MAX && !known {
                long.push((path.clone(), name, lines));
            }
        }
    }
    assert!(long.is_empty(), "more than {FUNCTION_LINES_MAX} lines: {long:#?}");
}

#[test]
fn the_list_of_longer_functions_is_up_to_date() {
    for (path, name, lines) in LONGER_FUNCTIONS {
        let still = project().join(path).is_file() && functions(&read(path)).contains(&((*name).to_string(), *lines));
        assert!(
            still,
            "{name} in {path} has changed: take it off the list, or lower its number"
        );
    }
}

/// Name and length of every function. The formatter indents, so a function ends with the first `}` as far in as it began.
fn functions(source: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for (begin, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let closing = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let rest = &lines[begin + 1..];
        let one_line = line.trim_end().ends_with([';', '}']);
        if let (false, Some(end)) = (one_line, rest.iter().position(|line| *line == closing)) {
            found.push((name, end + 2));
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    loop {
        match words.next()? {
            "fn" => break,
            "const" | "async" | "unsafe" | "extern" | "\"C\"" => {}
            word if word.starts_with("pub") => {}
            _ => return None,
        }
    }
    let name = words.next()?;
    Some(name.split(['(', '<']).next().unwrap_or(name).to_string())
}

#[test]
fn nothing_is_left_to_do_later() {
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["unimple", "mented!"].concat(),
        ["to", "do!("].concat(),
    ];
    let mut found = Vec::new();
    for path in rust_files() {
        for (number, line) in read(&path).lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
