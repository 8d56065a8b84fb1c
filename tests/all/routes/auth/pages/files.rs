//! The style, as browsers keep it.

use super::open;
use crate::accounts;

#[test]
fn the_style_is_kept_for_a_while_and_asked_for_again() {
    let server = accounts::start();
    let page = open(&server, "login", None).text();
    let url = page
        .split("rel=\"stylesheet\" href=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let style = server.get(url.expect("a link to the style"));
    style.expect_status(200);
    for (name, value) in [
        ("content-type", "text/css; charset=utf-8"),
        ("cache-control", "public, max-age=300"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(style.header(name), Some(value));
    }
    let tag = style.header("etag").expect("a tag");
    let again = server
        .request("GET", "/_/auth/style.css")
        .header("if-none-match", tag)
        .send();
    again.expect(304, "");
    let other = server
        .request("GET", "/_/auth/style.css")
        .header("if-none-match", "\"x\"")
        .send();
    assert_eq!(other.body, style.body);
}
