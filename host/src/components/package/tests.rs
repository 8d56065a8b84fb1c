//! What goes into a package comes out again, and everything that is no package says what it is.

use bytes::Bytes;
use wasm_encoder::{Component, ComponentSection, CustomSection, Module, ModuleSection};

use super::pack::pack;
use super::unpack::{Parts, unpack};
use super::*;

/// A component with a module inside it that has a section of the same name as ours.
fn component() -> Vec<u8> {
    let mut module = Module::new();
    module.section(&CustomSection {
        name: pack::MANIFEST_SECTION.into(),
        data: b"name = \"inner\"".as_slice().into(),
    });
    let mut component = Component::new();
    component.section(&ModuleSection(&module));
    component.finish()
}

const MANIFEST: &str = "name = \"a\"\n[grants.sqlite.main]\nschema = [\"entry\"]\n";

fn read(bytes: Vec<u8>) -> Result<Package, PackageError> {
    Package::read(Bytes::from(bytes))
}

#[test]
fn a_package_is_read_back_with_its_migrations_in_order() {
    let migrations = [
        ("main/U10__b.sql".to_owned(), "SELECT 10;\nSELECT 11;".to_owned()),
        ("main/U9__a.sql".to_owned(), String::new()),
    ];
    let bytes = pack(component(), MANIFEST, &migrations);
    assert_eq!(is_packed(&bytes), Ok(true));
    let package = read(bytes).expect("a package");
    assert_eq!(package.manifest.name, "a");
    let main: Vec<_> = package.migrations["main"]
        .iter()
        .map(|one| (one.version, one.name.as_str(), one.sql.as_str()))
        .collect();
    assert_eq!(main, [(9, "a", ""), (10, "b", "SELECT 10;\nSELECT 11;")]);
}

#[test]
fn a_package_is_taken_apart_into_what_was_packed() {
    let migrations = vec![
        ("main/U1__a.sql".to_owned(), "SELECT 1;\nSELECT 2;".to_owned()),
        ("main/U2__b.sql".to_owned(), String::new()),
    ];
    let mut built = component();
    let other = CustomSection {
        name: "other".into(),
        data: b"kept".as_slice().into(),
    };
    other.append_to_component(&mut built);
    let mut packed = pack(built.clone(), MANIFEST, &migrations);
    other.append_to_component(&mut packed);
    other.append_to_component(&mut built);
    let parts = Parts {
        component: built,
        manifest: MANIFEST.to_owned(),
        migrations,
    };
    assert_eq!(unpack(&packed), Ok(parts));
    assert_eq!(unpack(&component()), Err(PackageError::NoManifest));
}

#[test]
fn a_component_without_sections_of_its_own_is_not_packed() {
    assert_eq!(is_packed(&component()), Ok(false));
    assert_eq!(read(component()).expect_err("no manifest"), PackageError::NoManifest);
}

#[test]
fn what_is_no_component_says_what_it_is() {
    let code = |bytes: &[u8]| read(bytes.to_vec()).expect_err("no component").code();
    assert_eq!(code(b""), "empty_file");
    assert_eq!(code(b"hello"), "not_wasm");
    assert_eq!(code(b" (component)"), "not_wasm");
    assert_eq!(code(&Module::new().finish()), "core_module");
    assert_eq!(code(&vec![0; limits::PACKAGE_BYTES_MAX + 1]), "package_too_large");
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = pack(component(), MANIFEST, &[]);
    let whole_component = component().len();
    for length in 1..bytes.len() {
        // Cut exactly between the sections it is a smaller component, which then lacks its manifest.
        let expected: &[&str] = match length {
            8 => &["no_manifest"],
            _ if length == whole_component => &["no_manifest"],
            1..=3 => &["not_wasm"],
            _ => &["damaged_file"],
        };
        let code = read(bytes[..length].to_vec()).expect_err("a truncated file").code();
        assert!(expected.contains(&code), "{length}: {code}");
    }
}

#[test]
fn a_migration_needs_a_good_name_and_a_grant() {
    let with = |path: &str| read(pack(component(), MANIFEST, &[(path.to_owned(), String::new())])).map(|_| ());
    assert_eq!(with("main/U1__x.sql"), Ok(()));
    for path in [
        "U1__x.sql",
        "main/1__x.sql",
        "other/U1__x.sql",
        "main/U1_x.sql",
        "main/U__x.sql",
    ] {
        assert_eq!(
            with(path).expect_err("a bad migration").code(),
            "invalid_migration",
            "{path}"
        );
    }
    let twice = [
        ("main/U1__x.sql".to_owned(), String::new()),
        ("main/U01__y.sql".to_owned(), String::new()),
    ];
    assert_eq!(
        read(pack(component(), MANIFEST, &twice))
            .expect_err("two of a version")
            .code(),
        "invalid_migration"
    );
}

#[test]
fn two_manifests_are_refused() {
    let bytes = pack(pack(component(), MANIFEST, &[]), MANIFEST, &[]);
    assert_eq!(read(bytes).expect_err("two manifests"), PackageError::ManyManifests);
    let mut broken = component();
    CustomSection {
        name: pack::MANIFEST_SECTION.into(),
        data: (&[0xff][..]).into(),
    }
    .append_to_component(&mut broken);
    assert_eq!(read(broken).expect_err("no UTF-8").code(), "damaged_file");
}
