//! `guesthouse api`: the command of the record API.

use guesthouse_tests::cli::Printed;
use guesthouse_tests::server::Setup;
use guesthouse_tests::{Server, cli};

const TABLES: &str = "
CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT NOT NULL, is_public INTEGER NOT NULL DEFAULT 0, author BLOB) STRICT;
INSERT INTO post (text, is_public) VALUES ('a', 1), ('b', 0), ('c', 1);
CREATE TABLE draft (id INTEGER PRIMARY KEY, text TEXT) STRICT;
CREATE VIEW public_post AS SELECT id, text FROM post WHERE is_public;
";

fn prepare() -> Setup {
    Server::prepare().migration("U1__posts.sql", TABLES)
}

fn start() -> Server {
    prepare().start()
}

const POSTS: &str = "/api/records/v1/posts";

trait Api {
    fn api(&self, line: &[&str]) -> Printed;
}

impl Api for Server {
    fn api(&self, line: &[&str]) -> Printed {
        self.cli(&[&["api"], line].concat())
    }
}

#[test]
fn what_makes_no_sense_is_misuse() {
    let server = start();
    for (line, said) in [
        (&["sett", "posts"][..], "sett"),
        (&["set"], "<NAME>"),
        (&["set", "posts", "--world", "READ,WRITE"], "WRITE is no operation"),
        (&["set", "posts", "--limit", "0"], "above 0"),
        (&["set", "posts", "--conflict", "merge"], "merge"),
        (
            &["set", "posts", "--read-rule", "1", "--no-read-rule"],
            "cannot be used with",
        ),
        (&["list", "--all"], "--all"),
    ] {
        let printed = server.api(line);
        assert_eq!(printed.code, 2, "{printed:?}");
        assert!(
            printed.stderr.contains(said) && printed.stdout.is_empty(),
            "{printed:?}"
        );
    }
}

#[test]
fn an_api_that_there_is_not_is_answered_with_those_that_there_are() {
    let server = start();
    for command in ["show", "remove", "lint", "check"] {
        server
            .api(&[command, "posts"])
            .expect_failure(&["no API `posts`", "api set NAME --table TABLE"]);
    }
    server.api(&["set", "posts", "--table", "post"]).expect_success();
    server
        .api(&["show", "post"])
        .expect_failure(&["no API `post`", "there are posts"]);
    server
        .api(&["set", "others", "--world", "READ"])
        .expect_failure(&["`others`", "--table"]);
    server.api(&["set", "posts"]).expect_failure(&["nothing is to be set"]);
}

#[test]
fn a_rule_with_a_mistake_is_refused_and_marked() {
    let server = start();
    server
        .api(&["set", "posts", "--table", "post", "--world", "READ"])
        .expect_success();
    let refused = server.api(&["set", "posts", "--read-rule", "_ROW_.is_public AND _ROW_.missing"]);
    refused.expect_failure(&[
        "read_access_rule",
        "missing",
        "at character",
        "  _ROW_.is_public AND _ROW_.missing\n",
        "^",
    ]);
    for (option, value, said) in [
        ("--read-rule", "1 +", "read_access_rule"),
        ("--read-rule", "_REQ_.text = 'a'", "_REQ_"),
        ("--create-rule", "_ROW_.text = 'a'", "_ROW_"),
        ("--exclude", "nowhere", "nowhere"),
        ("--expand", "nowhere", "nowhere"),
        ("--table", "", "table_name"),
    ] {
        server.api(&["set", "posts", option, value]).expect_failure(&[said]);
    }
    server
        .api(&["set", "no-name", "--table", "post"])
        .expect_failure(&["letters A-Z"]);
    server.get(POSTS).expect_status(200);
    server.api(&["list"]).expect(
        0,
        "NAME   TABLE  WORLD  AUTHENTICATED  RULES\nposts  post   READ   -              -\n",
        "",
    );
}

