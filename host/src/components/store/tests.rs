//! What the store keeps, forgets and refuses to change.

use super::*;
use crate::capability::sqlite::{Databases, Settings};
use crate::components::manifest::Manifest;
use crate::components::version::Origin;

async fn open(folder: &tempfile::TempDir) -> (Store, DataDirectory) {
    let directory = DataDirectory::open(folder.path()).expect("a data directory");
    let database = Databases::new(directory.path(), Settings::default())
        .open("host")
        .expect("host.db");
    (Store::open(database, &directory).await.expect("a store"), directory)
}

async fn add(store: &Store, number: u64, origin: Origin, run: bool) {
    let package = Bytes::from(format!("package {number}"));
    let manifest = Manifest::parse("name = \"page\"").expect("a manifest");
    let version = Version {
        name: "page".to_owned(),
        number,
        digest: Digest::of(&package),
        grants: manifest.grants.clone(),
        manifest,
        origin,
        replaced: number.checked_sub(1),
        created_ms: 7,
    };
    store.add_package(&version.digest, &package).await.expect("a package");
    let purpose = if run { Use::Run } else { Use::Keep };
    store.add(&version, purpose, entry(number)).await.expect("a version");
}

fn entry(version: u64) -> Entry<'static> {
    Entry {
        actor: Actor::Start,
        action: "deploy",
        component: "page",
        version,
        detail: String::new(),
    }
}

#[tokio::test]
async fn the_last_versions_the_running_one_what_it_replaced_and_the_built_in_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, directory) = open(&folder).await;
    let kept = limits::VERSIONS_KEPT as u64;
    add(&store, 1, Origin::Builtin, false).await;
    add(&store, 2, Origin::Upload, false).await;
    add(&store, 3, Origin::Upload, true).await;
    for number in 4..=kept + 5 {
        add(&store, number, Origin::Upload, false).await;
    }
    let numbers: Vec<_> = store
        .versions("page")
        .await
        .expect("versions")
        .iter()
        .map(|version| version.number)
        .collect();
    let expected: Vec<_> = (6..=kept + 5).rev().chain([3, 2, 1]).collect();
    assert_eq!(numbers, expected);
    assert_eq!(
        std::fs::read_dir(directory.components()).expect("the folder").count(),
        expected.len()
    );
    assert_eq!(
        store.pointer("page").await.expect("a pointer"),
        Some(Pointer {
            last: kept + 5,
            current: Some(3)
        })
    );
}

#[tokio::test]
async fn a_version_is_read_as_it_was_written_and_a_damaged_package_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, directory) = open(&folder).await;
    add(&store, 1, Origin::Builtin, true).await;
    let running = store.running_one("page").await.expect("a row").expect("a version");
    let Version {
        number,
        origin,
        replaced,
        created_ms,
        digest,
        ..
    } = running.version;
    assert_eq!((number, origin, replaced, created_ms), (1, Origin::Builtin, Some(0), 7));
    assert_eq!(store.package(&digest).await.expect("the package"), "package 1");
    std::fs::write(directory.components().join(format!("{digest}.wasm")), "package 2").expect("a file");
    assert!(matches!(store.package(&digest).await, Err(StoreError::Altered(_))));
}

#[tokio::test]
async fn neither_versions_nor_the_audit_can_be_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, _directory) = open(&folder).await;
    add(&store, 1, Origin::Upload, true).await;
    store.remove("page", None, entry(1)).await.expect("a removal");
    add(&store, 2, Origin::Upload, true).await;
    for sql in [
        "UPDATE version SET origin = 'builtin'",
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
    ] {
        assert!(
            store.change(vec![step(sql, Vec::new())], entry(2)).await.is_err(),
            "{sql}"
        );
    }
    let count = store
        .query("SELECT count(*) FROM audit", Vec::new())
        .await
        .expect("a count");
    assert_eq!(count.values, [EngineValue::Integer(3)]);
}
