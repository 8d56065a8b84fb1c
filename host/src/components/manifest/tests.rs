//! What a manifest accepts, and that it reports all its mistakes at once.

use super::*;

#[test]
fn a_full_manifest_is_read() {
    let manifest = Manifest::parse(
        r#"
        name = "guestbook"
        description = "A page that visitors sign"
        routes = ["/guestbook", "/guestbook/{*rest}"]
        [[command]]
        name = "guestbook"
        about = "Look after the entries"
        [reuse]
        max_requests = 0
        [grants.sqlite.main]
        read = ["entry", "entry", "a.b"]
        write = ["entry"]
        schema = ["entry"]
        [grants.http]
        allow = ["https://api.example.com"]
        allow_private = ["http://127.0.0.1:9000"]
        [grants.mail]
        send = ["default", "news@example.org"]
        inspect = true
        [grants.secrets]
        read = ["MAIL_KEY"]
        generate = ["SIGNING_KEY"]
        [grants.sse]
        publish = ["chat/*", "news", "chat/*"]
        listen = ["*"]
        [limits]
        memory_mib = 32
        "#,
    )
    .expect("a good manifest");
    assert_eq!(
        manifest.reuse,
        Some(Reuse {
            max_requests: 0,
            max_concurrent: limits::INSTANCE_CONCURRENT_DEFAULT
        })
    );
    assert_eq!(
        manifest.limits,
        Limits {
            memory_mib: 32,
            timeout_ms: limits::REQUEST_TIMEOUT_MS_DEFAULT
        }
    );
    assert_eq!(
        (manifest.commands[0].name.as_str(), manifest.commands[0].timeout_ms),
        ("guestbook", limits::COMMAND_TIMEOUT_MS_DEFAULT)
    );
    assert_eq!(manifest.grants.sqlite["main"].read, ["a.b", "entry"]);
    assert_eq!(
        manifest.grants.http.allow_private[0].to_string(),
        "http://127.0.0.1:9000"
    );
    assert_eq!(manifest.grants.mail.send, ["default", "news@example.org"]);
    assert!(manifest.grants.mail.inspect);
    assert_eq!(manifest.grants.secrets.generate, ["SIGNING_KEY"]);
    assert_eq!(manifest.grants.sse.publish, ["chat/*", "news"]);
    assert_eq!(manifest.grants.sse.listen, ["*"]);
    let json = serde_json::to_string(&manifest).expect("JSON");
    assert_eq!(serde_json::from_str::<Manifest>(&json).expect("a manifest"), manifest);
}

#[test]
fn the_smallest_manifest_asks_for_nothing() {
    let manifest = Manifest::parse("name = \"a\"").expect("a good manifest");
    assert_eq!(
        (manifest.grants, manifest.reuse, manifest.routes),
        (Grants::default(), None, Vec::new())
    );
}

#[test]
fn all_mistakes_are_reported_at_once_with_their_paths() {
    let error = Manifest::parse(
        r#"
        name = "Guest_Book"
        colour = "red"
        routes = ["guestbook", 7]
        [reuse]
        max_concurrent = 0
        max_request = 5
        [grants.sqlite.host]
        read = ["a.b.c"]
        [grants.sqlite.main]
        read = ["sqlite_stat1"]
        write = "entry"
        schema = ["entry.title", "_migration"]
        [grants.sqlite."*"]
        schema = ["entry"]
        [grants.http]
        allow = ["example.com"]
        [grants.secrets]
        read = ["A", "no-name"]
        make = ["A"]
        [grants.mail]
        send = ["default", "no address"]
        inspect = "yes"
        [grants.sse]
        publish = ["a*b", ""]
        hear = ["a"]
        [grants.telex]
        [limits]
        memory_mib = 999999
        timeout_ms = -1
        "#,
    )
    .expect_err("a manifest full of mistakes");
    let mut paths: Vec<_> = error.mistakes.iter().map(|mistake| mistake.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "colour",
            "grants.http.allow[0]",
            "grants.mail.inspect",
            "grants.mail.send[1]",
            "grants.secrets.make",
            "grants.secrets.read[1]",
            "grants.sqlite.*",
            "grants.sqlite.host",
            "grants.sqlite.host.read[0]",
            "grants.sqlite.main.read[0]",
            "grants.sqlite.main.schema[0]",
            "grants.sqlite.main.schema[1]",
            "grants.sqlite.main.write",
            "grants.sse.hear",
            "grants.sse.publish[0]",
            "grants.sse.publish[1]",
            "grants.telex",
            "limits.memory_mib",
            "limits.timeout_ms",
            "name",
            "reuse.max_concurrent",
            "reuse.max_request",
            "routes[0]",
            "routes[1]",
        ],
        "{error}"
    );
}

#[test]
fn a_missing_name_and_broken_toml_are_explained() {
    let missing = Manifest::parse("").expect_err("no name").to_string();
    assert_eq!(missing, "the manifest has a mistake: `name` is missing");
    let broken = Manifest::parse("name = \"a\"\nroutes = [").expect_err("no TOML");
    assert!(broken.mistakes[0].path.starts_with("line 2"), "{broken}");
}
