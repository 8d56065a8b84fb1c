//! The server is killed while a component is deployed: the old version serves or the new one does, and nothing is left over.

use guesthouse_tests::faults::{Faults, Moment};
use guesthouse_tests::http::Request;
use guesthouse_tests::package::{pack, with_section};
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, guests};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// What is deployed in turn, and what it answers.
const GUESTS: [(&str, &str); 2] = [("hello", "hello, world\n"), ("counter", "1")];

#[test]
fn a_deploy_that_the_server_does_not_survive_leaves_the_old_or_the_new_version() {
    let mut faults = Faults::begin("kills during deploys");
    let rounds = faults.either(16, 300);
    let mut server = Server::start();
    let packages = [package(0, "first"), package(1, "first")];
    let [.., compiled] = packages.each_ref().map(|package| deploy(&server, package));
    let mut moments = [Moment::of(deploy(&server, &packages[0])), Moment::of(compiled)];
    let (mut current, mut new, mut acknowledged) = (0, 0, 0);
    for round in 0..rounds {
        let next = 1 - current;
        // Something that was compiled before, or that has to be: then the steps after that are less of the time.
        let kind = round % 2;
        let package = match kind {
            0 => packages[next].clone(),
            _ => package(next, &format!("round {round}")),
        };
        let is_acknowledged = kill_during_deploy(&mut server, &package, moments[kind], &mut faults.random);
        server.start_again();
        server.get("/api/healthcheck").expect(200, "Ok");
        let answer = server.get("/thing");
        let serves = GUESTS.iter().position(|(_, text)| *text == answer.text());
        let serves = serves.unwrap_or_else(|| panic!("round {round}: neither the old nor the new: {answer:?}"));
        assert!(
            !is_acknowledged || serves == next,
            "a deploy that was acknowledged is lost"
        );
        expect_nothing_left_over(&server);
        moments[kind].learn(serves == next);
        new += usize::from(serves == next);
        acknowledged += usize::from(is_acknowledged);
        current = serves;
    }
    server.expect_sound("host");
    faults.done(&format!(
        "{rounds} kills, then the new version served {new} times, {acknowledged} acknowledged"
    ));
}

/// A package whose component differs from others by this mark, so that it has to be compiled.
fn package(guest: usize, mark: &str) -> Vec<u8> {
    let wasm = std::fs::read(guests::component(GUESTS[guest].0)).expect("cargo built it");
    pack(
        &with_section(&wasm, "mark", mark),
        "name = \"thing\"\nroutes = [\"/thing\"]\n",
    )
}

/// How long it takes where nobody hinders it.
#[track_caller]
fn deploy(server: &Server, package: &[u8]) -> Duration {
    let answer = server.upload(package, "?accept_grants=true");
    answer.expect_status(200);
    answer.took
}

/// Kills the server at some moment of a deploy; true if the deploy was acknowledged all the same.
fn kill_during_deploy(server: &mut Server, package: &[u8], moment: Moment, random: &mut Random) -> bool {
    let request = Request::new(server.address(), "POST", "/_/control/components?accept_grants=true")
        .header("authorization", &server.control_authorization())
        .body(package);
    std::thread::scope(|scope| {
        let deploy = scope.spawn(|| request.try_send().is_ok_and(|answer| answer.status == 200));
        moment.wait(random);
        server.kill();
        deploy.join().expect("a request does not panic")
    })
}

/// The packages are those of the versions that there are, and nothing is half written.
#[track_caller]
fn expect_nothing_left_over(server: &Server) {
    let mut known = BTreeSet::new();
    for component in control(server, "components").as_array().expect("a list") {
        let name = component["name"].as_str().expect("a name");
        for version in control(server, &format!("components/{name}/versions"))
            .as_array()
            .expect("a list")
        {
            known.insert(format!("{}.wasm", version["digest"].as_str().expect("a digest")));
        }
    }
    assert_eq!(names(&server.data().join("components")), known, "packages");
    let cached = names(&server.data().join("cache"));
    let unfinished: Vec<_> = cached.iter().filter(|name| !name.ends_with(".cwasm")).collect();
    assert!(unfinished.is_empty(), "the cache has {unfinished:?}");
}

#[track_caller]
fn control(server: &Server, path: &str) -> serde_json::Value {
    let request = server.request("GET", &format!("/_/control/{path}"));
    let answer = request.header("authorization", &server.control_authorization()).send();
    answer.expect_status(200).json()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there").flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
