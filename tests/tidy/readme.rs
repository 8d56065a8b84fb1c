//! The tests that the README of the tests names are there.

use crate::folders::read;

#[test]
fn every_test_that_the_readme_names_is_there() {
    let readme = read("tests/README.md");
    let (_, rules) = readme.split_once("## What protects accounts").expect("the section");
    let named = rules.split('`').filter_map(|text| text.rsplit_once("::"));
    let (mut count, mut missing) = (0, Vec::new());
    for (module, name) in named {
        let path = format!("tests/all/{}.rs", module.replace("::", "/"));
        count += 1;
        if !read(&path).contains(&format!("\nfn {name}()")) {
            missing.push(format!("{path}: {name}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count > 20, "only {count} tests are named");
}
