//! What somebody left in memory is seen by nobody else: each request finds the memory as the component's file has it.

use guesthouse_tests::faults::Faults;
use guesthouse_tests::http::client;
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, guests};
use std::fmt::Write as _;

const SECRET_BYTES: usize = 32;
/// More than the pool keeps to be taken again by the same component first, and no more than may be inside one at once on two cores.
const AT_ONCE: usize = 120;
/// How long each of them stays, so that all are there together.
const STAY_MS: u64 = 1000;
/// Those of the other component that look for what they left.
const LOOKING: usize = 40;
/// All that an instance may have, but for the begin, which no language can read.
const MEMORY_BYTES: u64 = (6 << 20) - 1;

/// A secret, and how to ask for it without saying it.
struct Secret([u8; SECRET_BYTES]);

impl Secret {
    fn new(random: &mut Random) -> Self {
        Self(std::array::from_fn(|_| random.number() as u8))
    }

    fn plain(&self) -> String {
        hexadecimal(self.0)
    }

    fn turned(&self) -> String {
        hexadecimal(self.0.map(|byte| !byte))
    }
}

fn hexadecimal(bytes: [u8; SECRET_BYTES]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Deploys the scanner as `/<name>/...`.
#[track_caller]
fn deploy(server: &Server, name: &str, more: &str) {
    let manifest = guests::manifest("secret-scanner").replace("secret-scanner", name);
    server.deploy_as("secret-scanner", &(manifest + more));
}

fn hide(server: &Server, name: &str, secret: &Secret, stay_ms: u64) {
    let path = format!("/{name}/hide?{},{stay_ms}", secret.plain());
    server.get(&path).expect(200, "hidden");
}

/// How often the component finds a secret in all its memory.
#[track_caller]
fn scan(server: &Server, name: &str, secret: &Secret) -> u64 {
    let answer = server.get(&format!("/{name}/scan?{}", secret.turned()));
    found(&answer.expect_status(200).text())
}

#[track_caller]
fn found(text: &str) -> u64 {
    let (found, bytes) = text.split_once(" of ").unwrap_or_else(|| panic!("{text}"));
    assert_eq!(bytes, MEMORY_BYTES.to_string(), "not all of the memory was read");
    found.parse().expect("a number")
}

#[test]
fn a_request_finds_nothing_of_the_one_before() {
    let mut faults = Faults::begin("leftovers of the request before");
    let server = Server::start();
    deploy(&server, "secret-scanner", "");
    let rounds = faults.either(50, 2000);
    for _ in 0..rounds {
        let secret = Secret::new(&mut faults.random);
        hide(&server, "secret-scanner", &secret, 0);
        assert_eq!(scan(&server, "secret-scanner", &secret), 0, "it was seen");
    }
    faults.done(&format!("none found in {rounds} rounds"));
}

/// This is why an instance is used again only where the manifest asks for it.
#[test]
fn a_request_finds_what_others_left_where_instances_are_reused() {
    let mut faults = Faults::begin("leftovers with reuse");
    let server = Server::start();
    deploy(
        &server,
        "secret-scanner",
        "[reuse]\nmax_requests = 0\nmax_concurrent = 1\n",
    );
    // An instance stays on its core, and a connection too.
    let client = client(1);
    let get = |path: String| {
        let answer = client
            .get(format!("http://{}/secret-scanner/{path}", server.address()))
            .call();
        answer
            .expect("the server answers")
            .body_mut()
            .read_to_string()
            .expect("text")
    };
    let secret = Secret::new(&mut faults.random);
    assert_eq!(get(format!("hide?{}", secret.plain())), "hidden");
    let seen = found(&get(format!("scan?{}", secret.turned())));
    // The static, the heap and the stack, at the least.
    assert!(seen > 3000, "{seen} copies");
}

#[test]
fn a_component_finds_nothing_of_another_one_that_had_its_memory_before() {
    let mut faults = Faults::begin("leftovers of another component");
    let server = Server::start();
    for name in ["first", "second"] {
        deploy(&server, name, "");
    }
    let rounds = faults.either(2, 50);
    for round in 0..rounds {
        let names = if round % 2 == 0 {
            ["first", "second"]
        } else {
            ["second", "first"]
        };
        let secret = Secret::new(&mut faults.random);
        // So many places of the pool are then the first one's that another one has to take them.
        at_once(AT_ONCE, || hide(&server, names[0], &secret, STAY_MS));
        let found = std::sync::Mutex::new(0);
        at_once(LOOKING, || {
            *found.lock().expect("nobody panics with it") += scan(&server, names[1], &secret)
        });
        assert_eq!(found.into_inner().expect("nobody panicked with it"), 0, "it was seen");
    }
    faults.done(&format!("none found in {rounds} rounds of {AT_ONCE} instances"));
}

/// Does this so many times, at the same time.
#[track_caller]
fn at_once(times: usize, ask: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..times).map(|_| scope.spawn(&ask)).collect();
        for one in asking {
            one.join().expect("every request is answered");
        }
    });
}
