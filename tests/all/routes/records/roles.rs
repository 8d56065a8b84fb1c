//! Which route is open to whom: every route, every access list that matters to it, every role.

use super::every_route::{ROUTES, Route};
use guesthouse_tests::callers::Key;
use guesthouse_tests::{Answer, Server};
use serde_json::json;

/// What one may be allowed to do with an API.
const PERMISSIONS: [&str; 5] = ["CREATE", "READ", "UPDATE", "DELETE", "SCHEMA"];

/// Who asks.
struct Role {
    name: &'static str,
    /// The header fields that say so.
    fields: &'static [(&'static str, &'static str)],
    /// Whether this counts as signed in where nothing is changed.
    reads_as_caller: bool,
    changes_as_caller: bool,
    /// A browser sends cookies by itself: with those of somebody who did not ask, nobody changes anything.
    may_change: bool,
}

const NOBODY: Role = Role {
    name: "nobody",
    fields: &[],
    reads_as_caller: false,
    changes_as_caller: false,
    may_change: true,
};
const ANNA: Role = Role {
    name: "Anna",
    fields: &[("authorization", "Bearer annas")],
    reads_as_caller: true,
    changes_as_caller: true,
    may_change: true,
};
const ROLES: &[Role] = &[
    NOBODY,
    Role {
        name: "somebody with a worthless token",
        fields: &[("authorization", "Bearer worthless")],
        ..NOBODY
    },
    Role {
        name: "somebody with a worthless cookie",
        fields: &[("cookie", "api_key=worthless"), ("csrf-token", "worthless")],
        ..NOBODY
    },
    ANNA,
    Role {
        name: "Ben",
        fields: &[("authorization", "Bearer bens")],
        ..ANNA
    },
    Role {
        name: "Anna by her cookie",
        fields: &[("cookie", "a=b; api_key=annas"), ("csrf-token", "meant")],
        ..ANNA
    },
    Role {
        name: "a page that makes Anna's browser send her cookie",
        fields: &[("cookie", "api_key=annas")],
        changes_as_caller: false,
        may_change: false,
        ..ANNA
    },
    Role {
        name: "a page that guesses",
        fields: &[("cookie", "api_key=annas"), ("csrf-token", "guessed")],
        changes_as_caller: false,
        may_change: false,
        ..ANNA
    },
];

/// For each permission an API that gives it alone, and one that gives all the others; further, one that gives nothing, and one
/// whose rules let Anna do everything.
fn start() -> Server {
    let mut sql = String::from(
        "CREATE TABLE page (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
         WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
         INSERT INTO page (id, text) SELECT n, 'old' FROM number;
         INSERT INTO _record_api (name, table_name) VALUES ('nothing', 'page');
         INSERT INTO _record_api (name, table_name, acl_world, create_access_rule, read_access_rule, update_access_rule,
             delete_access_rule, schema_access_rule)
         VALUES ('annas', 'page', 'CREATE,READ,UPDATE,DELETE,SCHEMA', '_USER_.id = x''0A''', '_USER_.id = x''0A''',
             '_USER_.id = x''0A''', '_USER_.id = x''0A''', '_USER_.id = x''0A''');
         INSERT INTO _record_api (name, table_name, acl_world) VALUES ('witness', 'page', 'READ');\n",
    );
    for permission in PERMISSIONS {
        let others: Vec<&str> = PERMISSIONS.into_iter().filter(|other| *other != permission).collect();
        for (api, list) in [("only", permission.to_string()), ("all_but", others.join(","))] {
            sql += &format!(
                "INSERT INTO _record_api (name, table_name, acl_world) VALUES ('{api}_{permission}', 'page', '{list}');
                 INSERT INTO _record_api (name, table_name, acl_authenticated)
                 VALUES ('callers_{api}_{permission}', 'page', '{list}');\n"
            );
        }
    }
    let server = Server::prepare().migration("U1__pages.sql", &sql).start();
    let annas = Key {
        request_token: Some("meant"),
        ..Key::new("annas", &[0x0a])
    };
    server.deploy_api_keys(&[annas, Key::new("bens", &[0x0b])]);
    server
}

