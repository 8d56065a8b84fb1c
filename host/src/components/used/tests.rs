//! Grants beside what was made of them.

use super::*;

const MANIFEST: &str = "\
# Guests write here.
name = \"guestbook\"
routes = [\"/guestbook\"]

[grants.sqlite.main]
read = [\"entry\", \"visitor.name\", \"never\"] # what is shown
write = [\"entry\", \"seed\"]
schema = [\"entry\"]
[grants.sqlite.other]
read = [\"*\"]

[grants.http]
allow = [\"https://API.example.com\", \"https://unused.example.com\"]
[grants.mail]
inspect = true
[grants.sse]
publish = [\"a/*\", \"b/*\"]
listen = [\"a/*\"]
[grants.services]
provide = [\"acme:shop/prices\"]
[grants.secrets]
read = [\"KEY\"]
";

fn usage(resource: &str, verdict: Verdict) -> Usage {
    Usage {
        resource: resource.to_owned(),
        verdict,
        calls: 3,
        last_ms: 1_000,
    }
}

fn report(used: &[Usage]) -> (Vec<UseLine>, String) {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    let parts = Parts {
        component: Vec::new(),
        manifest: MANIFEST.to_owned(),
        migrations: vec![("main/U1__a.sql".to_owned(), "INSERT INTO seed VALUES (1)".to_owned())],
    };
    let lines = lines(&manifest, &manifest.grants, &parts, used);
    let trimmed = trimmed(MANIFEST, &lines).expect("a manifest");
    (lines, trimmed)
}

#[test]
fn what_was_used_stays_and_the_rest_is_left_out() {
    let allowed = |resource| usage(resource, Verdict::Allowed);
    let (lines, trimmed) = report(&[
        allowed("sqlite main: read entry"),
        allowed("sqlite main: read visitor"),
        allowed("sqlite main: write entry"),
        allowed("http: call https://api.example.com"),
        allowed("sse: publish to a/*"),
        usage("secrets: read OTHER", Verdict::Denied),
    ]);
    let expected = "\
# Guests write here.
name = \"guestbook\"
routes = [\"/guestbook\"]

[grants.sqlite.main]
read = [\"entry\", \"visitor.name\"] # what is shown
write = [\"entry\", \"seed\"]
schema = [\"entry\"]

[grants.http]
allow = [\"https://API.example.com\"]
[grants.sse]
publish = [\"a/*\"]
[grants.services]
provide = [\"acme:shop/prices\"]
";
    assert_eq!(trimmed, expected);
    Manifest::parse(&trimmed).expect("it can be deployed");
    let denied: Vec<_> = lines.iter().filter(|line| line.denied > 0).collect();
    assert_eq!(denied.len(), 1);
    assert_eq!(
        (denied[0].resource.as_str(), denied[0].granted),
        ("secrets: read OTHER", false)
    );
}

#[test]
fn a_grant_that_covers_more_is_used_by_what_it_covers() {
    let granted = ["sqlite *: read *", "sqlite main: read entry.title"].map(str::to_owned);
    let covers = |grant, resource| covers(grant, resource, &granted);
    assert!(covers("sqlite *: read *", "sqlite other: read a"));
    assert!(
        !covers("sqlite *: read *", "sqlite main: read a"),
        "`main` has grants of its own"
    );
    assert!(!covers("sqlite *: read *", "sqlite other: read _a"));
    assert!(!covers("sqlite *: read *", "sqlite other: write a"));
    assert!(covers("sqlite main: read entry.title", "sqlite main: read entry.title"));
    assert!(covers("sqlite main: read entry.title", "sqlite main: read entry"));
    assert!(!covers("sqlite main: read entry.title", "sqlite main: read entry.text"));
    assert!(!covers("sse: publish to a", "sse: publish to b"));
}

#[test]
fn a_manifest_without_grants_is_offered_as_it_is() {
    assert_eq!(trimmed("name = \"a\"\n", &[]), Ok("name = \"a\"\n".to_owned()));
}
