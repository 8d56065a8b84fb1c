//! The same commands while no server runs.

use guesthouse_tests::Server;

#[test]
fn a_deploy_into_a_stopped_data_directory_is_live_after_the_start() {
    let mut server = Server::start();
    server.stop();
    server.deploy("hello");
    let list = server.cli(&["components", "list"]).expect_success().stdout;
    assert!(list.contains("hello"), "{list}");
    server.start_again();
    server.get("/hello").expect(200, "hello, world\n");
}

#[test]
fn a_bad_upload_is_refused_in_a_stopped_data_directory_as_well() {
    let mut server = Server::start();
    server.deploy("hello");
    server.stop();
    server
        .try_deploy_bytes(b"no component", "name = \"hello\"\nroutes = [\"/hello\"]\n")
        .expect_failure(&[]);
    server.start_again();
    server.get("/hello").expect(200, "hello, world\n");
}
