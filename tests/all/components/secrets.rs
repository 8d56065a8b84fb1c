//! Secrets as a component sees them.

use guesthouse_tests::Server;
use std::os::unix::fs::PermissionsExt;
use std::thread;

/// A server with a component that does with secrets what its path says.
fn start() -> Server {
    let server = Server::start();
    server.deploy("keeper");
    server
}

#[track_caller]
fn ask(server: &Server, path: &str) -> String {
    let answer = server.get(&format!("/keeper/{path}"));
    answer.expect_status(200);
    answer.text()
}

#[test]
fn what_is_not_granted_in_this_way_is_denied_whether_or_not_it_is_there() {
    let server = start();
    for _ in 0..2 {
        for (path, name) in [
            ("get/OTHER", "OTHER"),
            ("get/GENERATED", "GENERATED"),
            ("get/WRITABLE", "WRITABLE"),
            ("generate/READABLE/32", "READABLE"),
            ("generate/WRITABLE/32", "WRITABLE"),
            ("set/READABLE/x", "READABLE"),
            ("set/GENERATED/x", "GENERATED"),
            ("swap/READABLE/-/x", "READABLE"),
            ("swap/WRITABLE/-/x", "WRITABLE"),
            ("remove/READABLE", "READABLE"),
            ("remove/GENERATED", "GENERATED"),
        ] {
            assert_eq!(
                ask(&server, path),
                format!("Error::Denied(\"secret {name}\")"),
                "{path}"
            );
        }
        for name in ["OTHER", "READABLE", "GENERATED", "WRITABLE"] {
            server
                .cli_with_input(&["secrets", "set", name], "value")
                .expect_success();
        }
    }
}

#[test]
fn the_control_token_is_no_secret_whatever_is_granted() {
    let server = start();
    let manifest = "name = \"keeper\"\nroutes = [\"/keeper/{*rest}\"]\n[grants.secrets]\nread = [\"control-token\"]\n";
    server
        .try_deploy_as("keeper", manifest)
        .expect_failure(&["grants.secrets.read[0]", "control-token"]);
    for path in [
        "get/control-token",
        "generate/control-token/32",
        "set/control-token/x",
        "remove/control-token",
        "get/..",
        "get/control_token.unfinished",
    ] {
        let outcome = ask(&server, path);
        assert!(outcome.starts_with("Error::InvalidName"), "{path} gave {outcome}");
    }
    assert_eq!(ask(&server, "names"), "");
    server.cli(&["secrets", "list"]).expect_success();
}

#[test]
fn a_value_that_is_empty_or_too_large_is_refused() {
    let server = start();
    for path in [
        "large/WRITABLE/65537",
        "large/WRITABLE/0",
        "generate/GENERATED/0",
        "generate/GENERATED/65537",
    ] {
        let outcome = ask(&server, path);
        assert!(
            outcome.starts_with("Error::InvalidValue") && outcome.contains("65536"),
            "{path} gave {outcome}"
        );
    }
    assert_eq!(ask(&server, "large/WRITABLE/65536"), "set");
}

#[test]
fn what_the_owner_sets_is_read_at_the_next_call_without_a_restart() {
    let mut server = start();
    assert_eq!(ask(&server, "get/READABLE"), "none");
    for value in ["one", "two"] {
        server
            .cli_with_input(&["secrets", "set", "READABLE"], value)
            .expect_success();
        assert_eq!(ask(&server, "get/READABLE"), value);
    }
    assert_eq!(ask(&server, "names"), "READABLE");
    server.kill();
    server.start_again();
    assert_eq!(ask(&server, "get/READABLE"), "two");
    server.cli(&["secrets", "delete", "READABLE"]).expect_success();
    assert_eq!(ask(&server, "get/READABLE"), "none");
}

#[test]
fn of_many_first_requests_all_get_the_same_new_key_and_so_they_do_after_kill() {
    let mut server = start();
    let keys: Vec<String> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| ask(&server, "generate/GENERATED/32")))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("an answer"))
            .collect()
    });
    assert!(keys.iter().all(|key| key == &keys[0]), "{keys:?}");
    server.kill();
    let mode = std::fs::metadata(server.data().join("secrets/GENERATED"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    server.start_again();
    assert_eq!(ask(&server, "generate/GENERATED/32"), keys[0]);
}

#[test]
fn a_component_sets_replaces_and_removes_what_it_may() {
    let server = start();
    assert_eq!(ask(&server, "swap/BOTH/-/one"), "true");
    assert_eq!(ask(&server, "swap/BOTH/-/other"), "false");
    assert_eq!(ask(&server, "swap/BOTH/wrong/other"), "false");
    assert_eq!(ask(&server, "swap/BOTH/one/two"), "true");
    assert_eq!(ask(&server, "get/BOTH"), "two");
    assert_eq!(ask(&server, "set/BOTH/three"), "set");
    assert_eq!(ask(&server, "get/BOTH"), "three");
    assert_eq!(ask(&server, "remove/BOTH"), "true");
    assert_eq!(ask(&server, "remove/BOTH"), "false");
    assert_eq!(ask(&server, "get/BOTH"), "none");
}
