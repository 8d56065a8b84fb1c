//! The control API as a client sees it: who may come in, what is answered, and with which status.

use std::collections::BTreeSet;

use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::audit::Audit;
use crate::capability::Stores;
use crate::capability::mail::{Mail, MailSettings};
use crate::capability::secrets::Secrets;
use crate::capability::sqlite::{Databases, Settings};
use crate::components::commands::{Answer as CommandAnswer, Call, CommandError, Outcome};
use crate::components::deploy::{Change, Failing, Refusal};
use crate::components::package::pack::pack;
use crate::components::services::StillUsed;
use crate::components::store::Store;
use crate::components::version::Version;
use crate::data_directory::DataDirectory;
use crate::logs::{Logs, Stream};

/// Everything can run, and nothing does.
struct Idle;

impl Runtime for Idle {
    type Prepared = ();

    async fn compile(&self, _version: &Version, _wasm: &Bytes) -> Result<(), Refusal> {
        Ok(())
    }

    async fn prepare_cached(&self, _version: &Version) -> Option<Result<(), Refusal>> {
        None
    }

    async fn prepare(&self, _version: &Version, _wasm: Bytes) -> Result<(), Refusal> {
        Ok(())
    }

    fn imports(&self, (): &()) -> BTreeSet<String> {
        BTreeSet::new()
    }

    fn still_used(&self, _version: &Version) -> Vec<StillUsed> {
        Vec::new()
    }

    fn check_fit(&self, _version: &Version, (): &()) -> Result<(), Refusal> {
        Ok(())
    }

    fn runs(&self, _name: &str) -> Option<u64> {
        None
    }

    async fn next_failing(&self) -> Failing {
        std::future::pending().await
    }

    fn take_stand_by(&self, _failing: &Failing) -> Option<()> {
        None
    }

    fn switch(&self, _changes: Vec<Change<()>>) {}

    /// There is one command; it says what it was given.
    async fn run_command(&self, name: &str, call: Call) -> Result<CommandAnswer, CommandError> {
        match (name, call.input) {
            ("echo", None) => Ok(CommandAnswer::InputWanted("a word".to_owned())),
            ("echo", Some(input)) => Ok(CommandAnswer::Done(Outcome {
                status: 3,
                output: String::from_utf8_lossy(&input).into_owned(),
                errors: call.arguments.join(" "),
            })),
            _ => Err(CommandError::Unknown(name.to_owned())),
        }
    }
}

const TOKEN: &str = "a token for tests, long enough to be one";

async fn control() -> (TempDir, DataDirectory, Control<Idle>) {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = DataDirectory::open(folder.path()).expect("a data directory");
    let databases = Arc::new(Databases::new(directory.path(), Settings::default()));
    let store = Store::open(databases.open("host").expect("host.db"), &directory)
        .await
        .expect("a store");
    let deployer = Arc::new(Deployer::new(store, databases.clone(), Arc::new(Idle)));
    let secrets = Arc::new(Secrets::open(&directory.secrets()).expect("secrets"));
    let host = databases.open("host").expect("host.db");
    let audit = Audit::open(host.clone()).await;
    let mail = Mail::open(host, MailSettings::default(), secrets.clone()).await;
    let logs = Logs::open(databases.open("logs").expect("logs.db")).await;
    let stores = Stores {
        databases: databases.clone(),
        secrets,
        mail: Arc::new(mail.expect("an outbox")),
        logs: logs.expect("logs"),
        public_origin: None,
        sse: Arc::default(),
        audit: Arc::new(audit.expect("an audit")),
    };
    let control = Control::new(deployer, stores, ControlToken::new(TOKEN), directory.migrations());
    (folder, directory, control)
}

async fn send(control: &Control<Idle>, method: &str, path: &str, body: impl Into<Bytes>) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{PREFIX}{path}"))
        .body(Full::new(body.into()));
    read(control.answer(request.expect("a request"), Door::Socket).await).await
}

