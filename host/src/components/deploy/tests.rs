//! The state machine of deployments, with a runtime that only notes what it was told, and real databases and files.

mod probation;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex as StdMutex;

use tempfile::TempDir;

use super::*;
use crate::capability::sqlite::{EngineStatement, EngineValue, Role, Settings};
use crate::components::commands::{Answer as CommandAnswer, Call, CommandError};
use crate::components::package::pack::pack;
use crate::components::services::StillUsed;
use crate::components::version::Digest;
use crate::data_directory::DataDirectory;

/// Runs nothing. A component whose description is `broken` cannot be made ready.
#[derive(Default)]
struct Noted {
    running: StdMutex<BTreeMap<String, u64>>,
    /// How long each is watched.
    watched: StdMutex<BTreeMap<String, Option<Duration>>>,
}

impl Runtime for Noted {
    type Prepared = ();

    async fn compile(&self, _version: &Version, _wasm: &Bytes) -> Result<(), Refusal> {
        Ok(())
    }

    async fn prepare_cached(&self, _version: &Version) -> Option<Result<(), Refusal>> {
        None
    }

    async fn prepare(&self, version: &Version, _wasm: Bytes) -> Result<(), Refusal> {
        match version.manifest.description.as_deref() {
            Some("broken") => Err(Refusal::Start("it does not start".to_owned())),
            _ => Ok(()),
        }
    }

    /// Nothing of it is compiled.
    fn imports(&self, (): &()) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// It knows of no services.
    fn still_used(&self, _version: &Version) -> Vec<StillUsed> {
        Vec::new()
    }

    fn check_fit(&self, _version: &Version, (): &()) -> Result<(), Refusal> {
        Ok(())
    }

    fn runs(&self, name: &str) -> Option<u64> {
        self.running.lock().expect("no panic before").get(name).copied()
    }

    async fn next_failing(&self) -> Failing {
        std::future::pending().await
    }

    fn take_stand_by(&self, _failing: &Failing) -> Option<()> {
        None
    }

    fn switch(&self, changes: Vec<Change<()>>) {
        let mut running = self.running.lock().expect("no panic before");
        let mut watched = self.watched.lock().expect("no panic before");
        for change in changes {
            match change {
                Change::Put(version, (), probation) => {
                    watched.insert(version.name.clone(), probation);
                    running.insert(version.name, version.number)
                }
                Change::Remove(name) => running.remove(&name),
            };
        }
    }

    async fn run_command(&self, name: &str, _call: Call) -> Result<CommandAnswer, CommandError> {
        Err(CommandError::Unknown(name.to_owned()))
    }
}

struct House {
    deployer: Deployer<Noted>,
    runtime: Arc<Noted>,
    directory: DataDirectory,
}

impl House {
    async fn open(path: &Path) -> House {
        let directory = DataDirectory::open(path).expect("a data directory");
        let own = Databases::new(directory.path(), Settings::default());
        let store = Store::open(own.open("host").expect("host.db"), &directory)
            .await
            .expect("a store");
        let databases = Arc::new(Databases::new(directory.path(), Settings::default()));
        let runtime = Arc::new(Noted::default());
        House {
            deployer: Deployer::new(store, databases, runtime.clone()),
            runtime,
            directory,
        }
    }

    async fn new() -> (TempDir, House) {
        let folder = tempfile::tempdir().expect("a folder");
        let house = House::open(folder.path()).await;
        (folder, house)
    }

    async fn deploy(&self, manifest: &str) -> Result<Deployed, DeployError> {
        self.deployer
            .deploy(package(manifest), options(None, true), Actor::CommandLine)
            .await
    }

    fn running(&self) -> Vec<(String, u64)> {
        self.runtime
            .running
            .lock()
            .expect("no panic before")
            .clone()
            .into_iter()
            .collect()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.directory.components())
            .expect("the folder")
            .count()
    }

    async fn stored(&self, name: &str) -> Vec<u64> {
        let versions = self.deployer.versions(name).await;
        versions
            .map(|versions| versions.iter().map(|line| line.version).collect())
            .unwrap_or_default()
    }
}

