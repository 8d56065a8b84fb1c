//! Requests that a component sends.

use guesthouse_tests::Server;
use guesthouse_tests::upstream::Upstream;

/// A server with a caller whose `[grants.http]` are these lines.
fn start(grants: &str) -> Server {
    let server = Server::start();
    server.deploy_as(
        "caller",
        &format!("name = \"caller\"\nroutes = [\"/caller\"]\n[grants.http]\n{grants}\n"),
    );
    server
}

fn call(server: &Server, url: &str) -> String {
    let answer = server.get(&format!("/caller?{url}"));
    answer.expect_status(200);
    answer.text()
}

#[test]
fn a_target_that_was_not_granted_is_denied_before_anything_is_sent() {
    let upstream = Upstream::with_body("pong");
    let server = Server::start();
    server.deploy("caller");
    for url in [
        format!("http://{}/", upstream.address),
        format!("http://localhost:{}/", upstream.address.port()),
        format!("http://guesthouse.example:{}/", upstream.address.port()),
        format!("http://guesthouse.example@{}/", upstream.address),
        "https://guesthouse.example/".into(),
        "http://guesthouse.example.evil.example/".into(),
        format!("http://{}/api/healthcheck", server.address()),
    ] {
        let outcome = call(&server, &url);
        let refused = outcome.starts_with("ErrorCode::HttpRequestDenied")
            || outcome.starts_with("ErrorCode::HttpRequestUriInvalid");
        assert!(refused, "{url} gave: {outcome}");
    }
    assert_eq!(upstream.requests(), 0);
}

#[test]
fn a_private_address_is_refused_unless_it_was_granted_as_one() {
    let upstream = Upstream::with_body("pong");
    let port = upstream.address.port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "127.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "0.0.0.0",
    ];
    let allow: Vec<String> = hosts.iter().map(|host| format!("\"http://{host}:{port}\"")).collect();
    let server = Server::start();
    for (host, allow) in hosts.iter().zip(&allow) {
        let manifest = format!("name = \"caller\"\nroutes = [\"/caller\"]\n[grants.http]\nallow = [{allow}]\n");
        // A host that no manifest may name is as good.
        if server.try_deploy_as("caller", &manifest).code == 0 {
            let outcome = call(&server, &format!("http://{host}:{port}/"));
            assert!(outcome.starts_with("ErrorCode::"), "{host} gave: {outcome}");
        }
    }
    assert_eq!(upstream.requests(), 0);
}

#[test]
fn the_refusal_of_a_private_address_has_a_name_of_its_own() {
    let upstream = Upstream::with_body("pong");
    let server = start(&format!("allow = [\"http://{}\"]", upstream.address));
    let outcome = call(&server, &format!("http://{}/", upstream.address));
    assert_eq!(outcome, "ErrorCode::DestinationIpProhibited");
}

#[test]
fn a_private_address_that_was_granted_is_called() {
    let upstream = Upstream::with_body("pong");
    let server = start(&format!("allow_private = [\"http://{}\"]", upstream.address));
    assert_eq!(
        call(&server, &format!("http://{}/path?query", upstream.address)),
        "200 pong"
    );
    assert_eq!(upstream.requests(), 1);
}

#[test]
fn a_redirect_is_not_followed_behind_the_back_of_the_grants() {
    let hidden = Upstream::with_body("secret");
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://{}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        hidden.address
    );
    let upstream = Upstream::answering(&redirect);
    let server = start(&format!("allow_private = [\"http://{}\"]", upstream.address));
    assert_eq!(call(&server, &format!("http://{}/", upstream.address)), "302 ");
    assert_eq!(hidden.requests(), 0);
}

#[test]
fn an_endless_answer_is_cut_off() {
    let upstream = Upstream::endless();
    let server = start(&format!("allow_private = [\"http://{}\"]", upstream.address));
    assert_eq!(call(&server, &format!("http://{}/", upstream.address)), "200 TooLarge");
}

#[test]
fn a_server_that_does_not_answer_as_http_says_is_an_error_with_a_name() {
    let upstream = Upstream::answering("hello\r\n\r\n");
    let closed = "127.0.0.1:1";
    let server = start(&format!(
        "allow_private = [\"http://{}\", \"http://{closed}\"]",
        upstream.address
    ));
    let outcome = call(&server, &format!("http://{}/", upstream.address));
    assert!(outcome.starts_with("ErrorCode::"), "{outcome}");
    assert_eq!(
        call(&server, &format!("http://{closed}/")),
        "ErrorCode::ConnectionRefused"
    );
}

#[test]
fn a_server_that_never_answers_costs_no_more_than_the_time_limit_of_the_component() {
    let upstream = Upstream::silent();
    let server = start(&format!(
        "allow_private = [\"http://{}\"]\n[limits]\ntimeout_ms = 1000",
        upstream.address
    ));
    let answer = server.get(&format!("/caller?http://{}/", upstream.address));
    answer.expect_status(504);
    assert!(
        answer.took < std::time::Duration::from_secs(5),
        "it took {:?}",
        answer.took
    );
}