#[test]
fn help_tells_how_to_set_an_api() {
    let server = start();
    let help = server.api(&["--help"]).expect_success().stdout;
    for part in [
        "Usage: guesthouse api <COMMAND>",
        "set ",
        "Give a table an API",
        "lint",
        "check",
    ] {
        assert!(help.contains(part), "expected {part:?} in: {help}");
    }
    let help = server.api(&["set", "--help"]).expect_success().stdout;
    for part in [
        "Usage: guesthouse api set [OPTIONS] <NAME>",
        "--read-rule <RULE>",
        "Example:",
        "CREATE, READ",
    ] {
        assert!(help.contains(part), "expected {part:?} in: {help}");
    }
    server.cli(&["help", "api", "set"]).expect(0, &help, "");
    assert_eq!(server.api(&[]).code, 2);
    let nowhere = tempfile::tempdir().expect("a folder");
    let help = cli::run(&nowhere.path().join("nothing"), &["--help"])
        .expect_success()
        .stdout;
    assert!(
        help.contains("api   See, set and check which tables have a record API"),
        "{help}"
    );
}

#[test]
fn what_is_set_counts_from_the_next_request_on() {
    let server = start();
    server.api(&["list"]).expect_success();
    server.get(POSTS).expect_status(405);
    let made = server.api(&["set", "posts", "--table", "post", "--world", "read,create"]);
    made.expect(
        0,
        "name             posts\ntable            post\nworld            READ,CREATE\nauthenticated    -\n",
        "",
    );
    let count = || server.get(&format!("{POSTS}?count=true")).json()["total_count"].clone();
    assert_eq!(count(), 3);
    server
        .api(&[
            "set",
            "posts",
            "--read-rule",
            "_ROW_.is_public",
            "--limit",
            "2",
            "--exclude",
            "author",
        ])
        .expect_success();
    assert_eq!(count(), 2);
    server.get(&format!("{POSTS}?limit=3")).expect_status(400);
    let shown = server.api(&["show", "posts"]).expect_success().stdout;
    for line in [
        "world            READ,CREATE\n",
        "read-rule        _ROW_.is_public\n",
        "exclude          author\n",
        "limit            2\n",
    ] {
        assert!(shown.contains(line), "expected {line:?} in: {shown}");
    }
    server
        .api(&["set", "posts", "--no-read-rule", "--limit", "", "--exclude", ""])
        .expect_success();
    assert_eq!(count(), 3);
    server.get(&format!("{POSTS}?limit=3")).expect_status(200);
    server.api(&["set", "posts", "--world", ""]).expect_success();
    server.get(POSTS).expect_status(403);
    server.api(&["remove", "posts"]).expect_success();
    server.get(POSTS).expect_status(405);
    server.api(&["list"]).expect_success();
}

#[test]
fn all_options_are_stored_and_shown() {
    let server = start();
    let line = "set drafts --table draft --authenticated create,read,update,delete,schema --conflict replace --autofill true \
                --subscriptions true --schema-rule 1 --delete-rule 2 --update-rule 3 --create-rule 4";
    let set = server
        .api(&line.split_whitespace().collect::<Vec<_>>())
        .expect_success()
        .stdout;
    let expected = "\
name             drafts
table            draft
world            -
authenticated    CREATE,READ,UPDATE,DELETE,SCHEMA
create-rule      4
update-rule      3
delete-rule      2
schema-rule      1
conflict         REPLACE
autofill         true
subscriptions    true
";
    assert_eq!(set, expected);
    let list = server.api(&["list"]).expect_success().stdout;
    assert!(list.contains("CREATE,UPDATE,DELETE,SCHEMA\n"), "{list}");
}