fn options(name: Option<&str>, accept_grants: bool) -> DeployOptions {
    DeployOptions {
        name: name.map(str::to_owned),
        accept_grants,
        ..DeployOptions::default()
    }
}

fn package(manifest: &str) -> Bytes {
    package_with(manifest, &[])
}

fn package_with(manifest: &str, migrations: &[(String, String)]) -> Bytes {
    Bytes::from(pack(wasm_encoder::Component::new().finish(), manifest, migrations))
}

fn builtin(manifest: &str) -> Builtin {
    let package = package(manifest);
    let digest = Digest::of(&package).to_string();
    Builtin {
        name: "page",
        package: Box::leak(package.to_vec().into_boxed_slice()),
        digest: digest.leak(),
    }
}

fn only(name: &str, number: u64) -> Vec<(String, u64)> {
    vec![(name.to_owned(), number)]
}

#[tokio::test]
async fn versions_count_up_and_a_rollback_leads_to_the_one_before() {
    let (_folder, house) = House::new().await;
    for (number, previous) in [(1, None), (2, Some(1)), (3, Some(2))] {
        let deployed = house
            .deploy(&format!("name = \"page\"\ndescription = \"{number}\""))
            .await
            .expect("a deployment");
        assert_eq!((deployed.version, deployed.previous), (number, previous));
    }
    let rolled_back = house
        .deployer
        .rollback("page", None, Actor::CommandLine)
        .await
        .expect("a rollback");
    assert_eq!((rolled_back.version, rolled_back.previous), (2, Some(3)));
    // The fourth replaces the second: the third was left behind for a reason.
    house.deploy("name = \"page\"").await.expect("a deployment");
    let rolled_back = house
        .deployer
        .rollback("page", None, Actor::CommandLine)
        .await
        .expect("a rollback");
    assert_eq!(rolled_back.version, 2);
    assert_eq!(
        house
            .deployer
            .rollback("page", Some(3), Actor::CommandLine)
            .await
            .expect("a rollback")
            .version,
        3
    );
    assert_eq!(house.running(), only("page", 3));
    for (number, expected) in [(9, "no_such_version"), (3, "runs_already")] {
        let error = house
            .deployer
            .rollback("page", Some(number), Actor::CommandLine)
            .await
            .expect_err("no rollback");
        assert_eq!(error.code(), expected);
    }
    let error = house
        .deployer
        .rollback("other", None, Actor::CommandLine)
        .await
        .expect_err("no rollback");
    assert_eq!(error.code(), "not_found");
}

#[tokio::test]
async fn a_failure_at_any_step_leaves_everything_as_it_was() {
    let (_folder, house) = House::new().await;
    house
        .deploy("name = \"page\"\nroutes = [\"/page\"]")
        .await
        .expect("a deployment");
    let asks = "name = \"page\"\n[grants.sqlite.main]\nread = [\"entry\"]\nschema = [\"entry\"]";
    let broken_sql = [(
        "main/U1__entry.sql".to_owned(),
        "CREATE TABLE entry (x); CREATE TABEL y (x)".to_owned(),
    )];
    for (package, accept, expected) in [
        (Bytes::from_static(b"no component"), true, "not_wasm"),
        (package("name = \"Page\""), true, "invalid_manifest"),
        (
            package("name = \"other\"\nroutes = [\"/page\"]"),
            true,
            "route_conflict",
        ),
        (
            package("name = \"page\"\ndescription = \"broken\""),
            true,
            "not_started",
        ),
        (package(asks), false, "grants_not_accepted"),
        (package_with(asks, &broken_sql), true, "migration_failed"),
    ] {
        let error = house
            .deployer
            .deploy(package, options(None, accept), Actor::CommandLine)
            .await
            .expect_err("no deployment");
        assert_eq!(error.code(), expected, "{error}");
        assert_eq!(house.running(), only("page", 1));
        assert_eq!(
            (house.stored("page").await, house.stored("other").await, house.files()),
            (vec![1], vec![], 1)
        );
    }
}

