//! Manifests with mistakes: all of them are shown at once.

use guesthouse_tests::Server;

#[test]
fn all_mistakes_of_a_manifest_are_shown_at_once() {
    let server = Server::start();
    let manifest = r#"
name = "No Good Name"
routes = ["no-slash", "/fine", "/{unclosed"]
colour = "red"
[reuse]
max_requests = 5
max_conc = 3
[grants.sqlite.main]
read = ["entry; DROP"]
delete = ["entry"]
[grants.http]
allow = ["ftp://example.com"]
[limits]
timeout_ms = 0
"#;
    let printed = server.try_deploy_as("hello", manifest).expect_failure(&[]);
    let mistakes = [
        "name",
        "routes[0]",
        "routes[2]",
        "colour",
        "reuse.max_conc",
        "grants.sqlite.main.delete",
        "grants.http.allow",
        "limits.timeout_ms",
    ];
    let missing: Vec<&str> = mistakes
        .into_iter()
        .filter(|path| !printed.stderr.contains(path))
        .collect();
    assert!(
        missing.is_empty(),
        "{missing:?} are not mentioned in:\n{}",
        printed.stderr
    );
    server.get("/fine").expect_status(404);
}

#[test]
fn a_manifest_that_is_no_toml_is_refused_with_the_line() {
    let server = Server::start();
    let printed = server
        .try_deploy_as("hello", "name = \"hello\"\nroutes = [")
        .expect_failure(&[]);
    assert!(
        printed.stderr.contains("line 2") || printed.stderr.contains("2:"),
        "{}",
        printed.stderr
    );
}

#[test]
fn a_manifest_without_a_name_is_refused() {
    let server = Server::start();
    server
        .try_deploy_as("hello", "routes = [\"/hello\"]")
        .expect_failure(&["name"]);
}

#[test]
fn the_databases_of_the_host_cannot_be_granted() {
    let server = Server::start();
    for name in ["host", "logs", "Main", "../main"] {
        let manifest = format!("name = \"hello\"\nroutes = [\"/hello\"]\n[grants.sqlite.\"{name}\"]\nread = [\"*\"]\n");
        server.try_deploy_as("hello", &manifest).expect_failure(&[name]);
    }
}