#[test]
fn lint_finds_what_does_not_work_and_what_is_strange() {
    let server = start();
    server.api(&["lint"]).expect(0, "0 APIs, 0 errors, 0 warnings\n", "");
    let set = |line: &str| {
        server
            .api(&line.split_whitespace().collect::<Vec<_>>())
            .expect_success()
    };
    set("set fine --table post --world READ --authenticated CREATE --create-rule _REQ_.author=_USER_.id");
    server.api(&["lint"]).expect(0, "1 API, 0 errors, 0 warnings\n", "");
    set("set open --table draft --world CREATE,READ --authenticated READ --delete-rule 1");
    set("set closed --table draft");
    set("set view --table public_post --world READ,UPDATE");
    let strange = server.api(&["lint"]).expect_success().stdout;
    for line in [
        "warning  closed: nobody may do anything; give it `--world` or `--authenticated`\n",
        "warning  open: everybody may CREATE, also who is not signed in, and no rule says what\n",
        "warning  open: acl_authenticated names READ, which acl_world gives to everybody\n",
        "warning  open: delete_access_rule has no effect: no list names DELETE\n",
        "warning  view: UPDATE has no effect: public_post is a view, which is only read\n",
        "4 APIs, 0 errors, 5 warnings\n",
    ] {
        assert!(strange.contains(line), "expected {line:?} in: {strange}");
    }
    set("set later --table nowhere --world READ");
    let wrong = server.api(&["lint", "later", "fine"]);
    wrong.expect(
        1,
        "error    later: it cannot be served: its table does not exist\n2 APIs, 1 error, 0 warnings\n",
        "",
    );
}

#[test]
fn lint_and_check_find_a_rule_that_no_longer_compiles() {
    let server = start();
    let rule = [
        "set",
        "posts",
        "--table",
        "post",
        "--world",
        "READ",
        "--read-rule",
        "_ROW_.is_public",
    ];
    server.api(&rule).expect_success();
    server.api(&["lint"]).expect_success();
    let migration = server.data().join("migrations/main/U2__rename.sql");
    // A table that is made anew is not among what SQLite renames in rules by itself.
    let sql =
        "DROP VIEW public_post; DROP TABLE post; CREATE TABLE post (id INTEGER PRIMARY KEY, shown INTEGER) STRICT;";
    std::fs::write(migration, sql).expect("a file can be written");
    server.cli(&["migrate"]).expect_success();
    let lint = server.api(&["lint"]);
    assert_eq!(lint.code, 1);
    assert!(
        lint.stdout.contains("error    posts: read_access_rule: ") && lint.stdout.contains("is_public"),
        "{}",
        lint.stdout
    );
    let check = server.api(&["check"]).expect_success().stdout;
    assert!(
        check.contains("nothing: the rule cannot be evaluated") && check.contains("is_public"),
        "{check}"
    );
}

#[test]
fn check_says_what_everybody_can_do_and_how_much_they_see() {
    let mut server = start();
    let set = |line: &str| {
        server
            .api(&line.split_whitespace().collect::<Vec<_>>())
            .expect_success()
    };
    set("set closed --table draft --authenticated READ");
    set("set later --table nowhere --world READ");
    set("set mine --table post --world READ,DELETE --read-rule _ROW_.author=_USER_.id");
    set(
        "set posts --table post --world READ,CREATE,SCHEMA --read-rule _ROW_.is_public --create-rule _REQ_.is_public=0",
    );
    set("set view --table public_post --world READ,UPDATE");
    let expected = "\
closed (draft)
  nothing

later (nowhere)
  nothing: it cannot be served: its table does not exist

mine (post)
  READ    0 of 3 records  where _ROW_.author=_USER_.id
  DELETE  all records

posts (post)
  CREATE  records of any kind     where _REQ_.is_public=0
  READ    2 of 3 records          where _ROW_.is_public
  SCHEMA  what records look like

view (public_post)
  READ  2 of 2 records
";
    server.api(&["check"]).expect(0, expected, "");
    server
        .api(&["check", "closed"])
        .expect(0, "closed (draft)\n  nothing\n", "");
    server.stop();
    server.api(&["check"]).expect(0, expected, "");
}

#[test]
fn apis_are_set_in_a_stopped_data_directory_as_well() {
    let mut server = start();
    server.stop();
    server
        .api(&["set", "posts", "--table", "post", "--world", "READ"])
        .expect_success();
    server
        .api(&["set", "posts", "--read-rule", "nonsense("])
        .expect_failure(&["read_access_rule"]);
    server.start_again();
    server.get(POSTS).expect_status(200);
}
