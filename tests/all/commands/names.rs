//! Who has which command.

use guesthouse_tests::{Server, cli};

fn manifest(name: &str, commands: &[&str]) -> String {
    let command = |command: &&str| format!("[[command]]\nname = \"{command}\"\nabout = \"Does it\"\n");
    let commands: String = commands.iter().map(command).collect();
    format!("name = \"{name}\"\nroutes = [\"/{name}\"]\n{commands}")
}

#[test]
fn commands_of_the_host_cannot_be_taken() {
    let server = Server::start();
    for name in ["run", "deploy", "migrate", "backup", "compile", "help"] {
        let refused = server.try_deploy_as("commander", &manifest("thing", &["fine", name]));
        refused.expect_failure(&["command[1].name", "host"]);
    }
}

#[test]
fn mistakes_in_a_manifest_are_named_all_at_once() {
    let server = Server::start();
    let manifest = "name = \"thing\"\n[[command]]\nname = \"Bad name\"\n[[command]]\nname = \"good\"\nabout = \"\"\n\
                    timeout_ms = 600001\nsecret = 1\n";
    let mistakes = [
        "`command[0].about` is missing",
        "command[1].about",
        "command[1].timeout_ms",
        "command[1].secret",
    ];
    server.try_deploy_as("commander", manifest).expect_failure(&mistakes);
    let many: Vec<String> = (0..21).map(|number| format!("command-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = server.try_deploy_as("commander", &self::manifest("thing", &many));
    refused.expect_failure(&["`command` has more than 20 commands"]);
}

#[test]
fn a_command_of_another_component_cannot_be_taken() {
    let server = Server::start();
    server.deploy_as("commander", &manifest("one", &["both"]));
    let refused = server.try_deploy_as("commander", &manifest("two", &["both"]));
    refused.expect_failure(&["`both`", "`one`", "`two`"]);
    server.cli(&["components", "remove", "one"]).expect_success();
    server.deploy_as("commander", &manifest("two", &["both"]));
    server.cli(&["both", "say"]).expect(0, "both [] 1\n", "");
}

#[test]
fn the_manifest_and_the_exports_must_agree() {
    let server = Server::start();
    let without = server.try_deploy_as("hello", &manifest("thing", &["thing"]));
    without.expect_failure(&["does not export guesthouse:host/command"]);
    let unnamed = server.try_deploy_as("commander", &manifest("thing", &[]));
    unnamed.expect_failure(&["`[[command]]`"]);
}

#[test]
fn an_unknown_command_is_answered_with_those_that_there_are() {
    let mut server = Server::start();
    server.deploy("commander");
    for _ in 0..2 {
        for name in ["comander", "no/name", "ümlaut"] {
            let unknown = server.cli(&[name, "say"]);
            unknown.expect_failure(&[
                &format!("no command `{name}`"),
                "components",
                "commander (of commander)",
            ]);
        }
        server.stop();
    }
}

#[test]
fn a_command_comes_and_goes_with_its_component() {
    let server = Server::start();
    server.deploy_as("commander", &manifest("thing", &["first"]));
    server.deploy_as("commander", &manifest("thing", &["second"]));
    server.cli(&["first", "say"]).expect_failure(&["no command `first`"]);
    server.cli(&["second", "say"]).expect_success();
    server.cli(&["components", "rollback", "thing"]).expect_success();
    server.cli(&["first", "say"]).expect_success();
    let shown = server.cli(&["components", "show", "thing"]).expect_success().stdout;
    assert!(shown.contains("commands     first\n"), "{shown}");
}

#[test]
fn the_help_lists_the_commands_of_the_running_server() {
    let server = Server::start();
    server.deploy("commander");
    let help = server.cli(&["--help"]).expect_success().stdout;
    assert!(help.contains("commander-slow  The same, with the time limit"), "{help}");
    let nowhere = tempfile::tempdir().expect("a folder");
    let help = cli::run(&nowhere.path().join("nothing"), &["help"])
        .expect_success()
        .stdout;
    assert!(help.contains("migrate") && !help.contains("commander"), "{help}");
    server
        .cli(&["help", "commander", "say"])
        .expect(0, "commander [\"--help\"] 1\n", "");
}
