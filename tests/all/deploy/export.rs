//! `guesthouse components export`: what is deployed can be had back, changed and deployed again.

use guesthouse_tests::Server;
use std::path::Path;

fn export(server: &Server, name: &str, folder: &Path) -> guesthouse_tests::cli::Printed {
    server.cli(&["components", "export", name, "--into", &folder.to_string_lossy()])
}

#[test]
fn a_built_in_is_given_more_grants_and_keeps_them() {
    let mut server = Server::start();
    let folder = server.data().join("exported");
    let printed = export(&server, "auth", &folder).expect_success();
    assert!(printed.stdout.contains("guesthouse deploy"), "{}", printed.stdout);
    assert!(folder.join("migrations/main/U1__accounts.sql").is_file());

    let manifest = folder.join("component.toml");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let wider = text.replace(
        "[grants.http]\nallow = [",
        "[grants.http]\nallow = [\n    \"https://id.example\",",
    );
    assert_ne!(text, wider);
    std::fs::write(&manifest, wider).expect("a file can be written");
    let wasm = folder.join("auth.wasm");
    let said = server.cli(&["deploy", &wasm.to_string_lossy()]);
    said.expect_failure(&["http: call https://id.example", "--accept-grants"]);
    server.deploy_from(&wasm, &manifest).expect_success();

    for _ in 0..2 {
        let shown = server.cli(&["components", "show", "auth"]).expect_success().stdout;
        assert!(
            shown.contains("https://id.example") && shown.contains("upload"),
            "{shown}"
        );
        server.get("/api/auth/v1/status").expect_status(200);
        // The built-in of the executable does not take its place.
        server.restart();
    }
    server.cli(&["components", "remove", "auth"]).expect_success();
    let shown = server.cli(&["components", "show", "auth"]).expect_success().stdout;
    assert!(
        shown.contains("builtin") && !shown.contains("https://id.example"),
        "{shown}"
    );
}

#[test]
fn what_was_exported_is_not_overwritten() {
    let server = Server::start();
    server.deploy("hello");
    let folder = server.data().join("exported");
    export(&server, "hello", &folder).expect_success();
    let manifest = folder.join("component.toml");
    std::fs::write(&manifest, "changed").expect("a file can be written");
    export(&server, "hello", &folder).expect_failure(&["is there already", "--into"]);
    assert_eq!(std::fs::read_to_string(manifest).expect("a manifest"), "changed");
}

#[test]
fn a_name_of_its_own_is_not_lost() {
    let server = Server::start();
    let wasm = guesthouse_tests::guests::component("hello");
    let manifest = "name = \"hello\"\nroutes = [\"/other\"]\n";
    let folder = guesthouse_tests::guests::folder_with_manifest(manifest);
    let manifest = folder.path().join("component.toml");
    let (wasm, manifest) = (wasm.to_string_lossy(), manifest.to_string_lossy());
    let deploy = ["deploy", &wasm, "--manifest", &manifest, "--name", "other"];
    server.cli(&deploy).expect_success();
    let printed = export(&server, "other", &server.data().join("exported")).expect_success();
    assert!(printed.stdout.contains("other.wasm --name other"), "{}", printed.stdout);
}

#[test]
fn a_stopped_server_gives_it_too_and_an_unknown_name_is_said() {
    let mut server = Server::start();
    server.deploy("hello");
    server.stop();
    let folder = server.data().join("exported");
    export(&server, "hello", &folder).expect_success();
    export(&server, "nothing", &folder).expect_failure(&["no component `nothing` is deployed"]);
    server.start_again();
}