async fn read(response: Response<Full<Bytes>>) -> (u16, Value) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).expect("JSON"))
}

fn package(manifest: &str) -> Vec<u8> {
    pack(wasm_encoder::Component::new().finish(), manifest, &[])
}

#[tokio::test]
async fn the_network_needs_the_token_for_every_path() {
    let (_folder, _directory, control) = control().await;
    for (authorization, expected) in [
        (None, 401),
        (Some("Bearer wrong".to_owned()), 401),
        (Some("Bearer".to_owned()), 401),
        (Some(format!("Basic {TOKEN}")), 401),
        (Some(TOKEN.to_owned()), 401),
        (Some(format!("bearer {TOKEN}")), 200),
    ] {
        let mut request = Request::builder().uri(format!("{PREFIX}components"));
        if let Some(authorization) = &authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Full::<Bytes>::default()).expect("a request");
        let response = control.answer(request, Door::Network).await;
        assert_eq!(response.status(), expected, "{authorization:?}");
    }
    let unknown = Request::builder()
        .uri(format!("{PREFIX}nothing"))
        .body(Full::<Bytes>::default())
        .expect("a request");
    assert_eq!(control.answer(unknown, Door::Network).await.status(), 401);
}

#[tokio::test]
async fn a_component_is_deployed_shown_rolled_back_and_removed() {
    let (_folder, _directory, control) = control().await;
    let first = package("name = \"page\"\nroutes = [\"/page\"]");
    let (status, body) = send(&control, "POST", "components", first).await;
    assert_eq!(
        (status, body),
        (
            200,
            json!({
                "name": "page",
                "version": 1,
                "previous": null,
                "routes": ["/page"],
                "grants": {"added": [], "removed": [], "missing": [], "unused": []},
                "probation": null,
            })
        )
    );
    let second = package("name = \"page\"\n[grants.sqlite.main]\nread = [\"entry\"]");
    let (status, body) = send(&control, "POST", "components", second.clone()).await;
    assert_eq!((status, &body["error"]), (409, &json!("grants_not_accepted")));
    assert_eq!(
        body["grants"],
        json!({
            "added": ["sqlite main: read entry"],
            "removed": [],
            "missing": [],
            "unused": ["sqlite main: read entry"],
        })
    );
    assert_eq!(
        send(&control, "POST", "components?accept_grants=true", second).await.0,
        200
    );

    let (_, listed) = send(&control, "GET", "components", "").await;
    assert_eq!(
        (&listed[0]["name"], &listed[0]["version"], &listed[0]["origin"]),
        (&json!("page"), &json!(2), &json!("upload"))
    );
    let (_, shown) = send(&control, "GET", "components/page", "").await;
    assert_eq!(shown["grants"]["sqlite"]["main"]["read"], json!(["entry"]));
    let (_, versions) = send(&control, "GET", "components/page/versions", "").await;
    assert_eq!(
        (&versions[0]["current"], &versions[1]["current"]),
        (&json!(true), &json!(false))
    );

    assert_eq!(
        send(&control, "POST", "components/page/rollback", "").await.1["version"],
        1
    );
    assert_eq!(
        send(&control, "POST", "components/page/rollback", "{\"version\": 2}")
            .await
            .1["version"],
        2
    );
    assert_eq!(send(&control, "DELETE", "components/page", "").await.0, 200);
    assert_eq!(send(&control, "GET", "components", "").await.1, json!([]));
}

