//! Writes a package: a component with its manifest and migrations appended as custom sections.
//!
//! This file depends on `wasm-encoder` alone, because the build script packs the built-ins with it.

use wasm_encoder::{ComponentSection, CustomSection};

/// The section that holds the text of `component.toml`.
pub const MANIFEST_SECTION: &str = "guesthouse:manifest";
/// A section that holds one migration: `<database>/U<version>__<name>.sql`, a line feed, and the SQL.
pub const MIGRATION_SECTION: &str = "guesthouse:migration";

/// Appends the sections. `migrations` are paths like `main/U1__create_entry.sql` with their SQL.
pub fn pack(component: Vec<u8>, manifest: &str, migrations: &[(String, String)]) -> Vec<u8> {
    let mut package = component;
    append(&mut package, MANIFEST_SECTION, manifest);
    for (path, sql) in migrations {
        append(&mut package, MIGRATION_SECTION, &format!("{path}\n{sql}"));
    }
    package
}

fn append(package: &mut Vec<u8>, name: &str, text: &str) {
    CustomSection {
        name: name.into(),
        data: text.as_bytes().into(),
    }
    .append_to_component(package);
}
