//! Memory and handles.

use guesthouse_tests::{Server, guests};

const MIB: u64 = 1 << 20;

#[test]
fn memory_grows_to_the_limit_of_the_manifest_and_no_further() {
    let server = Server::start();
    server.deploy("hog");
    let mib: u64 = server.get("/hog/grow").text().parse().expect("a number");
    assert!((1..=32).contains(&mib), "{mib} MiB");
}

#[test]
fn a_component_that_needs_more_memory_than_it_may_have_traps() {
    let server = Server::start();
    server.deploy("hog");
    server.get("/hog/fill").expect_status(500);
    server.get("/hog/fine").expect(200, "still here\n");
}

#[test]
fn a_component_that_collects_handles_traps() {
    let server = Server::start();
    server.deploy("hog");
    server.get("/hog/handles").expect_status(500);
    server.get("/hog/fine").expect(200, "still here\n");
}

#[test]
fn nobody_gets_a_gigabyte_of_random_bytes() {
    let server = Server::start();
    server.deploy("hog");
    let answer = server.get("/hog/random");
    let bytes = if answer.status == 200 {
        answer.text().parse().expect("a number")
    } else {
        0u64
    };
    assert!(answer.status == 500 || bytes <= MIB, "{answer:?}");
    server.get("/hog/fine").expect(200, "still here\n");
}

#[test]
fn what_a_hog_took_is_given_back() {
    let server = Server::start();
    server.deploy("hog");
    for path in ["/hog/grow", "/hog/fill", "/hog/handles"] {
        server.get(path);
    }
    let before = server.resident_bytes();
    for _ in 0..10 {
        server.get("/hog/fill").expect_status(500);
        server.get("/hog/handles").expect_status(500);
    }
    server.expect_growth_below(before, 64 * MIB);
}

#[test]
fn more_memory_than_a_manifest_may_ask_for_is_refused_at_deploy() {
    let server = Server::start();
    let greedy = guests::manifest("hog").replace("memory_mib = 32", "memory_mib = 100000");
    server
        .try_deploy_as("hog", &greedy)
        .expect_failure(&["limits.memory_mib"]);
}