#[tokio::test]
async fn bad_requests_get_a_code_and_a_sentence() {
    let (_folder, _directory, control) = control().await;
    let too_long = vec![b' '; limits::CONTROL_BODY_BYTES_MAX + 1];
    for (method, path, body, status, code) in [
        ("GET", "", &b""[..], 404, "not_found"),
        ("GET", "components/", b"", 404, "not_found"),
        ("GET", "components/page", b"", 404, "not_found"),
        ("GET", "components/page/versions", b"", 404, "not_found"),
        ("GET", "components/page/logs", b"", 404, "not_found"),
        ("GET", "components/page/logs?after=0&wait=true", b"", 404, "not_found"),
        ("GET", "components/page/logs?lines=many", b"", 400, "invalid_query"),
        ("DELETE", "components/page/logs", b"", 405, "method_not_allowed"),
        ("DELETE", "components/page", b"", 404, "not_found"),
        ("PUT", "components", b"", 405, "method_not_allowed"),
        ("GET", "components/page/rollback", b"", 405, "method_not_allowed"),
        ("POST", "components?other=1", b"", 400, "invalid_query"),
        ("POST", "components", b"", 422, "empty_file"),
        ("POST", "components/page/rollback", b"{", 400, "invalid_body"),
        (
            "POST",
            "components/page/rollback",
            b"{\"version\": -1}",
            400,
            "invalid_body",
        ),
        (
            "POST",
            "components/page/rollback",
            b"{\"number\": 1}",
            400,
            "invalid_body",
        ),
        ("POST", "components/page/rollback", &too_long, 413, "body_too_large"),
    ] {
        let (answered, body) = send(&control, method, path, Bytes::copy_from_slice(body)).await;
        assert_eq!((answered, &body["error"]), (status, &json!(code)), "{method} {path}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    let (status, body) = send(&control, "POST", "components", package("name = \"A\"\ncolour = 1")).await;
    assert_eq!((status, body["mistakes"].as_array().map(Vec::len)), (422, Some(2)));
}

#[tokio::test]
async fn a_secret_is_set_listed_and_deleted_and_its_value_never_comes_back() {
    let (_folder, _directory, control) = control().await;
    let asking = package("name = \"page\"\n[grants.secrets]\nread = [\"A\"]\nwrite = [\"A\", \"B\"]");
    send(&control, "POST", "components?accept_grants=true", asking).await;
    assert_eq!(
        send(&control, "PUT", "secrets/A", "hidden").await,
        (200, json!({"name": "A"}))
    );
    let listed = send(&control, "GET", "secrets", "").await;
    let granted = |ways: &[&str]| json!([{"component": "page", "ways": ways}]);
    let expected = json!([
        {"name": "A", "is_set": true, "granted": granted(&["read", "write"])},
        {"name": "B", "is_set": false, "granted": granted(&["write"])},
    ]);
    assert_eq!(listed, (200, expected));
    assert_eq!(send(&control, "DELETE", "secrets/A", "").await.0, 200);
    let too_long = vec![b'x'; limits::SECRET_BYTES_MAX + 1];
    for (method, path, body, status, code) in [
        ("DELETE", "secrets/A", &b""[..], 404, "no_such_secret"),
        ("GET", "secrets/A", b"", 405, "method_not_allowed"),
        ("POST", "secrets", b"", 405, "method_not_allowed"),
        ("PUT", "secrets/A", b"", 422, "invalid_value"),
        ("PUT", "secrets/A", &too_long, 413, "body_too_large"),
        ("PUT", "secrets/control-token", b"x", 400, "invalid_name"),
        ("DELETE", "secrets/control-token", b"", 400, "invalid_name"),
        ("PUT", "secrets/..", b"x", 400, "invalid_name"),
    ] {
        let (answered, body) = send(&control, method, path, Bytes::copy_from_slice(body)).await;
        assert_eq!((answered, &body["error"]), (status, &json!(code)), "{method} {path}");
    }
}

#[tokio::test]
async fn a_command_is_given_arguments_and_input_and_its_outcome_is_the_answer() {
    let (_folder, _directory, control) = control().await;
    let asked = send(&control, "POST", "commands/echo", "").await;
    assert_eq!(asked, (200, json!({ "input_wanted": "a word" })));
    let call = json!({ "arguments": ["a", "b"], "input": "aGVsbG8=" }).to_string();
    let done = send(&control, "POST", "commands/echo", call).await;
    let outcome = json!({ "done": { "status": 3, "output": "hello", "errors": "a b" } });
    assert_eq!(done, (200, outcome));
}

