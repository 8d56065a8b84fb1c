//! This project's server, with the benchmark's migration and the hello component.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use tempfile::TempDir;

use super::dialect::Dialect;
use super::subscription::Subscription;
use super::{Kind, Subject};
use crate::build;
use crate::connection::Connection;
use crate::cores::Cores;
use crate::options::Options;
use crate::request;
use crate::scenario::Scenario;

const MIGRATION: &str = include_str!("../../migration.sql");
/// Who owns all rows, by the migration.
const OWNER: &str = "owner@localhost";
const PASSWORD: &str = "measured in microseconds";

static DIALECT: Dialect = Dialect {
    command: |program, data, address| {
        let mut command = Command::new(program);
        command
            .arg("--data-dir")
            .arg(data)
            .args(["run", "--address", &address.to_string()]);
        command
    },
    ready: "/api/healthcheck",
    hello: "/hello",
    records: "/api/records/v1/bench_item",
    subscription: Some(Subscription::Path("/api/records/v1/bench_item/subscribe/*")),
    owned: Some("/api/records/v1/bench_owned"),
    // filter[age]=...; clients send the brackets encoded.
    list: |age| format!("filter%5Bage%5D={age}&order=-created&limit=20"),
    rows: "records",
    // The table numbers its rows from one, in the order in which they are inserted.
    id: |number| number.to_string(),
    sends_ids: false,
    inserted_id: |answer| answer["ids"][0].as_str(),
};

pub async fn prepare(kind: Kind, program: PathBuf, options: &Options, cores: Cores) -> anyhow::Result<Subject> {
    let folder = TempDir::with_prefix_in(format!("{kind}-"), build::work_folder()?)?;
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations)?;
    std::fs::write(migrations.join("U1__bench.sql"), MIGRATION)?;

    let mut subject = Subject::start_in(kind, &DIALECT, program, cores, folder).await?;
    subject.preload().await?;
    if options.scenarios().contains(&Scenario::Hello) {
        let component = options.hello_component.clone();
        let component = component.map_or_else(|| build::guest("hello"), Ok)?;
        deploy(&subject, &component, "hello")?;
        subject.wait_for("GET", DIALECT.hello).await?;
    }
    if [Scenario::SignedIn, Scenario::Owned]
        .iter()
        .any(|scenario| options.scenarios().contains(scenario))
    {
        subject.authorization = Some(sign_in(&subject).await.context("signing in")?);
    }
    Ok(subject)
}

/// Gives the owner a password and signs in by it; what the field `authorization` then has to say.
async fn sign_in(subject: &Subject) -> anyhow::Result<String> {
    let mut command = Command::new(&subject.program);
    command.arg("--data-dir").arg(subject.folder.path());
    command.args(["user", "change-password", OWNER]);
    build::run_with_input(&mut command, PASSWORD)?;
    let body = serde_json::json!({ "email": OWNER, "password": PASSWORD });
    let mut request = Vec::new();
    request::write(
        &mut request,
        "POST",
        subject.server.host(),
        "/api/auth/v1/login",
        Some(&body),
    );
    let mut connection = Connection::open(subject.server.host()).await?;
    let status = connection.exchange(&request).await?;
    anyhow::ensure!(status == 200, "answered with {status}");
    let tokens: serde_json::Value = serde_json::from_slice(connection.body())?;
    let token = tokens["auth_token"].as_str().context("no auth token")?;
    Ok(format!("Bearer {token}"))
}

/// Deploys a guest into the running server.
fn deploy(subject: &Subject, component: &Path, guest: &str) -> anyhow::Result<()> {
    let mut deploy = Command::new(&subject.program);
    deploy
        .arg("--data-dir")
        .arg(subject.folder.path())
        .arg("deploy")
        .arg(component);
    deploy
        .arg("--manifest")
        .arg(build::project().join(format!("guests/{guest}/component.toml")))
        .arg("--accept-grants");
    build::run(&mut deploy)
}

impl Subject {
    /// Asks until a component that was just deployed answers.
    async fn wait_for(&mut self, method: &str, path: &str) -> anyhow::Result<()> {
        let mut request = Vec::new();
        request::write::<()>(&mut request, method, self.server.host(), path, None);
        self.server.wait_for(&request).await?;
        Ok(())
    }
}
