//! Guests: each one is there for a test, and says what it is for.

use crate::folders::{read, rust_files, tracked_files};

#[test]
fn every_guest_is_deployed_by_a_test() {
    let tests: String = rust_files()
        .into_iter()
        .filter(|path| path.starts_with("tests/all/"))
        .map(|path| read(&path))
        .collect();
    for guest in guesthouse_tests::guests::names() {
        let deployed = ["deploy(", "deploy_as(", "component("].iter().any(|call| {
            tests.contains(&format!("{call}\"{guest}\"")) || tests.contains(&format!("&server, \"{guest}\""))
        });
        assert!(deployed, "no test deploys guests/{guest}");
    }
}

#[test]
fn every_guest_has_a_manifest_and_a_line_in_the_readme() {
    let readme = read("guests/README.md");
    let files = tracked_files();
    for guest in guesthouse_tests::guests::names() {
        assert!(
            files.contains(&format!("guests/{guest}/component.toml")),
            "guests/{guest} has no component.toml"
        );
        assert!(
            readme.contains(&format!("| `{guest}` |")),
            "guests/README.md does not mention {guest}"
        );
    }
}
