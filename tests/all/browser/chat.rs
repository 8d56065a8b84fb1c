//! `examples/chat` in a browser.

use guesthouse_tests::{Server, binary, browser, guests};
use serde_json::json;

#[test]
fn people_in_a_room_see_and_hear_each_other() {
    let server = Server::start();
    let manifest = binary::project().join("examples/chat/component.toml");
    let component = guests::example("chat");
    server.deploy_from(&component, &manifest).expect_success();
    let input = json!({
        "binary": binary::guesthouse(),
        "data": server.data(),
        "component": component,
        "manifest": manifest,
    });
    browser::run(&server, "chat", &input);
}
