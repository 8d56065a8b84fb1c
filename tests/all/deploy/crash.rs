//! The server ends without warning: what was acknowledged is there, and nothing is half done.

use crate::notes::{self, PATH};
use guesthouse_tests::{Server, cli, guests};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

const ROUNDS: usize = 4;
const WRITERS: usize = 4;
const WRITES_BEFORE_THE_END: usize = 200;

#[test]
fn no_acknowledged_write_is_lost_when_the_server_is_killed() {
    let mut server = notes::start();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        acknowledged.extend(write_until_killed(&mut server, round));
        server.start_again();
        let found = all_notes(&server);
        for note in &acknowledged {
            assert_eq!(found.get(note), Some(&1), "{note} was acknowledged");
        }
    }
    assert!(acknowledged.len() >= ROUNDS * WRITES_BEFORE_THE_END);
}

/// Writes from several clients, kills the server among them, and returns the texts of the notes that it acknowledged.
fn write_until_killed(server: &mut Server, round: usize) -> Vec<String> {
    let (address, written) = (server.address(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let written = &written;
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    for number in 0.. {
                        let text = format!("{round}-{writer}-{number}");
                        let request =
                            guesthouse_tests::http::Request::new(address, "POST", PATH).json(&json!({"text": text}));
                        match request.try_send() {
                            Ok(answer) if answer.status == 200 => acknowledged.push(text),
                            _ => return acknowledged,
                        }
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                    acknowledged
                })
            })
            .collect();
        guesthouse_tests::wait::until("enough writes", std::time::Duration::from_secs(30), || {
            (written.load(Ordering::Relaxed) >= WRITES_BEFORE_THE_END).then_some(())
        });
        server.kill();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().expect("a writer does not panic"))
            .collect()
    })
}

/// How often each text is there.
fn all_notes(server: &Server) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("{PATH}?limit=1000{cursor}")).json();
        for note in page["records"].as_array().expect("records are a list") {
            *found
                .entry(note["text"].as_str().expect("a text").to_string())
                .or_default() += 1;
        }
        let Some(next) = page["cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn a_deploy_that_the_server_does_not_survive_leaves_the_old_or_the_new_version() {
    let mut server = Server::start();
    let guests = ["hello", "counter"];
    let answers = ["hello, world\n", "1"];
    server.deploy_as(guests[0], "name = \"thing\"\nroutes = [\"/thing\"]\n");
    let mut current = 0;
    // Different moments of a deploy, from its begin to after its end.
    for delay in [0, 1, 2, 4, 8, 16] {
        let next = 1 - current;
        let accepted = kill_during_deploy(&mut server, guests[next], delay);
        server.start_again();
        server.get("/api/healthcheck").expect(200, "Ok");
        let answer = server.get("/thing");
        let serves = answers
            .iter()
            .position(|text| *text == answer.text())
            .expect("old or new, never neither");
        assert!(!accepted || serves == next, "a deploy that was acknowledged is lost");
        current = serves;
        let files = std::fs::read_dir(server.data().join("components"))
            .expect("there are components")
            .flatten();
        let strange: Vec<_> = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_none_or(|kind| kind != "wasm"))
            .collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}

/// Kills the server `delay` polls after a deploy began; true if the deploy was acknowledged all the same.
fn kill_during_deploy(server: &mut Server, guest: &str, delay: u32) -> bool {
    let folder = guests::folder_with_manifest("name = \"thing\"\nroutes = [\"/thing\"]\n");
    let manifest = folder.path().join("component.toml").to_string_lossy().into_owned();
    let wasm = guests::component(guest).to_string_lossy().into_owned();
    let data = server.data().to_path_buf();
    std::thread::scope(|scope| {
        let deploy =
            scope.spawn(move || cli::run(&data, &["deploy", &wasm, "--manifest", &manifest, "--accept-grants"]));
        // Reading a page is the clock: it advances with the speed of the machine.
        for _ in 0..delay * 4 {
            server.get("/thing");
        }
        server.kill();
        deploy.join().expect("the command was run").code == 0
    })
}
