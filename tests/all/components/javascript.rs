//! Components in JavaScript, made with `sdk-js`.

use guesthouse_tests::{Server, npm};

#[test]
fn a_component_in_javascript_answers_and_streams() {
    let server = Server::start();
    let manifest = guesthouse_tests::binary::project().join("examples/hello-js/component.toml");
    let printed = server.deploy_from(&npm::component("examples/hello-js/app.js"), &manifest);
    printed.expect_success();
    server.get("/hello-js").expect(200, "Hello, world!\n");
    server.get("/hello-js?name=Ada%20L.").expect(200, "Hello, Ada L.!\n");
    server.get("/hello-js/nothing").expect(404, "Not Found\n");
    server.get("/hello-js/count").expect(200, "one\ntwo\nthree\n");
    let echoed = server.request("POST", "/hello-js/echo").body("grüezi").send();
    echoed.expect_status(200);
    assert_eq!(echoed.json()["got"], "grüezi");
}

#[test]
fn the_sdk_passes_its_own_tests() {
    npm::test_sdk();
}
