//! Deploying over HTTP, with the control token.

use guesthouse_tests::raw::{self, Raw};
use guesthouse_tests::{Server, guests};

fn token(server: &Server) -> String {
    let text = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    text.trim().to_string()
}

/// Runs `guesthouse deploy --to`, from another directory than the server's.
fn deploy_to(server: &Server, token: &str) -> guesthouse_tests::cli::Printed {
    let elsewhere = tempfile::tempdir().expect("a temporary folder can be made");
    let (wasm, manifest) = (guests::component("hello"), guests::manifest_path("hello"));
    let url = format!("http://{}", server.address());
    let arguments = [
        "deploy",
        &wasm.to_string_lossy(),
        "--manifest",
        &manifest.to_string_lossy(),
        "--to",
        &url,
        "--token",
        token,
    ];
    guesthouse_tests::cli::run(elsewhere.path(), &arguments)
}

#[test]
fn nobody_without_the_token_gets_in() {
    let server = Server::start();
    let paths = [
        ("GET", "/_/control/components"),
        ("GET", "/_/control/components/records"),
        ("GET", "/_/control/components/records/versions"),
        ("GET", "/_/control/nothing"),
        ("POST", "/_/control/components"),
        ("POST", "/_/control/components/records/rollback"),
        ("DELETE", "/_/control/components/records"),
    ];
    let mut wrong = token(&server);
    wrong.replace_range(..1, if wrong.starts_with('A') { "B" } else { "A" });
    for (method, path) in paths {
        for authorization in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic eDp4",
            &format!("Bearer {wrong}"),
            &wrong,
        ] {
            let mut request = server.request(method, path);
            if !authorization.is_empty() {
                request = request.header("authorization", authorization);
            }
            request.send().expect_status(401);
        }
    }
    server.get("/api/records/v1/nothing").expect_status(405);
}

#[test]
fn a_deploy_with_a_wrong_token_is_refused() {
    let server = Server::start();
    deploy_to(&server, "wrong").expect_failure(&["token"]);
    server.get("/hello").expect_status(404);
}

#[test]
fn a_deploy_with_the_token_is_live_at_once() {
    let server = Server::start();
    deploy_to(&server, &token(&server)).expect_success();
    server.get("/hello").expect(200, "hello, world\n");
    assert!(!server.log().contains(&token(&server)), "the log shows the token");
}

#[test]
fn the_same_is_documented_for_other_tools() {
    let server = Server::start();
    server.deploy("hello");
    let bearer = format!("Bearer {}", token(&server));
    let send = |method: &str, path: &str| server.request(method, path).header("authorization", &bearer).send();
    let list = send("GET", "/_/control/components");
    list.expect_status(200);
    let names: Vec<String> = list
        .json()
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str().map(String::from))
        .collect();
    assert!(
        names.contains(&"hello".to_string()) && names.contains(&"records".to_string()),
        "{names:?}"
    );
    assert_eq!(send("GET", "/_/control/components/hello").json()["version"], 1);
    assert_eq!(
        send("GET", "/_/control/components/hello/versions").json()[0]["current"],
        true
    );
    send("GET", "/_/control/components/nobody").expect_status(404);
    send("DELETE", "/_/control/components/hello").expect_status(200);
    server.get("/hello").expect_status(404);
}

#[test]
fn a_refusal_is_json_with_a_code_and_a_sentence() {
    let server = Server::start();
    let bearer = format!("Bearer {}", token(&server));
    let answer = server
        .request("POST", "/_/control/components")
        .header("authorization", &bearer)
        .body("no component")
        .send();
    answer.expect_status(422);
    let error = answer.json();
    assert!(
        error["error"].as_str().is_some_and(|code| !code.contains(' ')),
        "{error}"
    );
    assert!(
        error["message"].as_str().is_some_and(|message| message.contains(' ')),
        "{error}"
    );
}

#[test]
fn an_upload_that_is_too_large_is_refused_from_its_declared_length() {
    let server = Server::start();
    let mut connection = Raw::connect(server.address());
    connection.send(format!(
        "POST /_/control/components HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 524288000\r\n\r\n",
        token(&server)
    ));
    let answer = connection.read_until("\r\n\r\n");
    assert_eq!(raw::status(&answer), 413, "{answer}");
}

#[test]
fn an_upload_that_breaks_off_deploys_nothing() {
    let server = Server::start();
    let status = raw::status_of_last(
        server.address(),
        format!(
            "POST /_/control/components HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 1000\r\n\r\n\0asm",
            token(&server)
        ),
    );
    assert!(matches!(status, 0 | 400), "{status}");
}