/// Uses a route as somebody, on a row that no other attempt uses.
fn attempt(server: &Server, route: &Route, api: &str, id: i64, role: &Role) -> Answer {
    let request = route.request(server, api, id);
    let fields = role.fields.iter();
    fields
        .fold(request, |request, (name, value)| request.header(name, value))
        .send()
}

/// Uses it where it must be refused, and looks whether something happened all the same.
#[track_caller]
fn expect_refused(server: &Server, route: &Route, api: &str, role: &Role) {
    let before = rows(server);
    let answer = attempt(server, route, api, 500, role);
    let what = format!("{} of {api} with {}, as {}", route.name, route.permission, role.name);
    assert_eq!((answer.status, answer.text().as_str()), (403, ""), "{what}");
    assert_eq!(rows(server), before, "{what} was refused, and did something");
}

/// The whole table, as whoever may read all of it sees it.
fn rows(server: &Server) -> String {
    let answer = server.get("/api/records/v1/witness?limit=1000&order=id");
    answer.expect_status(200);
    answer.text()
}

#[test]
fn a_permission_opens_its_own_routes_to_its_own_audience() {
    let server = start();
    let mut id = 0;
    for route in ROUTES {
        for role in ROLES {
            let is_caller = if route.changes {
                role.changes_as_caller
            } else {
                role.reads_as_caller
            };
            let may_at_all = role.may_change || !route.changes;
            for (prefix, is_open) in [("only", may_at_all), ("callers_only", is_caller)] {
                let api = format!("{prefix}_{}", route.permission);
                if is_open {
                    id += 1;
                    let answer = attempt(&server, route, &api, id, role);
                    assert_eq!(answer.status, 200, "{} of {api}, as {}", route.name, role.name);
                } else {
                    expect_refused(&server, route, &api, role);
                }
            }
            for prefix in ["all_but", "callers_all_but"] {
                expect_refused(&server, route, &format!("{prefix}_{}", route.permission), role);
            }
            expect_refused(&server, route, "nothing", role);
        }
    }
}

#[test]
fn a_rule_opens_what_it_guards_to_whom_it_lets_through() {
    let server = start();
    let mut id = 0;
    for route in ROUTES {
        for role in ROLES {
            id += 1;
            let is_anna = role.fields.iter().any(|(_, value)| value.ends_with("annas"));
            let may_at_all = role.may_change || !route.changes;
            if is_anna && may_at_all {
                let answer = attempt(&server, route, "annas", id, role);
                assert_eq!(answer.status, 200, "{} as {}: {}", route.name, role.name, answer.text());
            } else if route.name == "List" {
                // A list shows what one may read, which is nothing.
                let answer = attempt(&server, route, "annas", id, role);
                assert_eq!(
                    (answer.status, &answer.json()["records"]),
                    (200, &json!([])),
                    "{}",
                    role.name
                );
            } else {
                expect_refused(&server, route, "annas", role);
            }
        }
    }
}

#[test]
fn what_is_refused_does_not_tell_whether_the_row_is_there() {
    let server = start();
    for route in ROUTES {
        for role in [&NOBODY, &ANNA] {
            let api = format!("all_but_{}", route.permission);
            let known = attempt(&server, route, &api, 1, role);
            let unknown = attempt(&server, route, &api, 4711, role);
            assert_eq!(
                (known.status, known.body),
                (unknown.status, unknown.body),
                "{}, as {}",
                route.name,
                role.name
            );
        }
    }
}

#[test]
fn no_route_of_an_unknown_api_is_allowed() {
    let server = start();
    for route in ROUTES {
        for role in [&NOBODY, &ANNA] {
            for api in [
                "unknown",
                "page",
                "_record_api",
                "only_READ%27",
                "ONLY_READ",
                ".",
                "%2e%2e",
            ] {
                let answer = attempt(&server, route, api, 1, role);
                // A path with dots is another path, which nobody serves.
                assert!(
                    matches!(answer.status, 404 | 405),
                    "{} of {api}: {}",
                    route.name,
                    answer.status
                );
                assert_eq!(answer.text(), "", "{} of {api}", route.name);
            }
        }
    }
}
