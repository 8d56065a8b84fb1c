//! Uploads that are refused: each with its reason, and what ran before goes on.

use guesthouse_tests::cli::Printed;
use guesthouse_tests::package::{pack, with_length};
use guesthouse_tests::raw::Raw;
use guesthouse_tests::under_load::while_asked_often;
use guesthouse_tests::{Answer, Server, guests};
use std::time::Duration;

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

/// A manifest of a component that only provides a service: so a component without functions has something to call.
const PROVIDER: &str = "name = \"bad\"\n[grants.services]\nprovide = [\"acme:bad/service\"]\n";
const ROUTED: &str = "name = \"bad\"\nroutes = [\"/bad\"]\n";

/// A component that provides that service, made of one core module, which is instantiated.
fn provider(module: &str) -> Vec<u8> {
    component(&format!(
        r#"(component (core module $m {module}) (core instance (instantiate $m))
            (instance $i) (export "acme:bad/service@1.0.0" (instance $i)))"#
    ))
}

/// The network's side of an upload: refused in time with this code, and nothing is deployed.
#[track_caller]
fn refused_as(server: &Server, package: &[u8], code: &str) -> Answer {
    refused_at(server, package, "?accept_grants=true", code)
}

#[track_caller]
fn refused_at(server: &Server, package: &[u8], query: &str, code: &str) -> Answer {
    let answer = server.upload(package, query);
    let error = answer.json();
    assert_eq!(error["error"], code, "{error}");
    assert!(answer.status == 413 || answer.status == 422, "{}", answer.status);
    assert!(error["message"].as_str().is_some_and(|text| text.len() > 20), "{error}");
    assert!(answer.took < Duration::from_secs(5), "{code} took {:?}", answer.took);
    server.get("/hello").expect(200, "hello, world\n");
    answer
}

fn empty(server: &Server) {
    refused_as(server, b"", "empty_file");
}

fn text(server: &Server) {
    refused_as(server, &pack(b"this is a text and no component", ROUTED), "not_wasm");
}

fn truncated(server: &Server) {
    let whole = pack(
        &std::fs::read(guests::component("echo")).expect("cargo built it"),
        ROUTED,
    );
    for length in [whole.len() / 2, whole.len() - 1, 9] {
        refused_as(server, &whole[..length], "damaged_file");
    }
}

fn core_module(server: &Server) {
    refused_as(server, &pack(&component("(module)"), ROUTED), "core_module");
}

fn wrong_world(server: &Server) {
    let program = component(r#"(component (instance $i) (export "wasi:cli/run@0.2.3" (instance $i)))"#);
    let answer = refused_as(server, &pack(&program, ROUTED), "wrong_world");
    assert!(answer.text().contains("wasi:cli/run@0.2.3"), "{}", answer.text());
}

fn missing_export(server: &Server) {
    let answer = refused_as(server, &pack(&component("(component)"), ROUTED), "nothing_to_call");
    assert!(answer.text().contains("wasi:http/handler"), "{}", answer.text());
}

fn unknown_import(server: &Server) {
    let unknown = r#"(component (import "acme:thing/stuff" (func)))"#;
    let answer = refused_as(server, &pack(&component(unknown), ROUTED), "unknown_import");
    assert!(answer.text().contains("acme:thing/stuff"), "{}", answer.text());
}

/// 500 MB of which not one needs to be sent.
fn half_a_gigabyte(server: &Server) {
    let started = std::time::Instant::now();
    let mut client = Raw::connect(server.address());
    client.send(format!(
        "POST /_/control/components HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nContent-Length: 524288000\r\n\r\n",
        server.control_authorization()
    ));
    let answer = client.read_until("package_too_large");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(5));
    server.get("/hello").expect(200, "hello, world\n");
}

fn huge_table(server: &Server) {
    let package = pack(&provider("(table 20000000 funcref)"), PROVIDER);
    refused_as(server, &package, "table_too_large");
}

fn many_functions(server: &Server) {
    let functions = "(func (result i32) (i32.const 1))".repeat(100_000);
    refused_as(server, &pack(&provider(&functions), PROVIDER), "too_many_functions");
}