#[tokio::test]
async fn grants_are_accepted_once_and_only_widening_asks_again() {
    let (_folder, house) = House::new().await;
    let wide = package("name = \"page\"\n[grants.sqlite.main]\nread = [\"a\", \"b\"]");
    let narrow = package("name = \"page\"\n[grants.sqlite.main]\nread = [\"a\"]");
    let deploy = |package: &Bytes, accept| {
        house
            .deployer
            .deploy(package.clone(), options(None, accept), Actor::ControlSocket)
    };
    match deploy(&narrow, false).await.expect_err("not accepted") {
        DeployError::GrantsNotAccepted { review, .. } => assert_eq!(review.added, ["sqlite main: read a"]),
        other => panic!("{other}"),
    }
    deploy(&wide, true).await.expect("accepted");
    deploy(&narrow, false).await.expect("nothing new");
    let error = deploy(&wide, false).await.expect_err("wider again");
    assert_eq!(error.code(), "grants_not_accepted");
    house
        .deployer
        .rollback("page", None, Actor::ControlSocket)
        .await
        .expect("what was accepted once");
}

#[tokio::test]
async fn a_component_migrates_its_own_tables_under_its_own_name() {
    let (_folder, house) = House::new().await;
    let manifest =
        "name = \"page\"\n[grants.sqlite.main]\nread = [\"entry\"]\nwrite = [\"entry\"]\nschema = [\"entry\"]";
    let create = (
        "main/U1__entry.sql".to_owned(),
        "CREATE TABLE entry (x INTEGER) STRICT".to_owned(),
    );
    let insert = (
        "main/U2__first.sql".to_owned(),
        "INSERT INTO entry VALUES (7)".to_owned(),
    );
    for migrations in [
        vec![create.clone()],
        vec![create.clone(), insert.clone()],
        vec![create, insert],
    ] {
        let package = package_with(manifest, &migrations);
        house
            .deployer
            .deploy(package, options(None, true), Actor::CommandLine)
            .await
            .expect("a deployment");
    }
    let main = house.deployer.databases().open("main").expect("main.db");
    let statement = EngineStatement {
        sql: "SELECT x FROM entry".into(),
        parameters: Vec::new(),
    };
    let outcome = main.query(&Arc::new(Role::host()), statement).await.expect("rows");
    assert_eq!(outcome.values, [EngineValue::Integer(7)]);

    let other = manifest.replace("page", "other").replace("entry", "other");
    let create = (
        "main/U1__other.sql".to_owned(),
        "CREATE TABLE other (x INTEGER) STRICT".to_owned(),
    );
    let package = package_with(&other, &[create]);
    let replaced = house
        .deployer
        .deploy(package, options(Some("page"), true), Actor::CommandLine);
    replaced.await.expect("a replacement has migrations of its own");

    let steal = [("main/U3__steal.sql".to_owned(), "CREATE TABLE other (x)".to_owned())];
    let error = house
        .deployer
        .deploy(package_with(manifest, &steal), options(None, true), Actor::CommandLine)
        .await;
    assert_eq!(error.expect_err("not granted").code(), "migration_failed");
}

