//! W3C Trace Context: a trace goes on through the server, to components and to other servers.

use super::{number, request, told};
use guesthouse_tests::upstream::Upstream;
use guesthouse_tests::{Answer, Server};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn get(server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request = server.request("GET", path);
    let request = fields
        .iter()
        .fold(request, |request, (name, value)| request.header(name, value));
    let answer = request.send();
    answer.expect_status(200);
    answer
}

/// A server with a component that calls wherever it is told to on this machine, and another server for it to call.
fn house() -> (Server, Upstream, String) {
    let (server, upstream) = (Server::start(), Upstream::with_body("pong"));
    let url = format!("http://{}/", upstream.address);
    let manifest = format!(
        "name = \"caller\"\nroutes = [\"/caller\"]\n[grants.http]\nallow_private = [\"http://{}\"]\n",
        upstream.address
    );
    server.deploy_as("caller", &manifest);
    (server, upstream, url)
}

/// The field that the other server got.
fn passed_on(upstream: &Upstream) -> String {
    let head = upstream.last_head().to_ascii_lowercase();
    let fields: Vec<&str> = head
        .lines()
        .filter_map(|line| line.strip_prefix("traceparent: "))
        .collect();
    assert_eq!(fields.len(), 1, "{head}");
    fields[0].to_owned()
}

#[test]
fn what_is_no_trace_begins_another_one() {
    let (server, upstream, url) = house();
    for wrong in [
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "nonsense",
        "",
    ] {
        let answer = get(&server, &format!("/caller?{url}"), &[("traceparent", wrong)]);
        let trace = request(&server, &answer)["trace"].as_str().expect("a text").to_owned();
        assert!(
            trace.len() == 32 && trace != TRACE && !trace.starts_with("0000000000000000"),
            "{trace}"
        );
        assert_eq!(passed_on(&upstream), format!("00-{trace}-{}-00", number(&answer)));
    }
}

#[test]
fn a_component_is_told_the_trace_with_its_own_request_as_the_parent() {
    let server = Server::start();
    server.deploy("echo");
    let answer = get(
        &server,
        "/echo/head",
        &[("traceparent", PARENT), ("tracestate", "vendor=1")],
    );
    let own = format!("00-{TRACE}-{}-01", number(&answer));
    assert!(
        answer.text().contains(&own) && answer.text().contains("vendor=1"),
        "{}",
        answer.text()
    );
    // Where the client says nothing, the component sees nothing.
    assert!(!get(&server, "/echo/head", &[]).text().contains("traceparent"));
}

#[test]
fn another_server_is_told_the_trace_whether_or_not_the_client_began_it() {
    let (server, upstream, url) = house();
    let path = format!("/caller?{url}");
    let answer = get(&server, &path, &[("traceparent", PARENT)]);
    assert_eq!(passed_on(&upstream), format!("00-{TRACE}-{}-01", number(&answer)));
    let answer = get(&server, &path, &[]);
    let trace = request(&server, &answer)["trace"].as_str().expect("a text").to_owned();
    assert_eq!(passed_on(&upstream), format!("00-{trace}-{}-00", number(&answer)));
}

#[test]
fn requests_of_one_trace_are_found_together() {
    let (server, _upstream, url) = house();
    server.deploy("hello");
    get(&server, &format!("/caller?{url}"), &[("traceparent", PARENT)]);
    get(&server, "/hello", &[("traceparent", PARENT)]);
    get(&server, "/hello", &[]);
    let listed = told(&server, &["requests", "--trace", TRACE]);
    let components: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| &line["component"])
        .collect();
    assert_eq!(components, ["hello", "caller"]);
    server
        .cli(&["requests", "--trace", "&x"])
        .expect_failure(&["32 digits"]);
}
