//! Uploads that are refused: each with its reason, and what ran before goes on.

use guesthouse_tests::cli::Printed;
use guesthouse_tests::{Server, guests};

const MANIFEST: &str = "name = \"hello\"\nroutes = [\"/hello\"]\n";

#[track_caller]
fn refused(server: &Server, bytes: &[u8]) -> Printed {
    let printed = server.try_deploy_bytes(bytes, MANIFEST).expect_failure(&[]);
    assert!(printed.stderr.trim().len() > 10, "no reason: {:?}", printed.stderr);
    server.get("/hello").expect(200, "hello, world\n");
    printed
}

fn start() -> Server {
    let server = Server::start();
    server.deploy("hello");
    server
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("our own text is right")
}

#[test]
fn what_is_no_web_assembly_is_refused() {
    let server = start();
    refused(&server, b"");
    refused(&server, b"\0asm");
    refused(&server, b"this is a text and no component");
    refused(&server, "name = \"hello\"".repeat(10_000).as_bytes());
    let versions = server.cli(&["components", "versions", "hello"]).expect_success().stdout;
    assert_eq!(
        versions.lines().filter(|line| line.contains("upload")).count(),
        1,
        "{versions}"
    );
}

#[test]
fn a_core_module_is_refused_with_a_hint() {
    let server = start();
    let printed = refused(&server, &component("(module)"));
    assert!(printed.stderr.contains("wasm32-wasip2"), "{}", printed.stderr);
}

#[test]
fn a_component_that_was_cut_off_is_refused() {
    let server = start();
    let whole = std::fs::read(guests::component("echo")).expect("cargo built it");
    for length in [whole.len() / 2, whole.len() - 1, 100, 9] {
        refused(&server, &whole[..length]);
    }
}

#[test]
fn a_component_with_flipped_bits_is_refused_or_runs_and_never_hurts() {
    let server = start();
    let whole = std::fs::read(guests::component("hello")).expect("cargo built it");
    for part in 1..6 {
        let mut broken = whole.clone();
        let at = broken.len() * part / 6;
        broken[at] ^= 0x55;
        server.try_deploy_bytes(&broken, "name = \"broken\"\nroutes = [\"/broken\"]\n");
        server.get("/hello").expect(200, "hello, world\n");
    }
}

#[test]
fn a_component_without_a_handler_is_refused() {
    let server = start();
    let printed = refused(&server, &component("(component)"));
    assert!(printed.stderr.contains("wasi:http/handler"), "{}", printed.stderr);
}

#[test]
fn an_import_that_nobody_provides_is_named() {
    let server = start();
    let unknown = r#"(component (import "acme:thing/stuff@1.0.0" (instance (export "do" (func)))))"#;
    let printed = refused(&server, &component(unknown));
    assert!(printed.stderr.contains("acme:thing/stuff"), "{}", printed.stderr);
}

#[test]
fn an_import_of_the_host_that_it_does_not_serve_yet_is_named() {
    let server = start();
    let unserved = r#"(component (import "guesthouse:host/nonsense@0.1.0" (instance (export "do" (func)))))"#;
    let printed = refused(&server, &component(unserved));
    assert!(
        printed.stderr.contains("guesthouse:host/nonsense"),
        "{}",
        printed.stderr
    );
}

#[test]
fn a_component_with_too_large_a_table_is_refused() {
    let server = start();
    let printed = refused(
        &server,
        &component("(component (core module $m (table 20000000 funcref)) (core instance (instantiate $m)))"),
    );
    assert!(!printed.stderr.contains("panicked"), "{}", printed.stderr);
}

#[test]
fn a_component_that_loops_while_it_starts_is_refused_in_time() {
    let server = start();
    let started = std::time::Instant::now();
    refused(
        &server,
        &component("(component (core module $m (func $f (loop br 0)) (start $f)) (core instance (instantiate $m)))"),
    );
    assert!(
        started.elapsed() < std::time::Duration::from_secs(30),
        "it took {:?}",
        started.elapsed()
    );
}

#[test]
fn a_hundred_thousand_functions_are_compiled_or_refused_while_others_go_on() {
    let server = start();
    let functions = "(func (result i32) (i32.const 1))".repeat(100_000);
    refused(&server, &component(&format!("(component (core module {functions}))")));
}

#[test]
fn deep_nesting_is_compiled_or_refused() {
    let server = start();
    let nested = format!(
        "(component (core module (func {}{})))",
        "(block ".repeat(5000),
        ")".repeat(5000)
    );
    refused(&server, &component(&nested));
}

#[test]
fn a_file_that_does_not_exist_is_named() {
    let server = start();
    server
        .cli(&["deploy", "/nonexistent/thing.wasm"])
        .expect_failure(&["/nonexistent/thing.wasm"]);
}

#[test]
fn a_component_without_a_manifest_is_refused_with_the_name_of_what_is_missing() {
    let server = start();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let wasm = folder.path().join("alone.wasm");
    std::fs::copy(guests::component("hello"), &wasm).expect("a file can be copied");
    server
        .cli(&["deploy", &wasm.to_string_lossy()])
        .expect_failure(&["component.toml"]);
}
