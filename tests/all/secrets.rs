//! `guesthouse secrets`: with a running server, over the network, and with a data directory that no server uses.

use guesthouse_tests::{Server, cli, guests};

const HIDDEN: &str = "a value that nobody may see";

#[test]
fn a_name_that_is_none_and_a_value_that_is_none_are_explained() {
    let server = Server::start();
    for name in ["control-token", "../x", "a.b", ""] {
        let refused = server.cli_with_input(&["secrets", "set", name], HIDDEN);
        assert_eq!(refused.code, 2, "{name}");
        assert!(refused.stderr.contains("letters, digits and `_`"), "{}", refused.stderr);
    }
    for value in [String::new(), "\n".into(), "x".repeat(65_537)] {
        server
            .cli_with_input(&["secrets", "set", "KEY"], &value)
            .expect_failure(&["from 1 to 65536 bytes"]);
    }
    server
        .cli(&["secrets", "delete", "KEY"])
        .expect_failure(&["no secret KEY", "secrets list"]);
}

#[test]
fn a_value_is_no_argument() {
    let server = Server::start();
    let refused = server.cli(&["secrets", "set", "KEY", HIDDEN]);
    assert_eq!(refused.code, 2);
    assert!(!server.data().join("secrets/KEY").exists());
}

#[test]
fn the_list_shows_who_may_use_what_and_nothing_shows_a_value() {
    let mut server = Server::start();
    server.remove_accounts();
    server.deploy("keeper");
    let nothing = server.cli(&["secrets", "list"]).expect_success();
    assert!(
        nothing.stdout.contains("GENERATED"),
        "what is granted and missing is shown: {}",
        nothing.stdout
    );
    server
        .cli_with_input(&["secrets", "set", "BOTH"], HIDDEN)
        .expect_success();
    let expected = [
        "NAME       SET  GRANTED TO",
        "BOTH       yes  keeper (read, write)",
        "GENERATED  no   keeper (generate)",
        "READABLE   no   keeper (read)",
        "WRITABLE   no   keeper (write)",
    ];
    let running = server.cli(&["secrets", "list"]).expect_success();
    assert_eq!(running.stdout.lines().collect::<Vec<_>>(), expected);
    assert!(!server.log().contains(HIDDEN), "the log shows a secret");
    server.stop();
    let stopped = server.cli(&["secrets", "list"]).expect_success();
    assert_eq!(stopped.stdout.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_stopped_data_directory_takes_them_too() {
    let mut server = Server::start();
    server.deploy("keeper");
    server.stop();
    server
        .cli_with_input(&["secrets", "set", "READABLE"], "one\n")
        .expect_success();
    server
        .cli_with_input(&["secrets", "set", "BOTH", "--exact"], "two\n")
        .expect_success();
    server.start_again();
    server.get("/keeper/get/READABLE").expect(200, "one");
    server.get("/keeper/get/BOTH").expect(200, "two\n");
    server.stop();
    server.cli(&["secrets", "delete", "BOTH"]).expect_success();
    server
        .cli(&["secrets", "delete", "BOTH"])
        .expect_failure(&["no secret BOTH"]);
    server.start_again();
    server.get("/keeper/get/BOTH").expect(200, "none");
}

#[test]
fn another_machine_needs_the_token() {
    let server = Server::start();
    server.deploy("keeper");
    let elsewhere = guests::folder_with_manifest("name = \"none\"");
    let url = format!("http://{}", server.address());
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    let set = |token: &str| {
        let arguments = ["secrets", "set", "READABLE", "--to", &url, "--token", token];
        cli::run_with_input(elsewhere.path(), &arguments, b"far")
    };
    set("wrong").expect_failure(&["token"]);
    server.get("/keeper/get/READABLE").expect(200, "none");
    set(token.trim()).expect_success();
    server.get("/keeper/get/READABLE").expect(200, "far");
    for (method, path) in [
        ("GET", "secrets"),
        ("PUT", "secrets/READABLE"),
        ("DELETE", "secrets/READABLE"),
    ] {
        server
            .request(method, &format!("/_/control/{path}"))
            .send()
            .expect_status(401);
    }
}
