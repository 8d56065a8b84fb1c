//! What components did, and who changed what: as it is told by command, by the control API and as metrics.

mod grants;
mod lines;
mod metrics;
mod outcomes;
mod requests;
mod traces;

use guesthouse_tests::{Answer, Server};
use serde_json::Value;

/// What a command prints with `--json`.
#[track_caller]
fn told(server: &Server, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    let printed = server.cli(&arguments).expect_success();
    serde_json::from_str(&printed.stdout).expect("it is JSON")
}

/// The number of the request that this is the answer to.
#[track_caller]
fn number(answer: &Answer) -> String {
    answer
        .header("x-request-id")
        .expect("every request has a number")
        .to_owned()
}

/// What is told of the request that this is the answer to.
#[track_caller]
fn request(server: &Server, answer: &Answer) -> Value {
    told(server, &["requests", &number(answer)])
}

/// The calls of a request, as `component function verdict resources`.
fn calls(request: &Value) -> Vec<String> {
    let one = |call: &Value| {
        let word = |key: &str| call[key].as_str().expect("a text").to_owned();
        let resources = call["resources"].as_array().expect("a list").iter();
        let resources: Vec<&str> = resources.filter_map(Value::as_str).collect();
        format!(
            "{} {} {} {}",
            word("component"),
            word("function"),
            word("verdict"),
            resources.join(", ")
        )
    };
    request["listed"].as_array().expect("a list").iter().map(one).collect()
}

/// Sends a request to the control API with the token.
fn control(server: &Server, path: &str) -> Answer {
    let request = server.request("GET", &format!("/_/control/{path}"));
    request.header("authorization", &server.control_authorization()).send()
}