fn nested_components(server: &Server) {
    const HEAD: &[u8] = b"\0asm\x0d\0\x01\0";
    let mut nested = HEAD.to_vec();
    for _ in 0..1000 {
        nested = [HEAD, &[4], &with_length(&nested)].concat();
    }
    refused_as(server, &pack(&nested, ROUTED), "nested_too_deep");
}

fn nested_types(server: &Server) {
    for depth in [1000, 20_000] {
        let mut types = "(type $t0 (list u8))".to_owned();
        for number in 1..depth {
            types += &format!("(type $t{number} (list $t{}))", number - 1);
        }
        let package = pack(&component(&format!("(component {types})")), ROUTED);
        refused_as(server, &package, "nested_too_deep");
    }
}

fn looping_start(server: &Server) {
    let package = pack(&provider("(func $f (loop br 0)) (start $f)"), PROVIDER);
    refused_as(server, &package, "start_timed_out");
}

fn trapping_start(server: &Server) {
    let package = pack(&provider("(func $f unreachable) (start $f)"), PROVIDER);
    let answer = refused_as(server, &package, "start_trapped");
    assert!(answer.text().contains("unreachable"), "{}", answer.text());
}

fn names_that_lead_elsewhere(server: &Server) {
    let hello = std::fs::read(guests::component("hello")).expect("cargo built it");
    for name in ["../../outside", "/etc/outside", "a/b", ".."] {
        let answer = refused_as(
            server,
            &pack(&hello, &format!("name = \"{name}\"\n")),
            "invalid_manifest",
        );
        assert_eq!(answer.json()["mistakes"][0]["path"], "name");
        refused_at(
            server,
            &pack(&hello, ROUTED),
            &format!("?name={}", name.replace('/', "%2F")),
            "invalid_name",
        );
        refused_at(server, &pack(&hello, ROUTED), &format!("?name={name}"), "invalid_name");
    }
}

/// Every way of going wrong that has a reason of its own.
const BAD_UPLOADS: [fn(&Server); 15] = [
    empty,
    text,
    truncated,
    core_module,
    wrong_world,
    missing_export,
    unknown_import,
    half_a_gigabyte,
    huge_table,
    many_functions,
    nested_components,
    nested_types,
    looping_start,
    trapping_start,
    names_that_lead_elsewhere,
];

#[test]
fn each_bad_upload_is_refused_for_its_own_reason_and_leaves_nothing() {
    let server = start();
    let files = || {
        std::fs::read_dir(server.data().join("components"))
            .expect("a folder")
            .count()
    };
    let before = files();
    BAD_UPLOADS.iter().for_each(|upload| upload(&server));
    assert_eq!(files(), before);
    assert!(!server.data().join("../outside").exists() && !server.data().join("../../outside").exists());
    let list = server.cli(&["components", "list"]).expect_success().stdout;
    assert!(!list.contains("bad") && list.contains("hello"), "{list}");
}

#[test]
fn none_of_five_thousand_requests_fails_while_bad_uploads_come_in() {
    let server = start();
    while_asked_often(server.address(), "/hello", "hello, world\n", 5000, || {
        BAD_UPLOADS.iter().for_each(|upload| upload(&server));
    });
}

#[test]
fn an_upload_of_unknown_length_is_refused_once_it_is_too_long() {
    let server = start();
    let mut client = Raw::connect(server.address());
    client.send(format!(
        "POST /_/control/components HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.control_authorization()
    ));
    let chunk = [b"100000\r\n", &vec![b'x'; 1 << 20][..], b"\r\n"].concat();
    (0..65).all(|_| client.send(&chunk));
    let answer = client.read_until("package_too_large");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn a_file_of_half_a_gigabyte_is_refused_before_it_is_read() {
    let server = start();
    let folder = guests::folder_with_manifest(MANIFEST);
    let wasm = folder.path().join("large.wasm");
    let file = std::fs::File::create(&wasm).expect("a file can be made");
    file.set_len(500 << 20).expect("a sparse file can be made");
    let printed = server.deploy_from(&wasm, &folder.path().join("component.toml"));
    printed.expect_failure(&["64 MiB"]);
}

#[test]
fn blocks_nested_as_deep_as_those_of_a_large_switch_are_compiled() {
    let server = start();
    let nested = format!("(func {}{})", "(block ".repeat(1000), ")".repeat(1000));
    server.try_deploy_bytes(&provider(&nested), PROVIDER).expect_success();
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
