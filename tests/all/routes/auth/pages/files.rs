//! The style and the script, as browsers keep them.

use crate::accounts;
use guesthouse_tests::Server;

#[test]
fn files_are_kept_for_a_while_and_asked_for_again() {
    let server = accounts::start();
    expect_kept(&server, "rel=\"stylesheet\" href=\"", "text/css; charset=utf-8");
    expect_kept(&server, "<script src=\"", "text/javascript; charset=utf-8");
}

/// The page has the URL behind `mark`.
#[track_caller]
fn expect_kept(server: &Server, mark: &str, content_type: &str) {
    let page = server
        .request("GET", "/_/auth/login")
        .header("host", "localhost")
        .send()
        .text();
    let url = page.split(mark).nth(1).and_then(|rest| rest.split('"').next());
    let url = url.expect("a link to the file");
    let file = server.get(url);
    file.expect_status(200);
    for (name, value) in [
        ("content-type", content_type),
        ("cache-control", "public, max-age=300"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(file.header(name), Some(value));
    }
    let tag = file.header("etag").expect("a tag");
    server
        .request("GET", url)
        .header("if-none-match", tag)
        .send()
        .expect(304, "");
    let other = server.request("GET", url).header("if-none-match", "\"x\"").send();
    assert_eq!(other.body, file.body);
}
