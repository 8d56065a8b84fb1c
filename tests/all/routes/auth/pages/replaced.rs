//! A component of a stranger's can take over a page, and the rest stays.

use super::open;
use crate::accounts;

#[test]
fn a_page_can_be_replaced_and_comes_back() {
    let server = accounts::start();
    server.deploy_as(
        "hello",
        "name = \"own-pages\"\nroutes = [\"/_/auth/login\", \"/_/auth/style.css\"]\n",
    );
    open(&server, "login", None).expect(200, "hello, world\n");
    open(&server, "style.css", None).expect(200, "hello, world\n");
    open(&server, "profile", None).expect_status(303);
    accounts::post(&server, "login", serde_json::json!({})).expect_status(400);
    server.cli(&["components", "remove", "own-pages"]).expect_success();
    open(&server, "login", None).expect_status(200);
    assert!(open(&server, "login", None).text().contains("Sign in"));
}