#[tokio::test]
async fn another_name_makes_another_component() {
    let (_folder, house) = House::new().await;
    let deploy = |name: &str| {
        house.deployer.deploy(
            package("name = \"page\""),
            options(Some(name), true),
            Actor::CommandLine,
        )
    };
    deploy("copy").await.expect("a deployment");
    assert_eq!(house.running(), only("copy", 1));
    assert_eq!(
        house.deployer.show("copy").await.expect("details").manifest.name,
        "copy"
    );
    assert_eq!(deploy("Copy!").await.expect_err("a bad name").code(), "invalid_name");
}

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let (folder, house) = House::new().await;
    house.deploy("name = \"a\"").await.expect("a deployment");
    house.deploy("name = \"b\"").await.expect("a deployment");
    house.deploy("name = \"b\"").await.expect("a deployment");
    std::fs::write(
        house
            .directory
            .components()
            .join(format!("{}.wasm.unfinished", "0".repeat(64))),
        "x",
    )
    .expect("a file");
    std::fs::write(
        house.directory.components().join(format!("{}.wasm", "0".repeat(64))),
        "x",
    )
    .expect("an orphan");
    drop(house);
    let house = House::open(folder.path()).await;
    assert!(house.deployer.start().await.expect("a start").is_empty());
    assert_eq!(house.running(), [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    assert_eq!(house.files(), 2);
    let damaged = std::fs::read_dir(house.directory.components())
        .expect("the folder")
        .next()
        .expect("a file")
        .expect("a file");
    std::fs::write(damaged.path(), "damaged").expect("a damaged file");
    assert_eq!(house.deployer.start().await.expect("a start").len(), 1);
}

#[tokio::test]
async fn a_removed_component_is_gone_and_its_numbers_are_not_used_again() {
    let (_folder, house) = House::new().await;
    house
        .deploy("name = \"page\"\nroutes = [\"/page\"]")
        .await
        .expect("a deployment");
    let removed = house
        .deployer
        .remove("page", Actor::CommandLine)
        .await
        .expect("a removal");
    assert_eq!((removed.version, removed.now, removed.can_return), (1, None, false));
    assert_eq!((house.running(), house.files()), (Vec::new(), 0));
    for error in [
        house
            .deployer
            .remove("page", Actor::CommandLine)
            .await
            .expect_err("gone")
            .code(),
        house.deployer.show("page").await.expect_err("gone").code(),
        house
            .deployer
            .rollback("page", None, Actor::CommandLine)
            .await
            .expect_err("gone")
            .code(),
    ] {
        assert_eq!(error, "not_found");
    }
    assert_eq!(house.deploy("name = \"page\"").await.expect("a deployment").version, 2);
}

#[tokio::test]
async fn a_replacement_of_a_built_in_stays_until_it_is_removed() {
    let (_folder, house) = House::new().await;
    let adopt = |description: &str| {
        let builtin = builtin(&format!("name = \"page\"\ndescription = \"{description}\""));
        let deployer = &house.deployer;
        async move {
            deployer.adopt(&[builtin]).await.expect("adopted");
            deployer.start().await.expect("a start");
        }
    };
    adopt("first").await;
    adopt("first").await;
    assert_eq!(house.running(), only("page", 1));
    adopt("second").await;
    assert_eq!(house.running(), only("page", 2));

    house.deploy("name = \"page\"").await.expect("a replacement");
    adopt("third").await;
    assert_eq!(
        (house.running(), house.stored("page").await),
        (only("page", 3), vec![4, 3, 2, 1])
    );
    let removed = house
        .deployer
        .remove("page", Actor::CommandLine)
        .await
        .expect("a removal");
    assert_eq!(
        (removed.now, house.running(), house.stored("page").await),
        (Some(4), only("page", 4), vec![4, 2, 1])
    );

    // Switched off by its owner, it stays so, and comes back when it is asked to.
    let removed = house
        .deployer
        .remove("page", Actor::CommandLine)
        .await
        .expect("a removal");
    assert!(removed.now.is_none() && removed.can_return);
    adopt("third").await;
    assert_eq!(house.running(), Vec::new());
    house
        .deployer
        .rollback("page", None, Actor::CommandLine)
        .await
        .expect("back again");
    assert_eq!(house.running(), only("page", 4));
}
