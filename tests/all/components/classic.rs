//! Components for WASI 0.2.

use guesthouse_tests::Server;

#[test]
fn a_component_for_wasi_0_2_runs_like_any_other() {
    let server = Server::start();
    server.deploy("classic");
    server
        .get("/classic/a%20b?c=d")
        .expect(200, "GET /classic/a%20b?c=d 0\n");
    let answer = server.request("POST", "/classic").body(vec![b'x'; 1 << 20]).send();
    answer.expect(200, "POST /classic 1048576\n");
}
