//! Which component answers where several patterns match, and when patterns are in conflict.

use guesthouse_tests::Server;

fn manifest(name: &str, routes: &str) -> String {
    format!("name = \"{name}\"\nroutes = {routes}\n")
}

#[test]
fn the_same_pattern_twice_is_refused_and_both_components_are_named() {
    let server = Server::start();
    server.deploy_as("hello", &manifest("first", r#"["/zone/{id}"]"#));
    let refused = server.try_deploy_as("counter", &manifest("second", r#"["/other", "/zone/{name}"]"#));
    refused.expect_failure(&["first", "second", "/zone/"]);
    server.get("/zone/1").expect(200, "hello, world\n");
    server.get("/other").expect_status(404);
}

#[test]
fn the_routes_of_the_host_cannot_be_taken() {
    let server = Server::start();
    for route in ["/_/control/components", "/_/control/{*rest}", "/api/healthcheck"] {
        let refused = server.try_deploy_as("hello", &manifest("taker", &format!("[{route:?}]")));
        refused.expect_failure(&[route]);
    }
    server.get("/api/healthcheck").expect(200, "Ok");
}

#[test]
fn the_most_specific_pattern_wins() {
    let server = Server::start();
    server.deploy_as("echo", &manifest("wide", r#"["/zone/{*rest}"]"#));
    server.deploy_as("hello", &manifest("narrow", r#"["/zone/exact"]"#));
    server.deploy_as("counter", &manifest("middle", r#"["/zone/exact/{id}/count"]"#));
    server.get("/zone/exact").expect(200, "hello, world\n");
    server.get("/zone/exact/7/count").expect(200, "1");
    server
        .request("POST", "/zone/exact/not")
        .body("back")
        .send()
        .expect(200, "back");
    server
        .request("POST", "/zone/other")
        .body("back")
        .send()
        .expect(200, "back");
}

#[test]
fn only_the_path_decides_and_never_the_query() {
    let server = Server::start();
    server.deploy("hello");
    server.get("/nothing?/hello").expect_status(404);
    server.get("/hello?x=/nothing").expect(200, "hello, world\n");
}