#[tokio::test]
async fn a_call_that_makes_no_sense_is_refused() {
    let (_folder, _directory, control) = control().await;
    for (method, path, body, expected) in [
        ("POST", "commands/nobody", "", (404, "no_such_command")),
        ("GET", "commands/echo", "", (405, "method_not_allowed")),
        ("DELETE", "commands", "", (405, "method_not_allowed")),
        ("POST", "commands/echo", "{\"input\": \"?\"}", (400, "invalid_body")),
        ("POST", "commands/echo", "{\"argument\": []}", (400, "invalid_body")),
    ] {
        let (status, body) = send(&control, method, path, body).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (expected.0, Some(expected.1)),
            "{path}"
        );
    }
    let many = json!({ "arguments": vec![""; 1001] }).to_string();
    let (status, body) = send(&control, "POST", "commands/echo", many).await;
    assert_eq!((status, &body["error"]), (413, &json!("too_many_arguments")));
    let large = vec![b' '; limits::COMMAND_BODY_BYTES_MAX + 1];
    let (status, body) = send(&control, "POST", "commands/echo", large).await;
    assert_eq!((status, &body["error"]), (413, &json!("body_too_large")));
}

#[tokio::test]
async fn migrations_are_listed_and_applied() {
    let (_folder, directory, control) = control().await;
    let file = directory.migrations().join("main/U3__t.sql");
    std::fs::write(&file, "CREATE TABLE t (x); INSERT INTO nothing VALUES (1);").expect("a file");
    let (status, listed) = send(&control, "GET", "migrations", "").await;
    let pending = json!([{"database": "main", "version": 3, "name": "t", "state": "pending", "applied": null}]);
    assert_eq!((status, listed), (200, pending));
    let (status, error) = send(&control, "POST", "migrations/apply", "").await;
    assert_eq!((status, &error["error"]), (422, &json!("migration_failed")));
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("INSERT INTO nothing"))
    );
    std::fs::write(&file, "CREATE TABLE t (x);").expect("a file");
    let (_, applied) = send(&control, "POST", "migrations/apply", "").await;
    assert_eq!(applied[0]["state"], "applied");
    assert_eq!(send(&control, "POST", "migrations/apply", "").await, (200, json!([])));
    for (method, path) in [("POST", "migrations"), ("GET", "migrations/apply")] {
        assert_eq!(send(&control, method, path, "").await.0, 405);
    }
}

#[tokio::test]
async fn the_log_of_a_component_is_read_from_both_ends_and_stays_when_the_component_goes() {
    let (_folder, _directory, control) = control().await;
    send(&control, "POST", "components", package("name = \"page\"")).await;
    assert_eq!(
        send(&control, "GET", "components/page/logs", "").await,
        (200, json!([]))
    );
    let page: Arc<str> = "page".into();
    for text in ["a", "b", "c"] {
        control.stores.logs.output(&page, 1, Stream::Stdout, text);
    }
    let (status, lines) = send(&control, "GET", "components/page/logs?after=0&wait=true", "").await;
    let texts = |lines: &Value| -> Vec<String> {
        let lines = lines.as_array().expect("a list").iter();
        lines
            .map(|line| line["text"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(
        (status, texts(&lines)),
        (200, vec!["a".to_owned(), "b".to_owned(), "c".to_owned()])
    );
    assert_eq!(
        (&lines[0]["version"], &lines[0]["stream"]),
        (&json!(1), &json!("stdout"))
    );
    send(&control, "DELETE", "components/page", "").await;
    let (_, newest) = send(&control, "GET", "components/page/logs?lines=1", "").await;
    assert_eq!(texts(&newest), ["c"]);
    let before = format!("components/page/logs?before={}", newest[0]["number"]);
    assert_eq!(texts(&send(&control, "GET", &before, "").await.1), ["a", "b"]);
    let after = format!("components/page/logs?after={}", newest[0]["number"]);
    assert_eq!(send(&control, "GET", &after, "").await.1, json!([]));
}
