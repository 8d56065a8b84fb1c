//! How much may be deployed.

use guesthouse_tests::{Server, guests};

fn manifest(extra: &str) -> String {
    format!("name = \"thing\"\nroutes = [\"/thing\"]\n{extra}")
}

#[test]
fn too_many_routes_or_grants_are_refused() {
    let server = Server::start();
    let list = |entry: &str| -> String { (0..201).map(|number| format!("\"{entry}{number}\", ")).collect() };
    let routes = format!("name = \"thing\"\nroutes = [{}]\n", list("/thing/"));
    server.try_deploy_as("hello", &routes).expect_failure(&["routes"]);
    let grants = manifest(&format!("[grants.sqlite.main]\nread = [{}]\n", list("table_")));
    server
        .try_deploy_as("hello", &grants)
        .expect_failure(&["grants.sqlite.main.read"]);
    server.get("/thing").expect_status(404);
}

#[test]
fn the_last_twenty_versions_are_kept_and_no_files_of_older_ones() {
    let server = Server::start();
    for number in 1..=24 {
        server.deploy_as("hello", &manifest(&format!("description = \"number {number}\"\n")));
    }
    let versions = server.cli(&["components", "versions", "thing"]).expect_success().stdout;
    let numbers: Vec<u32> = versions
        .lines()
        .filter_map(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    assert_eq!(numbers, (5..=24).rev().collect::<Vec<u32>>());
    let files = std::fs::read_dir(server.data().join("components")).expect("there are components");
    // Those of the three built-ins, and one for each version.
    assert!(files.count() <= 23);
    let gone = server.cli(&["components", "rollback", "thing", "--version", "4"]);
    gone.expect_failure(&["4"]);
    server
        .cli(&["components", "rollback", "thing", "--version", "5"])
        .expect_success();
    server.get("/thing").expect(200, "hello, world\n");
}

#[test]
fn deployments_at_the_same_time_are_done_one_after_the_other_or_refused() {
    let server = Server::start();
    guests::component("hello");
    std::thread::scope(|scope| {
        let deployments: Vec<_> = (0..10)
            .map(|number| {
                let manifest = manifest(&format!("description = \"number {number}\"\n"));
                let server = &server;
                scope.spawn(move || server.try_deploy_as("hello", &manifest))
            })
            .collect();
        let ended: Vec<_> = deployments
            .into_iter()
            .map(|one| one.join().expect("the command ends"))
            .collect();
        let done = ended.iter().filter(|printed| printed.code == 0).count();
        assert!(done >= 1, "{ended:?}");
        for refused in ended.iter().filter(|printed| printed.code != 0) {
            assert!(refused.stderr.contains("changes wait"), "{}", refused.stderr);
        }
        let versions = server.cli(&["components", "versions", "thing"]).expect_success().stdout;
        assert_eq!(versions.lines().filter(|line| line.contains("upload")).count(), done);
    });
    server.get("/thing").expect(200, "hello, world\n");
}

#[test]
fn a_rollback_with_a_large_body_is_refused() {
    let server = Server::start();
    server.deploy("hello");
    let token = std::fs::read_to_string(server.data().join("secrets/control-token")).expect("the server made it");
    let answer = server
        .request("POST", "/_/control/components/hello/rollback")
        .header("authorization", &format!("Bearer {}", token.trim()))
        .body(vec![b' '; 100_000])
        .send();
    answer.expect_status(413);
}
