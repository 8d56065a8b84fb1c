//! Who may know whom: `examples, guests, builtins -> sdk -> wit <- host`, and the tests know the binary only.

use crate::folders::{read, rust_files, tracked_files};

/// The engines of the host. Only the benchmark compares itself with a plain server made of one of them.
const ENGINES: &[&str] = &["wasmtime", "hyper", "libsql", "tokio-rustls"];
const BENCHMARK: &str = "tests/bench/Cargo.toml";

/// What several built-ins have in common: libraries that are no component.
const LIBRARIES_OF_BUILTINS: &[&str] = &["record-api"];

fn manifests() -> Vec<String> {
    tracked_files()
        .into_iter()
        .filter(|path| path.ends_with("/Cargo.toml"))
        .collect()
}

/// The names of all dependencies of a manifest, of every kind.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in read(manifest).lines() {
        if let Some(section) = line.strip_prefix('[') {
            inside = section.trim_end_matches(']').ends_with("dependencies");
        } else if inside && !line.starts_with('#') {
            names.extend(
                line.split(['.', '='])
                    .next()
                    .map(|name| name.trim().to_string())
                    .filter(|name| !name.is_empty()),
            );
        }
    }
    names
}

#[test]
fn only_the_host_names_its_engines() {
    for manifest in manifests().into_iter().filter(|path| !path.starts_with("host/")) {
        for name in dependencies(&manifest) {
            let engine = ENGINES
                .iter()
                .any(|engine| name == *engine || name.starts_with(&format!("{engine}-")));
            assert!(
                !engine || (manifest == BENCHMARK && name.starts_with("hyper")),
                "{manifest} names {name}"
            );
        }
    }
}

#[test]
fn components_know_the_sdk_and_never_the_host_or_each_other() {
    for manifest in manifests() {
        let component = ["guests/", "builtins/", "examples/"]
            .iter()
            .any(|folder| manifest.starts_with(folder));
        for name in dependencies(&manifest) {
            let ours = name.starts_with("guesthouse")
                || name.starts_with("guest-")
                || name.starts_with("builtin-")
                || name.starts_with("example-");
            assert!(
                !(component && ours) || name == "guesthouse-sdk",
                "{manifest} names {name}"
            );
            let sdk = manifest.starts_with("sdk-rust/");
            assert!(
                !(sdk && ours),
                "{manifest} names {name}: the SDK knows the contract only"
            );
        }
    }
}

#[test]
fn a_library_of_built_ins_is_for_them_alone_and_knows_the_sdk_alone() {
    for library in LIBRARIES_OF_BUILTINS {
        let folder = format!("builtins/{library}/");
        assert!(
            !tracked_files().contains(&format!("{folder}component.toml")),
            "{folder} is a component"
        );
        for manifest in manifests() {
            let is_inside = manifest.starts_with(&folder);
            for name in dependencies(&manifest) {
                let is_of_builtin = manifest.starts_with("builtins/") && !is_inside;
                assert!(name != *library || is_of_builtin, "{manifest} names {name}");
                assert!(
                    !is_inside || !LIBRARIES_OF_BUILTINS.contains(&name.as_str()),
                    "{manifest} names {name}"
                );
            }
        }
    }
}

#[test]
fn the_host_knows_components_as_bytes_only() {
    for name in dependencies("host/Cargo.toml") {
        let component = name.starts_with("guest") || name.starts_with("builtin") || name.starts_with("example");
        assert!(!component, "host/Cargo.toml names {name}");
    }
}

#[test]
fn the_tests_know_nothing_of_the_project_but_the_binary() {
    for name in dependencies("tests/Cargo.toml") {
        assert!(
            !name.starts_with("guest") && !name.starts_with("builtin"),
            "tests/Cargo.toml names {name}"
        );
    }
}

#[test]
fn sqlite_is_called_from_one_place_only() {
    for path in rust_files().into_iter().filter(|path| path.starts_with("host/src/")) {
        let inside = path.starts_with("host/src/capability/sqlite/");
        let names = read(&path)
            .lines()
            .any(|line| !line.trim_start().starts_with("//") && line.contains("libsql"));
        assert!(inside || !names, "{path} names libsql");
    }
}

#[test]
fn the_engine_of_sqlite_knows_no_component() {
    for path in rust_files()
        .into_iter()
        .filter(|path| path.starts_with("host/src/capability/sqlite/engine/"))
    {
        let text = read(&path);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            assert!(
                !line.contains("wasmtime") && !line.contains("crate::capability::bindings"),
                "{path}: {line}"
            );
        }
    }
}
