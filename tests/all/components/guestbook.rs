//! `examples/guestbook`: what a user would copy works as its README says.

use guesthouse_tests::upstream::Upstream;
use guesthouse_tests::{Answer, Server, guests};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

fn start() -> Server {
    let server = Server::start();
    deploy(&server, &manifest());
    server
}

fn manifest() -> String {
    let path = guesthouse_tests::binary::project().join("examples/guestbook/component.toml");
    std::fs::read_to_string(path).expect("the example has a manifest")
}

/// Deploys the example with this manifest and its own migrations.
#[track_caller]
fn deploy(server: &Server, manifest: &str) {
    let folder = guests::folder_with_manifest(manifest);
    let migrations = folder.path().join("migrations/main");
    std::fs::create_dir_all(&migrations).expect("a folder can be made");
    let original = guesthouse_tests::binary::project().join("examples/guestbook/migrations/main");
    for file in std::fs::read_dir(original)
        .expect("the example has migrations")
        .flatten()
    {
        std::fs::copy(file.path(), migrations.join(file.file_name())).expect("a file can be copied");
    }
    let printed = server.deploy_from(&guests::example("guestbook"), &folder.path().join("component.toml"));
    printed.expect_success();
}

fn sign(server: &Server, form: &str) -> Answer {
    server
        .request("POST", "/guestbook")
        .header("content-type", FORM)
        .body(form)
        .send()
}

#[test]
fn an_entry_with_mistakes_is_not_kept() {
    let server = start();
    sign(&server, "name=&message=").expect_status(422);
    sign(&server, "name=Ada&message=Hello&homepage=javascript:alert(1)").expect_status(422);
    server
        .get("/guestbook/entries")
        .expect_json(200, json!({"entries": []}));
    server.get("/guestbook/entries/1").expect_status(404);
    server.get("/guestbook?before=x").expect_status(400);
    server.request("DELETE", "/guestbook").send().expect_status(405);
}

#[test]
fn what_a_visitor_signs_is_shown_as_text() {
    let server = start();
    let signed = sign(&server, "name=%3Cb%3EAda&message=Hello%0D%0Aworld");
    signed.expect_status(303);
    assert!(
        signed
            .header("location")
            .is_some_and(|location| location.starts_with("/guestbook"))
    );
    let page = server.get("/guestbook");
    page.expect_status(200);
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    assert!(
        page.text().contains("&lt;b&gt;Ada") && !page.text().contains("<b>Ada"),
        "{}",
        page.text()
    );
    let entry = server.get("/guestbook/entries/1").json();
    assert_eq!(
        (&entry["name"], &entry["message"]),
        (&json!("<b>Ada"), &json!("Hello\nworld"))
    );
}

#[test]
fn entries_survive_a_restart_and_a_new_version() {
    let mut server = start();
    sign(&server, "name=Ada&message=Hello").expect_status(303);
    deploy(
        &server,
        &manifest().replace("A page that visitors sign", "Another page"),
    );
    server.restart();
    assert_eq!(server.get("/guestbook/entries/1").json()["name"], "Ada");
}

#[test]
fn a_homepage_that_no_grant_allows_costs_only_its_title() {
    let upstream = Upstream::with_body("<title>Never read</title>");
    let server = start();
    sign(
        &server,
        &format!("name=Ada&message=Hello&homepage=http://{}/", upstream.address),
    )
    .expect_status(303);
    let entry = server.get("/guestbook/entries/1").json();
    assert_eq!(
        (&entry["name"], &entry["homepage_title"]),
        (&json!("Ada"), &json!(null))
    );
    assert_eq!(upstream.requests(), 0);
}

#[test]
fn the_title_of_a_granted_homepage_is_kept() {
    let page = "<title>Home &amp; garden</title>";
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        page.len()
    );
    let upstream = Upstream::answering(&format!("{head}{page}"));
    let server = start();
    let allow = format!("[grants.http]\nallow_private = [\"http://{}\"]\n", upstream.address);
    deploy(&server, &manifest().replace("[grants.http]\n", &allow));
    sign(
        &server,
        &format!("name=Ada&message=Hello&homepage=http://{}/", upstream.address),
    )
    .expect_status(303);
    assert_eq!(
        server.get("/guestbook/entries/1").json()["homepage_title"],
        "Home & garden"
    );
}
